/** Moves the wall clock of this process when the parent says so; monotonic clocks and timers go on, as on a real host. */
export function followClockJumps(): void {
  const RealDate = Date;
  let offset = 0;
  const now = () => RealDate.now() + offset;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given: []) => (given.length === 0 ? new target(now()) : new target(...given)),
    apply: () => new RealDate(now()).toString(),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
  process.on('message', (order: { readonly jumpMs?: number }) => {
    if (order.jumpMs !== undefined) offset += order.jumpMs;
  });
}
