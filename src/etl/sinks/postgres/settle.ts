import { adoptRule } from '../../../warehouse/adopt-rule.ts';
import type { Connection } from './connection.ts';
import type { Statements } from './statements.ts';

/**
 * Settles what marks there are, whichever run left them. Does nothing when there are none.
 *
 * @throws ClickstreamError `other_rule` when a rebuild has given the warehouse another rule since the run began; the marks
 *   stay for a run that goes by it.
 */
export async function settle(writer: Connection, statements: Statements): Promise<void> {
  const found = await writer.run((client) => client.query<{ found: boolean }>(statements.anyMarks));
  if (!found.rows[0]?.found) return;
  await writer.transaction(async (client) => {
    await client.query(statements.lockSettling);
    await adoptRule(client, statements.adoptRule, statements.rule);
    await client.query(statements.settle);
  });
}
