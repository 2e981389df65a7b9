import { coldStart_ms } from '../../scripts/build/cold-start.ts';
import { atMost, type Row } from '../row.ts';

/** Of each figure that is reported; one process starts by chance slower or faster. */
const STARTS = 5;

/** How soon a function is ready, and what is uploaded for it. */
export const coldStart: Row = {
  name: 'cold-start',
  title: 'cold start of each bundle, import to ready',
  limit:
    'the time is that of reading and compiling the bundle on a core that others use as well: the same bundle took 131 ms when the machine was calm.',
  measure: (bench) => {
    const checks = [1, 2].flatMap((limit_mb, at) => {
      const { spec, files, size_bytes } = bench.programs.built[at]!;
      const name = spec.outFile.split('/')[1]!;
      bench.say(name);
      const starts_ms = Array.from({ length: bench.options.rounds }, () => coldStart_ms(files[0], STARTS));
      return [
        atMost(150, { what: `${name}, import`, values: starts_ms, unit: 'ms', digits: 0 }),
        atMost(limit_mb, { what: `${name}, bundle`, values: [size_bytes / 1e6], unit: 'MB' }),
      ];
    });
    return Promise.resolve({ checks });
  },
};
