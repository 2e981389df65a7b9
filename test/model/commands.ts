import type * as fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { Random } from '../../src/local/traffic/random.ts';
import { endHolds } from '../support/ledger.ts';
import { asked, type Accident, type Bench, type Cut, type Ending } from './bench.ts';
import { expectInvariants } from './checks.ts';
import { hoursOf, type KeyRange, type Model, type What } from './model.ts';
import { FAULTY } from './odd.ts';
import { FORMS, hourStart_ms, newObject, prefixOf, type ModelObject } from './objects.ts';

/** Something that happens to a warehouse. Written as text it can be put into a test of its own. */
abstract class Happening<Terms> implements fc.AsyncCommand<Model, Bench> {
  protected readonly terms: Terms;

  constructor(terms: Terms) {
    this.terms = terms;
  }

  check(_model: Readonly<Model>): boolean {
    return true;
  }

  async run(model: Model, bench: Bench): Promise<void> {
    await this.happen(model, bench);
    await expectInvariants(model, bench);
    bench.sawChanges(model);
  }

  protected abstract happen(model: Model, bench: Bench): Promise<void>;

  toString(): string {
    return `new ${this.constructor.name}(${JSON.stringify(this.terms)})`;
  }
}

/** Objects are stored into an hour, one that was loaded already as well. */
export class Store extends Happening<{ readonly seed: number; readonly hour: number; readonly records: number }> {
  protected async happen(model: Model, bench: Bench): Promise<void> {
    await store(model, bench, this.terms);
  }
}

/** One object with events without a session, told one by one. */
export class Put extends Happening<{
  readonly hour: number;
  readonly events: readonly {
    readonly id: number;
    readonly clientId: string;
    /** When it happened and when it was received, in minutes of the first hour. */
    readonly at_min: number;
    readonly received_min: number;
  }[];
  /** As an array that ends within one more event, which is rejected. */
  readonly cutOff?: boolean;
}> {
  protected async happen(model: Model, bench: Bench): Promise<void> {
    const { hour, events, cutOff = false } = this.terms;
    const records = events.map(({ id, clientId, at_min, received_min }) => ({
      event: {
        eventId: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
        clientId,
        eventTimestamp: hourStart_ms(0) + Math.round(at_min * 60_000),
        _ingest: { receivedAt: new Date(hourStart_ms(0) + received_min * 60_000).toISOString() },
      },
    }));
    const key = `${prefixOf(hour)}event-${model.stored.size}.json`;
    await put(model, bench, newObject(key, hour, cutOff ? 'cutOff' : 'lines', records));
  }
}

/** Clients send events to the ingest. */
export class Ingest extends Happening<{ readonly seed: number; readonly hour: number; readonly requests: number }> {
  protected async happen(model: Model, bench: Bench): Promise<void> {
    const { hour, requests } = this.terms;
    const random = Random.seeded(`ingest ${this.terms.seed}`);
    for (let number = 0; number < requests; number += 1) {
      const events = model.traffic.sent(random, hour, random.int(1, 4));
      const object = await bench.request(events, hour, model.traffic.receipt_ms(random, hour));
      model.stored.set(object.key, object);
    }
  }
}

/** An object is written anew, with all of its events in it, and more; one that was cut off is whole now. */
export class Replace extends Happening<{ readonly seed: number }> {
  override check(model: Readonly<Model>): boolean {
    return model.stored.size > 0;
  }

  protected async happen(model: Model, bench: Bench): Promise<void> {
    const random = Random.seeded(`replace ${this.terms.seed}`);
    const old = random.pick(Array.from(model.stored.values()));
    // Events without an id are named after their place, which they keep.
    const kept = old.form === 'cutOff' ? old.records.slice(0, -1) : old.records;
    const hasText = kept.some((one) => 'text' in one);
    const form = hasText ? random.pick(['lines', 'gzip', 'windowsLines'] as const) : random.pick(FORMS);
    const more = model.traffic.records(random, old.hour, random.int(1, 3)).filter((one) => hasText || 'event' in one);
    await put(model, bench, newObject(old.key, old.hour, form, [...kept, ...more]));
  }
}

/** An object that was read is deleted, as a lifecycle rule does: its events stay. */
export class Expire extends Happening<{ readonly seed: number }> {
  override check(model: Readonly<Model>): boolean {
    return expirable(model).length > 0;
  }

  protected happen(model: Model, bench: Bench): Promise<void> {
    const { key } = Random.seeded(`expire ${this.terms.seed}`).pick(expirable(model));
    bench.s3.deleteObject('raw', key);
    model.stored.delete(key);
    return Promise.resolve();
  }
}

