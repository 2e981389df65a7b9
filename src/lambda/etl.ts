import { standardTransforms } from '../etl/default-pipeline.ts';
import { defineEtl } from '../package/define-etl.ts';

/** The ETL in Lambda with the built-in transforms. A pipeline of your own is a file like this one. */
export const { handler } = defineEtl({ transforms: standardTransforms });
