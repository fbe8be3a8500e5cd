/** The thirteen operators of a filter: comparison, text, presence, lists. */
export const OPERATORS = [
  'eq',
  'noteq',
  'gt',
  'gte',
  'lt',
  'lte',
  'beginsWith',
  'endsWith',
  'contains',
  'exist',
  'notExist',
  'in',
  'notIn',
] as const;
export type Operator = (typeof OPERATORS)[number];
