import type { TableNames } from '../config/table-names.ts';

/**
 * The two numbers of the advisory lock on what a warehouse lets in; as SQL. Every commit of rows shares it until its end,
 * and whoever changes what is let in holds it alone: a commit is over before the change, or goes by it. A lock on a row
 * would write that row with every commit, and ask for the right to change it.
 */
export function admissionLock({ events }: TableNames): string {
  return `hashtext('clickstream admission'), '${events}'::regclass::oid::integer`;
}
