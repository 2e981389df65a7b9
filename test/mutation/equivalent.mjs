// Mutants that change nothing that anybody could see, so that no test can kill them. They are left out of the score. Each
// names the file, a part of the line that is changed, what it becomes, and why that makes no difference. One that is
// killed after all is reported as no longer needed.
const transforms = 'src/etl/transforms';
const sinks = 'src/etl/sinks/postgres';
const pipeline = 'src/etl/pipeline';

const FAST_PATH = 'a short cut: what it does not take, the pattern below reads to the same value';
const FAST_CHECK = 'a quick look that spares work; without it the work is done and comes to the same';
// Not equivalent, but no survivor either: every test file fails to load, which Stryker's runner does not count.
const AT_IMPORT = 'throws at import';
const TYPE_ONLY = 'for the compiler; the next condition refuses whatever is of another type';

export const EQUIVALENT = [
  // The instants that toISOString writes are read without the pattern. A mutant that takes fewer of them only is slower.
  ...[
    { line: 'const USUAL_LENGTH', becomes: ['""'] },
    { line: 'if (usual_ms !== null)', becomes: ['false'] },
    { line: 'if (text.length !== USUAL_LENGTH)', becomes: ['true'] },
    { line: 'if (text.charCodeAt(4) !== HYPHEN', becomes: ['true'] },
    { line: 'if (text.charCodeAt(13) !== COLON', becomes: ['true'] },
    { line: 'if (text.charCodeAt(23) !== LETTER_Z', becomes: ['true'] },
    {
      line: 'if (!(year >= 100',
      becomes: ['true', 'false', 'year > 100', 'month > 1', 'month < 12', 'day > 1', 'day < 28'],
    },
    {
      line: 'if (!(hour >= 0 && hour <= 23',
      becomes: [
        'true',
        'hour > 0',
        'hour < 23',
        'minute > 0',
        'minute < 59',
        'second > 0',
        'second < 59',
        'millisecond > 0',
      ],
    },
    { line: 'const NO_DIGIT', becomes: ['+1_000_000'] },
    { line: 'function digit(', becomes: ['{}'] },
    { line: 'function twoDigits(', becomes: ['{}'] },
    { line: 'value >= 0 && value <= 9 ? value', becomes: ['false', 'value > 0', 'value < 9'] },
    { line: 'if (lastDay.day !== day', becomes: ['true'] },
  ].map((entry) => ({ file: `${transforms}/time.ts`, why: FAST_PATH, ...entry })),
  {
    file: `${transforms}/time.ts`,
    line: "hour = '0', minute = '0', second = '0'",
    becomes: ['""'],
    why: 'no digits are the number 0, and no zone is UTC, in either spelling',
  },
  { file: `${transforms}/time.ts`, line: "fraction || '0'", becomes: ['""'], why: '`0.` is the number 0, too' },
  {
    file: `${transforms}/time.ts`,
    line: "if (zone === 'Z' || zone === 'z') return 0",
    becomes: ['false', "zone === 'Z' && zone === 'z'", '""'],
    why: 'Z has no digits, and what is computed from none is 0',
  },
  { file: `${transforms}/time.ts`, line: "|| '0');", becomes: ['""'], why: 'no digits are the number 0' },
  {
    file: `${transforms}/leftovers.ts`,
    line: 'size += 1',
    becomes: ['size -= 1'],
    why: 'only whether it is 0 counts',
  },
  { file: `${transforms}/leftovers.ts`, line: "if (key === '__proto__')", becomes: ['true'], why: FAST_CHECK },
  {
    file: `${transforms}/leftovers.ts`,
    line: 'Object.defineProperty(object, key',
    becomes: ['false'],
    why: 'nobody sets or removes the property again',
  },
  ...[
    { line: '].map((key) => [', becomes: ['() => undefined'] },
    { line: 'function named(', becomes: ['{}'] },
    { line: 'return names.map((name) => [name, held])', becomes: ['() => undefined'] },
  ].map((entry) => ({ file: `${transforms}/leftovers.ts`, why: AT_IMPORT, ...entry })),
  {
    file: `${transforms}/open-sessions.ts`,
    line: 'event_id < open.firstEventId',
    becomes: ['event_id <= open.firstEventId'],
    why: 'sets what it is already',
  },
  {
    file: `${transforms}/open-sessions.ts`,
    line: 'return a.event_id < b.event_id ? -1',
    becomes: ['a.event_id <= b.event_id', 'true', 'false', 'a.event_id >= b.event_id'],
    why: 'of a comparison, the sort asks only whether it is below 0; ids that are equal are of one event',
  },
  { file: `${pipeline}/uuid.ts`, line: 'if (CANONICAL.test(text))', becomes: ['false'], why: FAST_CHECK },
  { file: `${pipeline}/uuid.ts`, line: ".update(name, 'utf8')", becomes: ['""'], why: 'UTF-8 is the default' },
  { file: `${transforms}/values.ts`, line: "typeof number !== 'number'", becomes: ['false'], why: TYPE_ONLY },
  {
    file: `${transforms}/values.ts`,
    line: 'value !== null && !Array',
    becomes: ['true'],
    why: 'null comes back as null',
  },
  {
    file: `${transforms}/values.ts`,
    line: 'value.length * 3 <= LIMITS.id_bytes',
    becomes: ['false', 'value.length * 3 < LIMITS.id_bytes'],
    why: FAST_CHECK,
  },
  {
    file: `${sinks}/encode.ts`,
    line: 'this.#names.map(() => NULL)',
    becomes: ['() => undefined'],
    why: 'every field is set before any is read; this only gives the array its length',
  },
  { file: `${sinks}/encode.ts`, line: 'if (!SPECIAL.test(text))', becomes: ['false'], why: FAST_CHECK },
  {
    file: `${sinks}/encode.ts`,
    line: "json.includes('null') && holdsNonFinite",
    becomes: ['true', "json.includes('null') || holdsNonFinite(value)", '""'],
    why: FAST_CHECK,
  },
  { file: `${sinks}/encode.ts`, line: "if (json.includes('\\\\u'))", becomes: ['true', '""'], why: FAST_CHECK },
  { file: `${sinks}/encode.ts`, line: "json.includes('\\\\') ?", becomes: ['""'], why: FAST_CHECK },
  {
    file: `${sinks}/encode.ts`,
    line: "if (typeof value === 'number') return !Number.isFinite(value)",
    becomes: ['true'],
    why: FAST_CHECK,
  },
  {
    file: `${sinks}/encode.ts`,
    line: "return typeof value === 'object' && value !== null && Object.values",
    becomes: ['true'],
    why: FAST_CHECK,
  },
  { file: `${sinks}/encode.ts`, line: 'if (minute !== lastMinute)', becomes: ['true'], why: FAST_CHECK },
  {
    file: `${sinks}/encode.ts`,
    line: "let lastMinuteText = ''",
    becomes: ['"Stryker was here!"'],
    why: 'set before it is read',
  },
  {
    file: `${sinks}/encode.ts`,
    line: 'if (Number.isInteger(rest_ms))',
    becomes: ['false', '{}'],
    why: 'the slower way below writes the same text',
  },
  {
    file: `${sinks}/encode.ts`,
    line: 'if (!/^\\d{4}-\\d\\d-\\d\\d$/.test(text)',
    becomes: ['/\\d{4}-\\d\\d-\\d\\d$/'],
    why: 'the day is written again and must begin as the text does',
  },
  ...['(value | 0) === value', "if (typeof value === 'number' && Number.isFinite(value))"].map((line) => ({
    file: `${sinks}/encode.ts`,
    line,
    becomes: ['true'],
    why: TYPE_ONLY,
  })),
  {
    file: `${sinks}/encode.ts`,
    line: "typeof value === 'number' && Number.isFinite(value) ? String(value) : refuse('double",
    becomes: ['true'],
    why: TYPE_ONLY,
  },
  {
    file: `${sinks}/encode.ts`,
    line: 'const UNFIT_IN_JSON',
    becomes: ['/(?<!\\\\)(?:\\\\\\\\)*\\\\u(0000|d[89a-f][0-9a-f])/'],
    why: 'an escape always has all of its four digits',
  },
  {
    file: `${sinks}/prepared-rows.ts`,
    line: 'event_timestamp < stretch.from_ms',
    becomes: ['event_timestamp <= stretch.from_ms'],
    why: 'sets what it is already',
  },
  {
    file: `${sinks}/prepared-rows.ts`,
    line: 'event_timestamp > stretch.to_ms',
    becomes: ['event_timestamp >= stretch.to_ms'],
    why: 'sets what it is already',
  },
  {
    file: `${pipeline}/pipeline.ts`,
    line: "let current = ''",
    becomes: ['"Stryker was here!"'],
    why: 'set before it is read',
  },
  { file: `${pipeline}/pipeline.ts`, line: 'duplicates.length === 0 ?', becomes: ['false'], why: FAST_CHECK },
  {
    file: `${pipeline}/pipeline.ts`,
    line: "placesOf(cause)[0]?.replace(/^ +at /, '')",
    becomes: ['/ +at /'],
    why: 'every place begins with it',
  },
  {
    file: `${pipeline}/run-unit.ts`,
    line: 'return true;',
    becomes: ['false'],
    why: 'reading was stopped, so there is no time either, and the caller asks for both',
  },
  {
    file: `${pipeline}/batch-size.ts`,
    line: 'this.#growing = this.#records > this.#smaller',
    becomes: ['true', 'this.#records >= this.#smaller'],
    why: 'at the largest size there is no other one to go to; this only ends the measuring',
  },
  {
    file: `${pipeline}/batches.ts`,
    line: "signal.addEventListener('abort', onAbort, { once: true })",
    becomes: ['{}', 'false'],
    why: 'a signal is aborted once, and the listener is removed in the end',
  },
  {
    file: `${pipeline}/batches.ts`,
    line: 'if (signal.aborted) resolve(undefined)',
    becomes: ['false'],
    why: 'the signal has resolved it before any error that it causes can come',
  },
  {
    file: `${pipeline}/budget.ts`,
    line: 'if (needed_ms <= this.#reserve_ms) return',
    becomes: ['needed_ms < this.#reserve_ms'],
    why: 'sets the timer to when it is set to already',
  },
  {
    file: `${pipeline}/hours.ts`,
    line: 'const year = ',
    becomes: ['/events\\/(\\d{4})(?:\\/|$)/'],
    why: 'no hour’s prefix begins with it',
  },
  {
    file: `${pipeline}/hours.ts`,
    line: 'if (year === undefined) return []',
    becomes: ['false'],
    why: 'a year that is no number has no hours',
  },
  {
    file: `${pipeline}/listing.ts`,
    line: 'unit.startAfter === undefined ?',
    becomes: ['false'],
    why: 'for the compiler; an option that is undefined is none',
  },
  {
    file: `${pipeline}/listing.ts`,
    line: 'return a.objects === b.objects &&',
    becomes: ['true'],
    why: 'the digest is of each key in turn, and so of their number',
  },
];
