import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { geolocate, type GeolocateOptions } from './geolocate.ts';
import { mmdb } from './mmdb-writer.ts';
import { runTransforms } from './testing.ts';
import { testTransform } from '../../testing/index.ts';

const names = (en: string, de = en) => ({ names: { en, de } });
const BERLIN = {
  country: { iso_code: 'DE', ...names('Germany') },
  subdivisions: [{ iso_code: 'BE' }],
  city: names('Berlin'),
};
const COLOGNE = { country: { iso_code: 'DE' }, subdivisions: [{ iso_code: 'NW' }], city: names('Cologne', 'Köln') };

let folder: string;
let database: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mmdb-'));
  database = join(folder, 'test.mmdb');
  writeFileSync(
    database,
    mmdb({
      '203.0.113.0/24': BERLIN,
      '198.51.100.128/25': COLOGNE,
      '192.0.2.0/24': { country: { iso_code: 'FR' } },
      '192.0.3.0/24': { registered_country: { iso_code: 'US' } },
      '192.0.4.0/24': { country: 7, city: { names: 'x' } },
      '192.0.5.0/24': { traits: { is_anycast: true } },
      '2001:db8::/32': { ...COLOGNE, city: { names: { fr: 'Cologne' } } },
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

async function places(ips: readonly unknown[], options?: Partial<GeolocateOptions>) {
  const events = ips.map((sourceIp) => ({ _ingest: { sourceIp } }));
  const { rows, metrics } = await runTransforms([geolocate({ database, ...options })], events);
  return { places: rows.map(({ country, region, city }) => `${country} ${region} ${city}`), metrics };
}

test('country, region and city are told by the address, as far as the database knows them', async () => {
  const ips = ['203.0.113.9', '198.51.100.129', '198.51.100.1', '192.0.2.1', '192.0.3.1', '192.0.4.1', '192.0.5.1', '8.8.8.8', '2001:db8::1', '::ffff:203.0.113.9']; // prettier-ignore
  expect((await places(ips)).places).toEqual([
    'DE DE-BE Berlin',
    'DE DE-NW Cologne',
    'null null null',
    'FR null null',
    'US null null',
    'null null null',
    'null null null',
    'null null null',
    'DE DE-NW null',
    'DE DE-BE Berlin',
  ]);
});

test('a city has its name in the language that was asked for, else in English', async () => {
  expect((await places(['198.51.100.129'], { language: 'de' })).places).toEqual(['DE DE-NW Köln']);
  expect((await places(['198.51.100.129'], { language: 'ja' })).places).toEqual(['DE DE-NW Cologne']);
  expect((await places(['198.51.100.129'], { language: 'toString' })).places).toEqual(['DE DE-NW Cologne']);
});

test('what is no address is nowhere, and only addresses that are not known are counted', async () => {
  const odd = [undefined, null, 42, {}, '', 'localhost', '203.0.113', 'fe80::1%eth0', '1'.repeat(1_000_000), '8.8.8.8'];
  const { places: found, metrics } = await places(odd);
  expect(found).toEqual(odd.map(() => 'null null null'));
  expect(metrics).toEqual({ 'geolocate.unknown': 1 });
});

test('a database that is missing or none stops the run before it reads anything, and says which', async () => {
  await expect(runTransforms([geolocate({ database: '/nowhere/x.mmdb' })], [])).rejects.toMatchObject({
    code: 'invalid_config',
    message: expect.stringContaining('geolocate: the database /nowhere/x.mmdb cannot be read: ENOENT') as string,
  });
  const other = join(folder, 'other.mmdb');
  writeFileSync(other, 'no database');
  await expect(runTransforms([geolocate({ database: other })], [])).rejects.toMatchObject({
    message: expect.stringContaining(`the database ${other} cannot be read`) as string,
  });
});

test.each<[unknown, string]>([
  [undefined, 'geolocate: its option database is not given: give the path of a database'],
  [{ database: '' }, 'geolocate: its option database is empty: give the path of a database'],
  [{ databse: 'x' }, 'geolocate: it has no option "databse" (did you mean database?)'],
])('the options %j are refused', (options, message) => {
  expect(() => geolocate(options as GeolocateOptions)).toThrow(message);
});

test('geolocate keeps the rules of transforms', () =>
  testTransform(geolocate({ database }), { events: [{ _ingest: { sourceIp: '203.0.113.9' } }] }));