/** A run goes through, with or without an accident on the way to Postgres that it gets over. */
export class Run extends Happening<{
  readonly what: What;
  readonly batch: number;
  readonly accident?: Accident;
  /** Whether a transform rejects what it should not; see {@link Redrive}. */
  readonly faulty?: boolean;
}> {
  protected async happen(model: Model, bench: Bench): Promise<void> {
    const { what, batch, accident, faulty = false } = this.terms;
    const { payload, now_ms, range } = asked(what, model);
    const before = await passesOf(what, bench);
    const ending = await bench.run(payload, batch, {
      options: { now_ms, ...(faulty ? { pipeline: FAULTY } : {}) },
      ...(accident ? { accident } : {}),
    });
    expect(ending.code ?? ending.status).toMatch(model.mayBeHeld ? /^(?:complete|busy)$/ : 'complete');
    learn(model, what, range, ending, { faulty });
    await sawPasses(before, bench);
  }
}

/** What a faulty transform rejected is tried again, with the transform mended. */
export class Redrive extends Happening<{
  readonly hour: number;
  readonly batch: number;
  readonly accident?: Accident;
}> {
  protected async happen(model: Model, bench: Bench): Promise<void> {
    const { hour, batch, accident } = this.terms;
    const ending = await bench.redrive(hour, batch, accident);
    expect(ending.code ?? ending.status).toMatch(model.mayBeHeld ? /^(?:complete|busy)$/ : 'complete');
    if (ending.status === 'complete') model.redriven(hour);
  }
}

/** A run ends where it stops being told to go on, or where its memory is full; the next one goes on from there. */
export class PartialRun extends Happening<{
  readonly what: What;
  readonly batch: number;
  /** After how many commits it is stopped; undefined when its memory is full after the first. */
  readonly commits?: number;
  readonly times: number;
}> {
  protected async happen(model: Model, bench: Bench): Promise<void> {
    const { what, batch, commits, times } = this.terms;
    for (let time = 0; time < times; time += 1) {
      const { payload, now_ms, range } = asked(what, model);
      const before = await passesOf(what, bench);
      const stop = new AbortController();
      let left = commits ?? Infinity;
      const limits = { remaining_ms: Infinity, memory_bytes: commits === undefined ? 1 : Infinity };
      const onProgress = (): void => {
        left -= 1;
        if (left <= 0) stop.abort();
      };
      const options = { now_ms, limits, stop: stop.signal, onProgress };
      const ending = await bench.run(payload, batch, { options });
      expect(ending.code ?? ending.status).toMatch(
        model.mayBeHeld ? /^(?:complete|partial|busy)$/ : /^(?:complete|partial)$/,
      );
      learn(model, what, range, ending);
      await sawPasses(before, bench);
      if (ending.status === 'complete') return;
    }
  }
}

/** A run dies at some moment, and with it its hold on the hour, now or 8 s later. */
export class Kill extends Happening<{
  readonly what: What;
  readonly batch: number;
  /** Its way to Postgres is cut for good; undefined when its process is killed after `commits`. */
  readonly cut?: Cut;
  readonly commits?: number;
  readonly endHold: boolean;
}> {
  protected async happen(model: Model, bench: Bench): Promise<void> {
    const { what, batch, cut, commits = 0, endHold } = this.terms;
    const { payload, now_ms, range } = asked(what, model);
    if (cut) {
      const ending = await bench.runUntilCut(payload, batch, cut, now_ms);
      learn(model, what, range, ending ?? { status: 'failed', code: 'killed' });
      if (!ending) model.mayBeHeld = true;
    } else {
      await bench.runUntilKilled(payload, commits);
      // Whatever it said last, it was killed before it could let go of everything.
      learn(model, what, range, { status: 'failed', code: 'killed' });
      model.mayBeHeld = true;
    }
    if (!endHold) return;
    await endHolds(bench.warehouse);
    model.mayBeHeld = false;
  }
}

/** The holds of runs that died end. */
export class EndHolds extends Happening<Record<string, never>> {
  protected async happen(model: Model, bench: Bench): Promise<void> {
    await endHolds(bench.warehouse);
    model.mayBeHeld = false;
  }
}

