import { FAULTS, isFault } from './faults.js';

/** What a typed line asks for. */
export type Typed =
  | { readonly type: 'fault'; readonly fault: string | null }
  | { readonly type: 'seats'; readonly quantity: number }
  | { readonly type: 'again' | 'help' | 'quit' | 'nothing' }
  | { readonly type: 'unknown'; readonly sentence: string };

export const HELP: readonly string[] = [
  'seats <number>   the customer buys until there are so many',
  'fault <name>     break the calls to the PSA, until another is named or "fault off":',
  ...Object.entries(FAULTS).map(([name, { help }]) => `  ${name.padEnd(14)} ${help}`),
  'again            the steps from the first, as after a save',
  'help, quit',
];

export function readTyped(line: string): Typed {
  const [word = '', value = ''] = line.trim().split(/\s+/);
  if (word === '') return { type: 'nothing' };
  if (word === 'again' || word === 'help' || word === 'quit') return { type: word };
  if (word === 'seats') {
    if (/^\d{1,6}$/.test(value)) return { type: 'seats', quantity: Number(value) };
    return unknown('How many seats? Such as: seats 12');
  }
  if (word !== 'fault') return unknown(`There is no "${word}"; "help" shows what there is.`);
  if (value === 'off') return { type: 'fault', fault: null };
  if (isFault(value)) return { type: 'fault', fault: value };
  return unknown(`There is no fault "${value}"; there are ${Object.keys(FAULTS).join(', ')}, and off.`);
}

const unknown = (sentence: string): Typed => ({ type: 'unknown', sentence });
