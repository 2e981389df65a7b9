import { readWarehouseSettings } from '../config/settings.ts';
import { reconcileOrders } from '../warehouse/reconcile/reconcile.ts';
import { EXIT } from './exit-codes.ts';
import { readReconcileFlags, type ReconcileFlags } from './orders-flags.ts';
import { Listing, lowestCoverage, reconciledDocument, reconciledText } from './orders-text.ts';
import { colorsFor, print, printJson } from './output.ts';

/**
 * `clickstream orders reconcile`: compares the shop's own orders with those that clickstream has seen.
 *
 * @returns the exit code: failed when fewer were seen than `--min-coverage` asks for.
 * @throws ClickstreamError for what is wrong.
 */
export async function reconcileCommand(flags: ReconcileFlags): Promise<number> {
  const { request, list, minCoverage = 0 } = readReconcileFlags(flags, process.env, Date.now());
  const listing = new Listing(list);
  const result = await reconcileOrders(readWarehouseSettings(process.env), request, (found) => listing.add(found));
  if (flags.json === true) printJson(reconciledDocument(result, listing));
  else print(reconciledText(result, listing, colorsFor(process.stdout, process.env)));
  return lowestCoverage(result) < minCoverage ? EXIT.failed : EXIT.complete;
}
