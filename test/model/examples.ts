import type * as fc from 'fast-check';
import type { Bench } from './bench.ts';
import {
  EndHolds,
  Expire,
  Ingest,
  Kill,
  PartialRun,
  Put,
  Redrive,
  Replace,
  Run,
  RunAtOnce,
  Store,
} from './commands.ts';
import type { Model, What } from './model.ts';

const hour = (number: number): What => ({ kind: 'hour', hour: number });
const hourly = (number: number, minute = 40): What => ({ kind: 'scheduled', hour: number, minute });

/** Events of one visitor, ten minutes apart. */
const visits = (count: number): ConstructorParameters<typeof Put>[0]['events'] =>
  Array.from({ length: count }, (_, at) => ({ id: at + 1, clientId: 'a', at_min: at * 10, received_min: 100 + at }));

/**
 * Histories that run every time, whatever the seed. Each has one thing in it that random ones may miss; one that failed
 * once is kept here, under what it was about.
 */
export const EXAMPLES: Readonly<Record<string, readonly fc.AsyncCommand<Model, Bench>[]>> = {
  'late objects join, split and replace what is loaded': [1, 2, 3, 4, 5, 6].flatMap((round) => [
    new Store({ seed: round, hour: round % 3, records: 9 }),
    new Ingest({ seed: round, hour: (round + 1) % 3, requests: 1 }),
    new Run({ what: round % 2 === 0 ? hour(round % 3) : hourly(2), batch: 2 * round, faulty: false }),
  ]),
  'an event that was another visitor’s after all leaves its session in two': [
    new Put({
      hour: 1,
      events: [0, 25, 50].map((at_min, at) => ({ id: at + 1, clientId: 'a', at_min, received_min: 100 + at })),
    }),
    new Run({ what: hour(1), batch: 10 }),
    new Put({ hour: 0, events: [{ id: 2, clientId: 'b', at_min: 25, received_min: 55 }] }),
    new Run({ what: hour(0), batch: 10 }),
  ],
  'a session goes on after a pause of the timeout, and not after one that is longer': [
    new Put({
      hour: 0,
      events: [0, 30, 60.001, 90.001, 120.002].map((at_min, at) => ({
        id: at + 1,
        clientId: 'a',
        at_min,
        received_min: 120 + at,
      })),
    }),
    new Run({ what: hour(0), batch: 1 }),
  ],
  'an hour that was passed by as unchanged is read once something came': [
    new Store({ seed: 1, hour: 0, records: 6 }),
    new Run({ what: hourly(0, 1), batch: 10 }),
    new Run({ what: hourly(0, 5), batch: 10 }),
    new Run({ what: hourly(2), batch: 10 }),
    new Store({ seed: 2, hour: 0, records: 6 }),
    new Run({ what: hourly(2), batch: 10 }),
    new Replace({ seed: 3 }),
    new Run({ what: hourly(2), batch: 10 }),
  ],
  'a key comes in before the place where a run stopped': [
    ...[1, 2, 3].map((seed) => new Store({ seed, hour: 0, records: 8 })),
    new PartialRun({ what: hour(0), batch: 3, commits: 3, times: 1 }),
    ...[4, 5, 6].map((seed) => new Store({ seed, hour: 0, records: 4 })),
    new Run({ what: hour(0), batch: 3 }),
  ],
  'runs with room for one batch each go on where the last one stopped': [
    ...[1, 2].map((seed) => new Store({ seed, hour: 1, records: 8 })),
    new PartialRun({ what: hour(1), batch: 2, times: 4 }),
    new Run({ what: hour(1), batch: 2 }),
  ],
  'what is rejected after the place where a run stopped is told by its own index': [
    new Put({ hour: 0, events: visits(8), cutOff: true }),
    new PartialRun({ what: hour(0), batch: 2, times: 3 }),
    new Run({ what: hour(0), batch: 2 }),
  ],
  'the rejects of objects that are gone go with the next run, at the end of the hour as well': [
    new Put({ hour: 0, events: visits(2), cutOff: true }),
    new Put({ hour: 0, events: visits(4), cutOff: true }),
    new Run({ what: hour(0), batch: 2 }),
    new Expire({ seed: 1 }),
    new Expire({ seed: 1 }),
    new Run({ what: hour(0), batch: 2 }),
  ],
  'a ROLLBACK that fails costs the connection, and not the run': [
    new Put({ hour: 0, events: visits(3) }),
    new Run({ what: hour(0), batch: 2 }),
    new Run({
      what: { kind: 'range', hour: 0, to: 1 },
      batch: 2,
      accident: { after: 1, statement: 'ROLLBACK', fault: { kind: 'refuse', sqlstate: '40001' } },
    }),
  ],
  'an hour held by the dead is busy, and then goes on': [
    ...[1, 2, 3].map((seed) => new Store({ seed, hour: 0, records: 8 })),
    new Kill({ what: hour(0), batch: 3, cut: { after: 60, manner: 'abandon' }, endHold: false }),
    new Run({ what: hour(0), batch: 3 }),
    new EndHolds({}),
    new Run({ what: hour(0), batch: 3 }),
  ],
  'a process is killed between two commits': [
    ...[1, 2, 3].map((seed) => new Store({ seed, hour: 0, records: 8 })),
    new Kill({ what: hour(0), batch: 3, commits: 3, endHold: true }),
    new Run({ what: hourly(0), batch: 7 }),
  ],
  'runs take an hour from each other': [
    ...[1, 2, 3, 4].map((seed) => new Store({ seed, hour: 0, records: 9 })),
    new RunAtOnce({
      whats: [0, 20, 40].map((delay_ms) => ({ what: hour(0), batch: 1, delay_ms })),
      overtake: true,
    }),
  ],
  'hours that share visitors and events are loaded at once': [
    ...[1, 2, 3, 4, 5, 6].map((seed) => new Store({ seed, hour: seed % 3, records: 9 })),
    new RunAtOnce({ whats: [0, 1, 2].map((at) => ({ what: hour(at), batch: 3, delay_ms: 0 })), overtake: false }),
  ],
  'what a faulty transform rejected is tried again, also after its object is gone': [
    ...[1, 2, 3].map((seed) => new Store({ seed, hour: 0, records: 10 })),
    new Run({ what: hour(0), batch: 4, faulty: true }),
    ...[1, 2, 3, 4].map((seed) => new Expire({ seed })),
    new Replace({ seed: 1 }),
    new Redrive({ hour: 0, batch: 3, accident: { after: 12, fault: { kind: 'reset' } } }),
    new Run({ what: hour(0), batch: 4 }),
  ],
};
