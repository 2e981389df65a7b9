/**
 * The package: `import { defineEtl, transform, each, column } from 'clickstream'`. What is exported here and in the files
 * beside it is what people build on; everything else may change from one version to the next.
 */
export { ClickstreamError, type ErrorDetails, type Stage } from '../errors.ts';
export {
  column,
  required,
  type Column,
  type Columns,
  type ColumnType,
  type ColumnValues,
  type Row,
} from '../etl/pipeline/column.ts';
export type { EventRecord, Fate } from '../etl/pipeline/event-record.ts';
export { definePipeline, type Pipeline, type TransformCounts } from '../etl/pipeline/pipeline.ts';
export type { JsonObject, Origin } from '../etl/pipeline/record.ts';
export type { RunResult, RunStatus, UnitResult } from '../etl/pipeline/result.ts';
export {
  each,
  transform,
  type BatchContext,
  type BatchFunction,
  type EachFunction,
  type OpenContext,
  type Transform,
  type TransformDefinition,
  type TransformLog,
  type TransformRun,
} from '../etl/pipeline/transform.ts';
export { standardTransforms } from '../etl/default-pipeline.ts';
export { defineEtl, type Etl, type EtlDefinition, type EtlRunOptions } from './define-etl.ts';
