/** A picklist value or id as Autotask wants it in filters and bodies: a number. */
export function numeric(value: string): number | string {
  return /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}

export function isId(id: string): boolean {
  return /^[1-9]\d{0,14}$/.test(id);
}
