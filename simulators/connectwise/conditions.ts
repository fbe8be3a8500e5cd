import { malformed } from './replies.js';

/**
 * connectwise: the conditions language. `company/id=12 and (name like "a*" or name contains "b") and cancelledFlag=False`,
 * dates in brackets, `null`, `in (1,2)`, `not`. Whatever cannot be read whole is refused with 400.
 */
export type Literal = string | number | boolean | null | { readonly date: string };
export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'contains' | 'like' | 'in';

export type Condition =
  | { readonly kind: 'and'; readonly parts: readonly Condition[] }
  | { readonly kind: 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | {
      readonly kind: 'compare';
      readonly path: string;
      readonly operator: Operator;
      readonly values: readonly Literal[];
    };

interface Token {
  readonly kind: 'word' | 'literal' | 'operator' | '(' | ')' | ',';
  readonly text: string;
  readonly value?: Literal;
}

const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*")|(\[[^\]]*\])|(<=|>=|!=|=|<|>)|([(),])|(-?\d+(?:\.\d+)?)(?![\w/])|([A-Za-z_][\w/]*))/y;
const DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

export function parseConditions(text: string): Condition {
  const parser = createParser(tokens(text));
  const condition = parser.either();
  parser.end();
  return condition;
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) return malformed(`The conditions cannot be read at position ${at}.`);
    const [, string, date, operator, sign, number, word] = match;
    if (string !== undefined) {
      found.push({ kind: 'literal', text: string, value: string.slice(1, -1).replace(/\\(.)/g, '$1') });
    } else if (date !== undefined) {
      const inner = date.slice(1, -1);
      if (!DATE.test(inner)) malformed(`${date} is no date; expected [yyyy-MM-ddTHH:mm:ssZ].`);
      found.push({ kind: 'literal', text: date, value: { date: inner } });
    } else if (operator !== undefined) found.push({ kind: 'operator', text: operator });
    else if (sign !== undefined) found.push({ kind: sign as '(' | ')' | ',', text: sign });
    else if (number !== undefined) found.push({ kind: 'literal', text: number, value: Number(number) });
    else if (/^(true|false)$/i.test(word ?? '')) {
      found.push({ kind: 'literal', text: word ?? '', value: /^t/i.test(word ?? '') });
    } else if (/^null$/i.test(word ?? '')) found.push({ kind: 'literal', text: 'null', value: null });
    else found.push({ kind: 'word', text: word ?? '' });
  }
  return found;
}

function createParser(all: readonly Token[]) {
  let at = 0;
  const is = (kind: Token['kind'], text?: string): boolean =>
    all[at]?.kind === kind && (text === undefined || all[at]?.text.toLowerCase() === text);
  const take = (kind: Token['kind'], what: string): Token => {
    const token = all[at];
    if (token?.kind !== kind) return malformed(`The conditions lack ${what} at "${token?.text ?? 'the end'}".`);
    at += 1;
    return token;
  };
  const skip = (kind: Token['kind'], text?: string): boolean => {
    if (!is(kind, text)) return false;
    at += 1;
    return true;
  };

  function either(): Condition {
    const parts = [both()];
    while (skip('word', 'or')) parts.push(both());
    return parts.length === 1 ? (parts[0] as Condition) : { kind: 'or', parts };
  }
  function both(): Condition {
    const parts = [one()];
    while (skip('word', 'and')) parts.push(one());
    return parts.length === 1 ? (parts[0] as Condition) : { kind: 'and', parts };
  }
  function one(): Condition {
    if (skip('(')) {
      const inner = either();
      take(')', 'a closing parenthesis');
      return inner;
    }
    if (skip('word', 'not')) return { kind: 'not', of: one() };
    const path = take('word', 'a field').text;
    const not = skip('word', 'not');
    const operator = operatorOf();
    const values = operator === 'in' ? list() : [take('literal', 'a value').value ?? null];
    const compare: Condition = { kind: 'compare', path, operator, values };
    return not ? { kind: 'not', of: compare } : compare;
  }
  function operatorOf(): Operator {
    if (is('operator')) return take('operator', 'an operator').text as Operator;
    const word = take('word', 'an operator').text.toLowerCase();
    if (word !== 'contains' && word !== 'like' && word !== 'in') malformed(`"${word}" is no operator.`);
    return word as Operator;
  }
  function list(): Literal[] {
    take('(', 'a list');
    const values = [take('literal', 'a value').value ?? null];
    while (skip(',')) values.push(take('literal', 'a value').value ?? null);
    take(')', 'a closing parenthesis');
    return values;
  }
  return {
    either,
    end: () => {
      if (at < all.length) malformed(`The conditions go on after their end: "${all[at]?.text}".`);
    },
  };
}
