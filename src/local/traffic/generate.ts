import { ClickstreamError, configError } from '../../errors.ts';
import { arrivals, HOUR_MS } from './arrivals.ts';
import type { PlannedRequest } from './facts.ts';
import { type Opening, planShopper } from './plan.ts';
import { Random } from './random.ts';
import { Schedule } from './schedule.ts';
import { Tally } from './tally.ts';
import type { Truth } from './truth.ts';

const WEEK_MS = 7 * 24 * HOUR_MS;

/** One HTTP request of the traffic. */
export interface TrafficRequest {
  /** When the ingest must take it as received, in simulated epoch milliseconds. */
  readonly at_ms: number;
  readonly body: string;
  readonly contentType: string;
  readonly userAgent: string;
  readonly sourceIp: string;
  /** What the ingest must answer. */
  readonly expectedStatus: 200 | 400;
}

export interface TrafficOptions {
  /** The same seed and options give the same bytes on every machine. Default 1. */
  readonly seed?: number | string;
  /** The start of a UTC hour in epoch milliseconds. Default 2025-12-06T16:00:00Z. */
  readonly start_ms?: number;
  /** How many hours of traffic, from 1. Nothing is received after them. Default 4. */
  readonly hours?: number;
  /**
   * In how many weeks these hours come, from 1: some shoppers return in a later one. Nothing is received between them.
   * Requests of the weeks to come are held. Default 1.
   */
  readonly weeks?: number;
  /**
   * New shoppers in an hour of average activity, over 0; the hour of the day makes it a tenth or twice as many. A
   * shopper makes about 1.2 visits of about 9 events each within the traffic. Default 400, which with the default
   * hours (an evening) is some 3,000 sessions and 19,000 events.
   */
  readonly shoppersPerHour?: number;
}

export interface Traffic {
  /**
   * The requests in the order in which they are received, made while they are read: what is held at any time are the
   * shoppers of the last hours. Each iteration starts over and gives the same.
   */
  readonly requests: Iterable<TrafficRequest>;
  /**
   * What the warehouse must come to when all requests have been received. It is counted while the requests are made, so
   * it is there after an iteration over all of them.
   *
   * @throws ClickstreamError `truth_incomplete` when no iteration has come to the end.
   */
  truth(): Truth;
}

/**
 * Makes the traffic of an online shop, with the truth about it: shoppers who browse, search, fill carts, buy, log in and
 * come back, and senders with the faults that senders have (see ODDITIES in facts.ts).
 *
 * @throws ClickstreamError `invalid_config` for an option that is out of range.
 */
export function generateTraffic(options: TrafficOptions = {}): Traffic {
  const { seed = 1, start_ms = Date.UTC(2025, 11, 6, 16), hours = 4, weeks = 1, shoppersPerHour = 400 } = options;
  if (!Number.isInteger(start_ms / HOUR_MS) || start_ms <= 0) {
    throw configError(`start_ms must be the start of a UTC hour after 1970, in milliseconds; it is ${start_ms}`);
  }
  if (!Number.isInteger(hours) || hours < 1) throw configError(`hours must be a whole number from 1; it is ${hours}`);
  if (!Number.isInteger(weeks) || weeks < 1) throw configError(`weeks must be a whole number from 1; it is ${weeks}`);
  if (!(shoppersPerHour > 0 && shoppersPerHour < Infinity)) {
    throw configError(`shoppersPerHour must be over 0; it is ${shoppersPerHour}`);
  }
  const openings = Array.from({ length: weeks }, (_, week) => {
    const opens_ms = start_ms + week * WEEK_MS;
    return { start_ms: opens_ms, end_ms: opens_ms + hours * HOUR_MS };
  });
  let truth: Truth | undefined;

  function* requests(): Generator<TrafficRequest, void, void> {
    const tally = new Tally(openings);
    for (const request of planned(Random.seeded(seed), openings, shoppersPerHour)) {
      tally.receive(request);
      yield toSend(request);
    }
    truth = tally.truth();
  }

  return {
    requests: { [Symbol.iterator]: requests },
    truth: () => {
      if (truth) return truth;
      const message =
        'The truth of the traffic is known once all of its requests have been made; read them to the end.';
      throw new ClickstreamError({ code: 'truth_incomplete', stage: 'local', message });
    },
  };
}

function* planned(
  random: Random,
  openings: readonly Opening[],
  shoppersPerHour: number,
): Generator<PlannedRequest, void, void> {
  const schedule = new Schedule();
  let serial = 0;
  for (const [place, { start_ms, end_ms }] of openings.entries()) {
    const hours = (end_ms - start_ms) / HOUR_MS;
    for (const arrival_ms of arrivals(random.fork(), start_ms, hours, shoppersPerHour)) {
      // Nobody sends anything before they have arrived, so all that is due by now can go out in its final order.
      yield* schedule.takeUntil(arrival_ms);
      for (const request of planShopper(random.fork(), serial, arrival_ms, openings.slice(place)))
        schedule.add(request);
      serial += 1;
    }
    yield* schedule.takeUntil(end_ms);
  }
}

function toSend({ at_ms, body, contentType, userAgent, sourceIp, events }: PlannedRequest): TrafficRequest {
  return { at_ms, body, contentType, userAgent, sourceIp, expectedStatus: events.length > 0 ? 200 : 400 };
}
