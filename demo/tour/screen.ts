/** What the tour shows. Colours only where a terminal shows them. */
export interface Screen {
  title(text: string): void;
  step(text: string): void;
  line(text: string): void;
  /** One message of the live feed, as it comes. */
  live(columns: readonly string[]): void;
  table(rows: readonly (readonly [string, string])[]): void;
}

type Write = (text: string) => void;
type Paint = (text: string) => string;

const LIVE_WIDTHS = [4, 38, 19];

export function createScreen(write: Write, colours: boolean): Screen {
  const paint =
    (code: number): Paint =>
    (text) =>
      colours ? `\u001b[${code}m${text}\u001b[0m` : text;
  const [bold, dim, cyan] = [paint(1), paint(2), paint(36)];
  let count = 0;
  return {
    title: (text) => write(`${bold(text)}\n`),
    step: (text) => {
      count += 1;
      write(`\n${bold(`${count}. ${text}`)}\n`);
    },
    line: (text) => write(text === '' ? '\n' : `   ${text}\n`),
    live: (columns) => {
      const cells = columns.map((cell, at) => cell.padEnd(LIVE_WIDTHS[at] ?? 0));
      write(`   ${cyan('live')} ${dim(cells.join('  ').trimEnd())}\n`);
    },
    table: (rows) => {
      const width = Math.max(...rows.map(([name]) => name.length));
      for (const [name, value] of rows) write(`   ${name.padEnd(width)}   ${bold(value)}\n`);
    },
  };
}

export const silentScreen: Screen = {
  title: () => {},
  step: () => {},
  line: () => {},
  live: () => {},
  table: () => {},
};
