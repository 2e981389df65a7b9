/** What every transform keeps to, in the order in which it is tested, and what to do about one that does not. */
export const RULES = {
  run: {
    says: 'no record fails the run',
    advice: 'reject the record that it cannot work with, or look at one record at a time in "each", which does that',
  },
  ledger: {
    says: 'a record is passed on, rejected or dropped, and every event made of it has an id of its own',
    advice: 'use context.reject, context.drop and context.split, and return all other records',
  },
  input: {
    says: 'the event, and the values that it finds in columns, stay as they are: others see them, too',
    advice: 'make a new value and put it into a column of the row',
  },
  columns: {
    says: 'it writes the columns that it declares and no others',
    advice: 'declare the column in "adds", or in "needs" when another transform adds it',
  },
  types: {
    says: 'what it writes into a column is a value of the column’s type',
    advice: 'convert the value, or declare another type; what cannot be converted is null',
  },
  needs: {
    says: 'the columns that it needs are enough, whatever values of their types they hold, null included',
    advice: 'check for null, and declare every column that it reads in "needs"',
  },
  hostile: {
    says: 'it takes whatever a client may send without throwing',
    advice: 'check a value’s type before using it: anybody can send anything to a public address',
  },
  deterministic: {
    says: 'the same records give the same result in every run, at any time and in any time zone',
    advice: 'take the time from the row, ids from context.split, and keep state inside "open"',
  },
  batching: {
    says: 'the result is the same however records are cut into batches',
    advice: 'decide about each record by itself; where batches end depends on time and memory',
  },
  order: {
    says: 'the order of the records in a batch does not change what becomes of each',
    advice: 'decide about each record by itself, or sort the records of a batch by their own values first',
  },
  close: {
    says: '"close" ends what "open" began, whether or not there was a batch in between',
    advice: 'end timers, connections and files in "close"',
  },
  effect: {
    says: 'at least one of the records means something to it, or nothing was tested',
    advice: 'give events of the kind that it looks for: testTransform(it, { events: [...] })',
  },
} as const satisfies Readonly<Record<string, { readonly says: string; readonly advice: string }>>;

/** A rule, by name. */
export type Rule = keyof typeof RULES;

/** Rules that a transform may be excused from, with a reason. A run of the ETL depends on the others. */
export type OptionalRule = Exclude<Rule, 'run' | 'ledger' | 'columns'>;

/** Whether a rule may be switched off. */
export function isOptional(rule: string): rule is OptionalRule {
  return Object.hasOwn(RULES, rule) && rule !== 'run' && rule !== 'ledger' && rule !== 'columns';
}
