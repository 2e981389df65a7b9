import type { Columns } from '../etl/pipeline/column.ts';
import type { JsonObject } from '../etl/pipeline/record.ts';
import type { Planned } from './planned.ts';

/** Whether some records still show what is looked for. */
export type Shows = (planned: readonly Planned[]) => Promise<boolean>;

/** Attempts at making it smaller. Each opens the transform a few times. */
const ATTEMPTS = 400;

/**
 * The fewest and smallest records that still show something: halves, quarters and so on of them are left out while it
 * lasts (Zeller's delta debugging), then properties of events, then values of columns.
 */
export async function smallest(planned: readonly Planned[], needs: Columns, shows: Shows): Promise<readonly Planned[]> {
  let attempts = ATTEMPTS;
  const still: Shows = async (fewer) => {
    if (attempts === 0) return false;
    attempts -= 1;
    return shows(fewer);
  };
  let left = await fewest(planned, still);
  for (let at = 0; at < left.length; at += 1) {
    const replaced = (one: Planned): Planned[] => left.map((other, place) => (place === at ? one : other));
    for (const path of paths(left[at]!.event)) {
      const one = { ...left[at]!, event: without(left[at]!.event, path) };
      if (await still(replaced(one))) left = replaced(one);
    }
    for (const [name, { nullable }] of Object.entries(needs)) {
      if (!nullable || left[at]!.given[name] === null) continue;
      const one = { ...left[at]!, given: { ...left[at]!.given, [name]: null } };
      if (await still(replaced(one))) left = replaced(one);
    }
  }
  return left;
}

async function fewest(planned: readonly Planned[], shows: Shows): Promise<readonly Planned[]> {
  let left = planned;
  let parts = 2;
  while (left.length > 1) {
    const size = Math.ceil(left.length / parts);
    let smaller: readonly Planned[] | undefined;
    for (let from = 0; from < left.length && !smaller; from += size) {
      const part = left.slice(from, from + size);
      const rest = [...left.slice(0, from), ...left.slice(from + size)];
      // A part alone is the larger step; with two parts, the rest is the other one.
      if (part.length < left.length && (await shows(part))) smaller = part;
      else if (parts > 2 && rest.length < left.length && (await shows(rest))) smaller = rest;
    }
    if (smaller) {
      parts = smaller.length < left.length / 2 + 1 ? 2 : Math.max(parts - 1, 2);
      left = smaller;
    } else if (size > 1) parts = Math.min(parts * 2, left.length);
    else break;
  }
  return left;
}

type Path = readonly string[];

/** The outer ones first: an object that can go altogether need not be looked into. */
function paths(event: JsonObject, prefix: Path = []): Path[] {
  const own = Object.keys(event).map((key) => [...prefix, key]);
  if (prefix.length >= 2) return own;
  const inner = Object.entries(event).flatMap(([key, value]) =>
    isObject(value) ? paths(value, [...prefix, key]) : [],
  );
  return [...own, ...inner];
}

function without(event: JsonObject, [key, ...rest]: Path): JsonObject {
  const entries = Object.entries(event).flatMap(([name, value]): [string, unknown][] => {
    if (name !== key) return [[name, value]];
    return rest.length > 0 && isObject(value) ? [[name, without(value, rest)]] : [];
  });
  return Object.fromEntries(entries);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
