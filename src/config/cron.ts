const CRON_BOUNDS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
] as const;

/** Minute, hour, day, month, weekday: `*`, numbers and ranges within their bounds, lists of them; steps of `*` and ranges. */
export function isCron(value: string): boolean {
  const fields = value.split(/\s+/);
  return (
    fields.length === CRON_BOUNDS.length && CRON_BOUNDS.every((bounds, at) => isCronField(fields[at] ?? '', bounds))
  );
}

function isCronField(field: string, [least, most]: readonly [number, number]): boolean {
  return field.split(',').every((part) => {
    const found = /^(?:(\d{1,2})|(?:\*|(\d{1,2})-(\d{1,2}))(?:\/[1-9]\d?)?)$/.exec(part);
    if (!found) return false;
    const [single, from, to] = found.slice(1).map((number) => (number === undefined ? undefined : Number(number)));
    const ascending = from === undefined || to === undefined || from < to;
    return (
      ascending && [single, from, to].every((number) => number === undefined || (number >= least && number <= most))
    );
  });
}
