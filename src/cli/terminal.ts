import { SingleBar } from 'cli-progress';
import Table from 'cli-table3';

/** Where a command says what it has to say: results on stdout, everything else on stderr. */
export interface Terminal {
  /** Set by `--json`: results are JSON, and nothing else is on stdout. */
  readonly json: boolean;
  /** A line for people; silent with `--json`. */
  line(text: string): void;
  /** A line on stderr: what happens, never the result. Silent with `--json`. */
  note(text: string): void;
  /** One JSON value on one line; with `--json` only. */
  value(value: unknown): void;
  /** A list: a table for people, or with `--json` one array of the rows as they are. */
  rows<Row>(rows: readonly Row[], columns: Columns<Row>, empty: string): void;
  /** Raw text on stdout, waiting while the reader is slow. False when the reader is gone. */
  write(text: string): Promise<boolean>;
  /** How far a long work has come: a bar where somebody watches, now and then a line where not. */
  progress(total: number, unit: string): Progress;
}

export type Columns<Row> = { readonly [title: string]: (row: Row) => string | number | null | undefined };

export interface Progress {
  to(done: number): void;
  end(): void;
}

const LINE_EVERY_MS = 10_000;

export function createTerminal(
  json: boolean,
  { stdout, stderr }: { stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream } = process,
): Terminal {
  const say = (stream: NodeJS.WriteStream, text: string) => void stream.write(`${text}\n`);
  return {
    json,
    line: (text) => json || say(stdout, text),
    note: (text) => json || say(stderr, text),
    value: (value) => json && say(stdout, JSON.stringify(value, plainly)),
    rows(rows, columns, empty) {
      if (json) return say(stdout, JSON.stringify(rows, plainly));
      say(stdout, rows.length === 0 ? empty : tableOf(rows, columns));
    },
    write: (text) =>
      new Promise((resolve) => {
        if (stdout.write(text)) return resolve(true);
        const done = () => {
          stdout.off('drain', done);
          stdout.off('error', done);
          stdout.off('close', done);
          resolve(!stdout.destroyed);
        };
        for (const event of ['drain', 'error', 'close']) stdout.once(event, done);
      }),
    progress: (total, unit) => (stderr.isTTY && !json ? bar(stderr, total, unit) : lines(stderr, json, total, unit)),
  };
}

/** Without borders: what is copied out of it is what stands in it. */
function tableOf<Row>(rows: readonly Row[], columns: Columns<Row>): string {
  const rule = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '', middle: '  ' };
  const edges = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', left: '', right: '' };
  const feet = { bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' };
  const table = new Table({
    head: Object.keys(columns),
    chars: { ...rule, ...edges, ...feet },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) table.push(Object.values(columns).map((of) => oneLine(of(row))));
  return table
    .toString()
    .split('\n')
    .map((text) => text.trimEnd())
    .join('\n');
}

/** Control characters of stored texts must not steer the terminal. */
export function oneLine(text: string | number | null | undefined): string {
  return String(text ?? '').replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

function bar(stream: NodeJS.WriteStream, total: number, unit: string): Progress {
  const shown = new SingleBar({
    format: `{bar} {percentage} %  {value} of {total} ${unit}  {eta_formatted} left`,
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    stream,
  });
  shown.start(total, 0);
  return { to: (done) => shown.update(done), end: () => shown.stop() };
}

function lines(stream: NodeJS.WriteStream, silent: boolean, total: number, unit: string): Progress {
  let last = performance.now();
  return {
    to(done) {
      if (silent || performance.now() - last < LINE_EVERY_MS) return;
      last = performance.now();
      stream.write(`${done} of ${total} ${unit}\n`);
    },
    end: () => undefined,
  };
}

/** Numbers of the database are beyond JSON's; as text they arrive whole. */
function plainly(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
