import type { Random } from '../sim/random.js';

export type Text = (about: string) => string;

const STRANGE = [
  ...['', ' ', '\u0000', '\ud800', '\udfff\ud800', '\u202e', '\ufeff', '\u{1f600}', "'; DROP TABLE x; --", '{{7*7}}'],
  ...[
    '../../etc/passwd',
    '%00',
    '\\',
    '"',
    '{{x}}',
    '__proto__',
    'constructor',
    'null',
    'NaN',
    '-0',
    '1e999',
    '\n\r\t',
  ],
  ...['conn_', `conn_${'0'.repeat(32)}`, `cust_${'f'.repeat(32)}`, 'a'.repeat(300), 'é'.repeat(3_000), '0'.repeat(20)],
];

/** Marked, strange, or both. Only secrets are never to come back; anything else may be an honest part of an answer. */
export function createText(random: Random): Text {
  return () => {
    const strange = random.pick(STRANGE);
    return random.chance(0.2) ? `${strange}${random.pick(STRANGE)}` : strange;
  };
}

/** Anything JSON can say. */
export function wildValue(random: Random, text: Text, depth = 0): unknown {
  const kind = random.whole(0, depth > 3 ? 4 : 7);
  switch (kind) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
      return random.pick([0, -0, 1.5, -1, 1e21, 2 ** 53, -(2 ** 63)]);
    case 3:
    case 4:
      return text('wild');
    case 5:
      return Array.from({ length: random.whole(0, 3) }, () => wildValue(random, text, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random.whole(0, 3) }, () => [text('name'), wildValue(random, text, depth + 1)]),
      );
  }
}

const PIECES = [
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '"',
  '"""',
  '$',
  '@',
  '!',
  '...',
  ':',
  '#',
  '&',
  '|',
  '\\u{110000}',
  'on',
  'null',
];

/** A document with pieces cut out, doubled, exchanged or put in. */
export function damaged(random: Random, document: string): string {
  let text = document;
  for (let times = random.whole(1, 4); times > 0; times -= 1) {
    const at = random.whole(0, text.length);
    const to = Math.min(text.length, at + random.whole(1, 12));
    const piece = text.slice(at, to);
    switch (random.whole(0, 4)) {
      case 0:
        text = text.slice(0, at) + text.slice(to);
        break;
      case 1:
        text = text.slice(0, to) + piece + text.slice(to);
        break;
      case 2:
        text = text.slice(0, at) + [...piece].reverse().join('') + text.slice(to);
        break;
      case 3:
        text = text.slice(0, at) + random.pick(PIECES) + text.slice(at);
        break;
      default:
        text = text.slice(0, at);
    }
  }
  return text;
}

/** A body of bytes, of JSON that is no request, or of a request with something wrong. */
export function randomBody(random: Random, text: Text): string | Uint8Array {
  switch (random.whole(0, 3)) {
    case 0:
      return Uint8Array.from({ length: random.whole(0, 200) }, () => random.whole(0, 255));
    case 1:
      return JSON.stringify(wildValue(random, text));
    case 2:
      return damaged(random, JSON.stringify({ query: '{ viewer { name } }', variables: { a: text('a') } }));
    default:
      return JSON.stringify({
        query: random.chance(0.5) ? '{ viewer { name } }' : wildValue(random, text),
        ...(random.chance(0.5) && { variables: wildValue(random, text) }),
        ...(random.chance(0.3) && { operationName: wildValue(random, text) }),
        ...(random.chance(0.3) && { extensions: wildValue(random, text) }),
      });
  }
}
