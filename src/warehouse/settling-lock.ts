import type { TableNames } from '../config/table-names.ts';

/** The two numbers of the advisory lock that only one settling, or rebuild, of a warehouse holds at a time; as SQL. */
export function settlingLock({ events }: TableNames): string {
  return `hashtext('clickstream settle'), '${events}'::regclass::oid::integer`;
}
