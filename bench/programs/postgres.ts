import pg from 'pg';
import { given } from './measured.ts';

/** A connection by the same variables as the ETL's. */
export async function connected(): Promise<pg.Client> {
  const client = new pg.Client({
    host: given('DW_PG_HOST'),
    port: Number(given('DW_PG_PORT')),
    user: given('DW_PG_USER'),
    password: given('DW_PG_PASSWORD'),
    database: given('DW_PG_DATABASE'),
  });
  await client.connect();
  await client.query("SET TimeZone = 'UTC'");
  return client;
}
