import { createIngestHandler } from '../ingest/handler.ts';

/** `POST /clickstream` in Lambda. Settings are read at each call, so that importing this never throws. */
export const handler = createIngestHandler();
