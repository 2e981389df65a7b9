import { readFile } from 'node:fs/promises';
import { Reader, type CityResponse } from 'mmdb-lib';
import { configError } from '../../errors.ts';
import { column } from '../pipeline/column.ts';
import { transform } from '../pipeline/transform.ts';
import { sourceIpOf } from './client.ts';
import { readOptions, textOf, withDefault } from './options.ts';
import { Recent } from './recent.ts';

/** What `geolocate` has to be told, and may be. */
export interface GeolocateOptions {
  /** Path of a database in MaxMind's format (`.mmdb`), of cities or of countries: GeoLite2, GeoIP2, DB-IP. */
  readonly database: string;
  /** The language of the city's name, where the database has it; else English. Default: `en`. */
  readonly language?: string;
}

interface Place {
  readonly country: string | null;
  readonly region: string | null;
  readonly city: string | null;
}

const NOWHERE: Place = { country: null, region: null, city: null };

/**
 * Tells country, region and city from the address that the ingest saw, by a database of your own. The address itself
 * does not reach the warehouse. All three are null where the database does not know; addresses of mobile networks and
 * proxies are known by their operator's place at best. A database that is brought up to date changes what a rerun says.
 *
 * The database is read into memory when a run begins, once per process: one of all cities takes 60 MB and more, which a
 * function's memory has to have. It is read by `mmdb-lib` (MIT, no dependencies).
 *
 * Costs 0.3 us per event whose address came lately (`npm run bench:transforms`).
 *
 * @example
 * defineEtl({ transforms: [...standardTransforms, geolocate({ database: 'GeoLite2-City.mmdb', language: 'de' })] });
 */
export function geolocate(options: GeolocateOptions) {
  const { database, language } = readOptions('geolocate', options, {
    database: textOf('the path of a database in MaxMind’s format, such as "GeoLite2-City.mmdb"'),
    language: withDefault(textOf('a language that the database has, such as "de"'), 'en'),
  });
  let reader: Reader<CityResponse> | undefined;
  return transform({
    name: 'geolocate',
    adds: {
      country: column.text('Where it was sent from, by its address: ISO 3166-1 code, such as DE'),
      region: column.text('The region of the country: ISO 3166-2 code, such as DE-BE'),
      city: column.text('The city, as near as its network tells'),
    },
    async open() {
      reader ??= await readDatabase(database);
      const known = reader;
      const places = new Recent((ip) => placeOf(known.get(ip), language));
      return {
        batch(records, context) {
          for (const { event, row } of records) {
            const ip = sourceIpOf(event);
            if (ip === null) continue;
            const { country, region, city } = places.of(ip);
            if (country === null) context.count('unknown');
            row.country = country;
            row.region = region;
            row.city = city;
          }
          return undefined;
        },
      };
    },
  });
}

async function readDatabase(path: string): Promise<Reader<CityResponse>> {
  try {
    return new Reader<CityResponse>(await readFile(path));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw configError(`geolocate: the database ${path} cannot be read: ${why}. Give the path of an .mmdb file.`, error);
  }
}

/** A database may have any shape; what is not as MaxMind's is null. */
function placeOf(found: CityResponse | null, language: string): Place {
  const country = textOrNull(found?.country?.iso_code) ?? textOrNull(found?.registered_country?.iso_code);
  if (country === null) return NOWHERE;
  const subdivision = textOrNull(found?.subdivisions?.[0]?.iso_code);
  const names = found?.city?.names as Readonly<Record<string, unknown>> | undefined;
  const city = names && Object.hasOwn(names, language) ? names[language] : names?.['en'];
  return { country, region: subdivision && `${country}-${subdivision}`, city: textOrNull(city) };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
