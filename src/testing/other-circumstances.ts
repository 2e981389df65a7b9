const DAY_MS = 86_400_000;
/** Some 13 months, so that the year, the day of the week and summer time are others. */
const LATER_MS = 400 * DAY_MS + 7 * 3_600_000;
const ZONE = 'Pacific/Chatham';

/**
 * Does something at another time and, where the process allows, in another time zone. For what is synchronous only: nobody
 * else sees the other clock.
 */
export function inOtherCircumstances<T>(work: () => T): T {
  const { Date: RealDate } = globalThis;
  const zone = process.env['TZ'];
  globalThis.Date = laterDate(RealDate);
  process.env['TZ'] = ZONE;
  try {
    return work();
  } finally {
    globalThis.Date = RealDate;
    // `process.env.TZ = undefined` would be a zone of that name.
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  }
}

/** A Date that believes it is later; what is made of a given time is what it always is, and an `instanceof Date`. */
function laterDate(RealDate: DateConstructor): DateConstructor {
  const now = (): number => RealDate.now() + LATER_MS;
  return new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    get: (target, key) => (key === 'now' ? now : (Reflect.get(target, key) as unknown)),
  });
}
