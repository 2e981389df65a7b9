import type { Row } from '../row.ts';
import { coldStart } from './cold-start.ts';
import { forecasts } from './forecasts.ts';
import { growth } from './growth.ts';
import { hour } from './hour.ts';
import { lambda } from './lambda.ts';
import { largeWarehouse } from './large-warehouse.ts';
import { latency } from './latency.ts';
import { listing } from './listing.ts';
import { memory } from './memory.ts';
import { rerun } from './rerun.ts';
import { rowsOnly } from './rows-only.ts';
import { smallObjects } from './small-objects.ts';

/** All rows of the table of targets, in its order, and what Lambda makes of it and forecasts are worth. */
export const ROWS: readonly Row[] = [
  hour,
  rowsOnly,
  smallObjects,
  latency,
  listing,
  memory,
  rerun,
  largeWarehouse,
  growth,
  lambda,
  forecasts,
  coldStart,
];
