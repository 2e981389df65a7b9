import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWarehouseSettings } from '../../src/config/settings.ts';
import { tableNames } from '../../src/config/table-names.ts';
import { defaultPipeline } from '../../src/etl/default-pipeline.ts';
import { column } from '../../src/etl/pipeline/column.ts';
import { definePipeline, type Pipeline } from '../../src/etl/pipeline/pipeline.ts';
import { transform } from '../../src/etl/pipeline/transform.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { readStatus } from '../../src/warehouse/status.ts';
import { event, freshBucket, HOUR, ndjson, PREFIX } from '../support/bucket.ts';
import { suiteLog } from '../support/suite-log.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';

let s3: S3Server;

beforeAll(async () => {
  s3 = await freshBucket();
  const events = [event(1), event(2, { sessionId: 's' }), event(3), event(1)];
  await s3.putObject('raw', `${PREFIX}a.json`, `${ndjson(events)}no record\n`);
});

afterAll(() => s3.close());

async function withWarehouse(
  options: Parameters<typeof freshWarehouse>[0],
  work: (warehouse: TestWarehouse) => Promise<void>,
): Promise<void> {
  const warehouse = await freshWarehouse({ s3Endpoint: s3.url, ...options });
  try {
    await work(warehouse);
  } finally {
    await warehouse.close();
  }
}

/** A first load by COPY, a second one by merging, settling in both, and a look at it all. */
async function loadTwice({ settings }: TestWarehouse, pipeline: Pipeline = defaultPipeline): Promise<void> {
  const options = { log: suiteLog, pipeline };
  expect(await runEtl({ targetUtcHour: HOUR }, settings, options)).toMatchObject({ inserted: 3, rejected: 1 });
  expect(await runEtl({ targetUtcHour: HOUR }, settings, options)).toMatchObject({ duplicates: 4, rejected: 1 });
  expect(await readStatus(settings, Date.now())).toMatchObject({ unsettledMarks: 0 });
}

describe('names', () => {
  const base = { DW_PG_HOST: 'db', DW_PG_USER: 'etl', DW_PG_DATABASE: 'dw' };

  it.each([
    'events"; DROP TABLE clickstream_events; --',
    '"events"',
    'shop."events"',
    "events'",
    'events; SELECT 1',
    'a.b.c',
    'events--',
    'events/*',
    'événements',
    'ev\0ents',
    'events ',
    '$1',
    ':events',
    'pg_catalog.pg_class',
    'information_schema.tables',
    'e'.repeat(64),
  ])('TARGET_TABLE may not be %j', (name) => {
    expect(() => readWarehouseSettings({ ...base, TARGET_TABLE: name })).toThrow('TARGET_TABLE');
  });

  it.each(['user.order', 'Select', 'Shop.Events', 'analyse.table_events', 'events'])(
    'TARGET_TABLE may be %s, words of SQL and capitals included',
    (targetTable) => withWarehouse({ targetTable }, (warehouse) => loadTwice(warehouse)),
  );

  const WORDS = [
    'select',
    'order',
    'user',
    'table',
    'check',
    'default',
    'e',
    's',
    'ctid_',
    'old',
    'excluded',
    '__proto__',
  ] as const;

  it('a transform’s column may be a word of SQL, and say anything in its comment', async () => {
    const adds = Object.fromEntries(WORDS.map((word) => [word, column.text(`it's "\\" $$ ${word}; DROP TABLE x; --`)]));
    const addWords = transform({
      name: 'addWords',
      adds,
      each: ({ row }) => WORDS.forEach((word) => ((row as Record<string, unknown>)[word] = `'${word}"; --`)),
    });
    const pipeline = definePipeline([...defaultPipeline.transforms, addWords] as never);
    await withWarehouse({ columns: pipeline.columns }, async (warehouse) => {
      await loadTwice(warehouse, pipeline);
      const rows = await warehouse.rows(`SELECT DISTINCT "select", "order", "ctid_" FROM clickstream_events`);
      expect(rows).toEqual([{ select: `'select"; --`, order: `'order"; --`, ctid_: `'ctid_"; --` }]);
    });
  });

  it.each(['a"b', 'a; DROP TABLE x', 'a b', '1a', 'A', 'é', '', 'a'.repeat(64), "a'"])(
    'a transform’s column may not be %j',
    (name) => {
      const adds = Object.defineProperty({}, name, { value: column.text(), enumerable: true });
      const add = transform({ name: 'add', adds, each: () => undefined });
      expect(() => definePipeline([...defaultPipeline.transforms, add] as never)).toThrow(/column/);
    },
  );
});

