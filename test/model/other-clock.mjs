/** Loaded into a process before all else: its clock begins at CLICKSTREAM_TEST_CLOCK instead of now, and runs on. */
const RealDate = Date;
const shift_ms = RealDate.parse(process.env['CLICKSTREAM_TEST_CLOCK'] ?? '') - RealDate.now();

globalThis.Date = class Date extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + shift_ms);
    else super(...given);
  }

  static now() {
    return RealDate.now() + shift_ms;
  }
};