/** Several runs at once, of one hour or of several that share visitors, while more may be stored. */
export class RunAtOnce extends Happening<{
  readonly whats: readonly { readonly what: What; readonly batch: number; readonly delay_ms: number }[];
  /** Whether they take the hours from each other, as if each thought the others dead. */
  readonly overtake: boolean;
  readonly storing?: { readonly seed: number; readonly hour: number; readonly records: number };
  /** An hour whose dead letters are tried again meanwhile. */
  readonly redriving?: number;
}> {
  protected async happen(model: Model, bench: Bench): Promise<void> {
    const { whats, overtake, storing, redriving } = this.terms;
    const possible = overtake ? /^(?:complete|busy|lost_hour)$/ : /^(?:complete|busy)$/;
    let running = whats.length;
    const runs = whats.map(async ({ what, batch, delay_ms }) => {
      const { payload, now_ms, range } = asked(what, model);
      await sleep(delay_ms);
      const ending = await bench.run(payload, batch, { options: { now_ms } }).finally(() => (running -= 1));
      return { what, range, ending };
    });
    const redrive = redriving === undefined ? undefined : bench.redrive(redriving, 3);
    if (storing) await store(model, bench, storing);
    while (overtake && running > 0) {
      await endHolds(bench.warehouse);
      await sleep(5);
    }
    const endings = await Promise.all(runs);
    for (const { ending } of endings) expect(ending.code ?? ending.status).toMatch(possible);
    // One that lost the hour lost it to another, which tells how far it came.
    for (const { what, range, ending } of endings.toSorted((a, b) => rank(a.ending) - rank(b.ending))) {
      learn(model, what, range, ending, { atOnce: true });
    }
    const redriven = await redrive;
    if (redriven) expect(redriven.code ?? redriven.status).toMatch(possible);
    if (redriving !== undefined && redriven?.status !== 'busy') {
      if (redriven?.status === 'complete') model.redriven(redriving);
      else model.readSome(redriving);
    }
    for (const hour of new Set(whats.flatMap(({ what }) => hoursOf(what)))) {
      const { state } = (await bench.checkpoint(hour)) ?? { state: 'new' };
      if (state === 'reading' || storing?.hour === hour) model.readSome(hour);
    }
  }
}

function rank({ status }: Ending): number {
  return status === 'complete' ? 1 : 0;
}

async function store(
  model: Model,
  bench: Bench,
  { seed, hour, records }: { readonly seed: number; readonly hour: number; readonly records: number },
): Promise<void> {
  const random = Random.seeded(`store ${seed}`);
  const all = model.traffic.records(random, hour, records);
  while (all.length > 0) {
    const form = random.pick(FORMS);
    const own = all.splice(0, form === 'single' ? 1 : random.int(1, all.length));
    await put(model, bench, newObject(`${prefixOf(hour)}event-${random.uuid()}.json`, hour, form, own));
  }
}

async function put(model: Model, bench: Bench, object: ModelObject): Promise<void> {
  model.stored.set(object.key, object);
  await bench.put(object);
}

function expirable(model: Readonly<Model>): ModelObject[] {
  return Array.from(model.stored.values()).filter(({ key, hour }) => model.isSureOf(hour) && model.wasRead(key));
}

/** Tells the model what a run says that it has read, of the keys that it was asked for. */
function learn(
  model: Model,
  what: What,
  range: KeyRange,
  { status, result }: Ending,
  { faulty = false, atOnce = false }: { readonly faulty?: boolean; readonly atOnce?: boolean } = {},
): void {
  for (const hour of hoursOf(what)) {
    const own = result?.hours.find(({ prefix }) => prefix.startsWith(prefixOf(hour)));
    if (status === 'failed' || own?.status === 'partial') model.readSome(hour);
    else if (own?.status === 'complete' && !own.unchanged) model.read(hour, range, faulty);
    // An hour that is not told of needed nothing, unless the run ended before its turn. Of runs at once one may have
    // found what another had just read.
    else if (own?.status !== 'busy' && status !== 'partial' && !atOnce && model.isSureOf(hour)) {
      expect(
        model.keysOf(hour).filter((key) => !model.wasRead(key)),
        'what was passed by as unchanged',
      ).toEqual([]);
    }
  }
}

type Passes = ReadonlyMap<number, { state: string; pass: number; read: number } | undefined>;

async function passesOf(what: What, bench: Bench): Promise<Passes> {
  const passes = new Map<number, Awaited<ReturnType<Bench['checkpoint']>>>();
  if (what.kind === 'range') return passes;
  for (const hour of hoursOf(what)) passes.set(hour, await bench.checkpoint(hour));
  return passes;
}

/** Whether a run went on with a pass that an earlier one had left, or had to begin another one. */
async function sawPasses(before: Passes, bench: Bench): Promise<void> {
  for (const [hour, was] of before) {
    if (was?.state !== 'reading' || was.read === 0) continue;
    const is = (await bench.checkpoint(hour))!;
    if (is.pass > was.pass) bench.saw('late key restart');
    else if (is.read > was.read) bench.saw('resume');
  }
}
