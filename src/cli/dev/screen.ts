import { operationLabel } from '../../audit/entry.js';
import type { FeedRow } from '../../audit/rows.js';
import { eventValue } from '../audit-tail.js';
import type { NamedScope } from '../organizations.js';
import { oneLine, type Terminal } from '../terminal.js';
import type { DevEvent, StepDone } from './messages.js';

export interface Screen {
  say(event: DevEvent): void;
  audit(organization: NamedScope, row: FeedRow): void;
}

type Paint = (text: string) => string;
const code =
  (number: number): Paint =>
  (text) =>
    `\u001b[${number}m${text}\u001b[0m`;
const PLAIN: Paint = (text) => text;

/** What happens, as lines for people or, with `--json`, as one JSON value a line. */
export function createScreen(terminal: Terminal, colours: boolean): Screen {
  const paint = (number: number) => (colours ? code(number) : PLAIN);
  const [good, bad, open, faint] = [paint(32), paint(31), paint(33), paint(2)];
  const ofStatus: { readonly [status: string]: Paint } = {
    ...{ SUCCEEDED: good, FAILED: bad, NEEDS_REVIEW: bad, RETRYING: open, VERIFYING: open },
    ...{ done: good, refused: bad, todo: open, waiting: faint },
  };
  const painted = (status: string, width: number) => (ofStatus[status] ?? PLAIN)(status.padEnd(width));

  const lines: { readonly [T in DevEvent['type']]: (event: Extract<DevEvent, { type: T }>) => readonly string[] } = {
    started: ({ connector, graphqlUrl, apiKey, dataDir, faults }) => [
      '',
      `${connector}, on its simulator`,
      '',
      `  GraphQL    ${graphqlUrl}   (a browser shows GraphiQL)`,
      `  API key    ${apiKey}   (header: authorization: Bearer <key>)`,
      `  Data       ${dataDir}   (kept; delete the folder to begin anew)`,
      `  Type       seats <number>, fault ${Object.keys(faults).join(' | ')} | off, again, help, quit`,
      '',
    ],
    todo: ({ parts }) => [`to do        ${open(parts.join(', '))}`],
    step: (step) => [stepLine(step)],
    audit: () => [],
    fault: ({ fault }) => [fault === null ? 'fault        off' : `fault        ${bad(fault)}`],
    changed: ({ files }) => ['', `changed      ${files.join(', ')}`],
    reloaded: ({ milliseconds }) => [`reloaded     in ${(milliseconds / 1000).toFixed(1)} s`],
    broken: ({ reason, serving }) => [
      `${bad('broken')}       ${reason}`,
      `             Waiting for the next save${serving ? '; the version before goes on' : ''}.`,
    ],
    log: ({ message }) => [faint(`log          ${message}`)],
    help: ({ lines: text }) => text,
    stopped: () => ['stopped'],
  };

  function stepLine({ step, status, code: reason, message }: StepDone): string {
    return `${step.padEnd(12)} ${painted(status, 8)} ${reason === null ? '' : `${reason}: `}${message}`;
  }

  return {
    say(event) {
      if (terminal.json) return terminal.value(event);
      const text = (lines[event.type] as (event: DevEvent) => readonly string[])(event);
      for (const line of text) terminal.line(line);
    },
    audit(organization, row) {
      if (terminal.json) return terminal.value({ type: 'audit', event: eventValue(organization, row) });
      const { event, entry } = row;
      const at = faint(event.at.toTimeString().slice(0, 8));
      const said = [operationLabel(entry.operation), event.message].map(oneLine);
      terminal.line([at, painted(event.toStatus, 12), ...said].join('  '));
    },
  };
}