/** Puts an impostor before every function and operator that PostgreSQL would have to convert an argument for. */
const IMPOSTORS = `
  CREATE FUNCTION public.impostor(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$;
  DO $do$
  DECLARE
    types text[] := '{text,uuid,timestamptz,interval,integer,bigint,numeric,boolean,jsonb,smallint,double precision,name,oid}';
    a text; b text; op text; f text;
  BEGIN
    FOREACH a IN ARRAY types LOOP
      FOREACH f IN ARRAY '{hashtext,to_regclass,to_char,date_trunc,now,count,sum,min,max,bool_or,format_type,
          pg_advisory_lock,pg_advisory_xact_lock,pg_terminate_backend,make_interval,generate_series,first_value,lag}'::text[] LOOP
        EXECUTE format('CREATE FUNCTION public.%I(secs %s) RETURNS %s LANGUAGE plpgsql AS %L', f, a,
          CASE f WHEN 'make_interval' THEN 'interval' ELSE 'text' END, $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$);
      END LOOP;
      FOREACH b IN ARRAY types LOOP
        EXECUTE format('CREATE FUNCTION public.impostor(%s, %s) RETURNS boolean LANGUAGE plpgsql AS %L', a, b,
          $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$);
        FOREACH op IN ARRAY '{=,<>,<,>,<=,>=,+,-,||}'::text[] LOOP
          EXECUTE format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = public.impostor)', op, a, b);
        END LOOP;
      END LOOP;
    END LOOP;
  END $do$;
  CREATE TABLE public.clickstream_staging (event_id uuid);
  CREATE TABLE public.clickstream_taken (visitor_id text);
  CREATE TABLE public.shop_events (event_id uuid);
  CREATE TABLE public.shop_checkpoints (unit text);
  CREATE VIEW public.pg_stat_activity AS SELECT 1 AS pid;
  GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC`;

describe('functions, operators and tables that somebody put into another schema', () => {
  it('are never taken for what is meant when TARGET_TABLE has a schema', () =>
    withWarehouse({ targetTable: 'shop.shop_events' }, async (warehouse) => {
      await warehouse.rows(IMPOSTORS);
      await loadTwice(warehouse);
      for (const table of ['clickstream_staging', 'clickstream_taken', 'shop_events', 'shop_checkpoints']) {
        expect(await warehouse.rows(`SELECT FROM public.${table}`), table).toEqual([]);
      }
      // As the session would be with the server's own search path: the attack is a real one.
      const { schema: _schema, ...postgres } = warehouse.settings.postgres;
      const open = runEtl({ targetUtcHour: HOUR }, { ...warehouse.settings, postgres }, { log: suiteLog });
      await expect(open).rejects.toMatchObject({ code: 'warehouse_refused' });
    }));
});

it('the settings of a TARGET_TABLE with a schema keep the session to it', () => {
  const env = { DW_PG_HOST: 'db', DW_PG_USER: 'etl', DW_PG_DATABASE: 'dw' };
  expect(readWarehouseSettings({ ...env, TARGET_TABLE: 'shop.events' }).postgres.schema).toBe('shop');
  expect(readWarehouseSettings(env).postgres).not.toHaveProperty('schema');
  expect(tableNames('shop.events').schema).toBe('shop');
});
