import { interleave, median, type Taken } from '../measure.ts';
import type { HourSpec } from '../hours.ts';
import { withHour } from '../loadable-hour.ts';
import { atMost, shown, type Row } from '../row.ts';

const OBJECTS = 100_000;

const SIDES = {
  all: 'all in',
  read: 'limit: LIST and GET alone',
  json: 'limit: the same and JSON.parse',
  sdk: 'the AWS SDK alone, LIST and GET',
} as const;

/** An hour of one object per event, as the ingest stores it. */
export const smallObjects: Row = {
  name: 'small-objects',
  title: 'small-object hour: client CPU per object, all in',
  limit:
    'half of it is the GET itself (second line of the table): writing to a socket, signing, parsing HTTP. Signing by two hashes instead of an HMAC ' +
    'took as long, and Buffers of our own to read into or fewer GETs at once changed nothing. An HTTP client of our own took 20 us where undici takes ' +
    '50, and was not worth keeping safe.',
  measure: (bench) => {
    const spec: HourSpec = { shape: 'objects', events: bench.scaled(OBJECTS) };
    return withHour(bench, spec, async ({ s3, load }) => {
      const found = await interleave<keyof typeof SIDES, Taken>(
        bench.options.rounds,
        {
          all: load,
          read: () => bench.run('stages', { s3, args: ['read'] }),
          json: () => bench.run('stages', { s3, args: ['json'] }),
          sdk: () => bench.run('sdk-get', { s3 }),
        },
        (text) => bench.say(text),
      );
      const each_us = (taken: Taken): number => (taken.cpu_s / spec.events) * 1e6;
      return {
        checks: [atMost(150, { what: 'all in', values: found.all.map(each_us), unit: 'us', digits: 0 })],
        tables: [
          {
            title: `${shown(spec.events, 0)} objects, medians`,
            cells: [
              ['side', 'client CPU us per object', 'objects per second', 'client peak MiB'],
              ...Object.entries(SIDES).map(([side, title]) => {
                const taken = found[side as keyof typeof SIDES];
                return [
                  title,
                  shown(median(taken.map(each_us)), 0),
                  shown(median(taken.map(({ wall_s }) => spec.events / wall_s)), 0),
                  shown(median(taken.map(({ maxRss_mb }) => maxRss_mb)), 0),
                ];
              }),
            ],
          },
        ],
      };
    });
  },
};
