import { nearestName } from '../../config/nearest-name.ts';
import { configError } from '../../errors.ts';
import { isColumnName, isSystemColumn, type Column, type Columns, type NoColumns } from './column.ts';
import { isTransform, whatItIs } from './look.ts';
import type { Misfit } from './misfit.ts';
import type { Transform } from './transform.ts';

/**
 * Whether transforms fit together in the order they have. Told twice in the same words: by types, for the compiler, and
 * by {@link checkedColumns} when the pipeline is made, for whoever has none.
 */

type Name<K> = K & string;
type TypeOf<C extends Columns, K> = K extends keyof C ? C[K]['type'] : never;
type NullableOf<C extends Columns, K> = K extends keyof C ? C[K]['nullable'] : never;

/** What is wrong with the columns that a transform needs, where `Have` is what the transforms before it add, `All` what all do. */
type NeedsProblem<T extends string, Needs extends Columns, Have extends Columns, All extends Columns> = {
  [K in Name<keyof Needs>]: K extends keyof Have
    ? TypeOf<Have, K> extends TypeOf<Needs, K>
      ? NullableOf<Have, K> extends NullableOf<Needs, K>
        ? never
        : true extends NullableOf<Needs, K>
          ? never
          : `${T} needs column "${K}" never to be null, and it may be: declare it without required`
      : `${T} needs column "${K}" as ${TypeOf<Needs, K>}, and it is ${TypeOf<Have, K>}: declare it as ${TypeOf<Have, K>}`
    : K extends keyof All
      ? `${T} needs column "${K}", which only a later transform adds: move ${T} behind it`
      : `${T} needs column "${K}", which no transform adds: correct its name, or put the transform that adds it before ${T}`;
}[Name<keyof Needs>];

type AddsProblem<T extends string, Adds extends Columns, Have extends Columns> = {
  [K in Name<keyof Adds>]: K extends keyof Have
    ? `${T} adds column "${K}", which an earlier transform adds already: give it another name, or leave one of the two out`
    : never;
}[Name<keyof Adds>];

/** Each transform of a list, or the message that says why it cannot stand where it does. */
type FittedAfter<List extends readonly unknown[], All extends Columns, Have extends Columns> = List extends readonly [
  infer Head,
  ...infer Rest,
]
  ? Head extends Transform<infer T, infer Needs, infer Adds>
    ? readonly [
        NeedsProblem<T, Needs, Have, All> | AddsProblem<T, Adds, Have> extends infer Problem
          ? [Problem] extends [never]
            ? Head
            : Misfit<Problem & string>
          : never,
        ...FittedAfter<Rest, All, Have & Adds>,
      ]
    : readonly [Misfit<'this is no transform: make it with transform({ ... })'>, ...FittedAfter<Rest, All, Have>]
  : readonly [];

/** A list of transforms as it must be for them to fit. Of a list whose length only the run knows, nothing is said. */
export type Fitted<List extends readonly unknown[]> = number extends List['length']
  ? readonly Transform[]
  : FittedAfter<List, ColumnsOf<List>, NoColumns>;

/** The list itself, written so that the compiler infers it from an array of transforms. */
export type Same<List extends readonly unknown[]> = { readonly [At in keyof List]: List[At] };

/** All columns that a list of transforms adds. */
export type ColumnsOf<List extends readonly unknown[]> = number extends List['length'] ? Columns : AddedBy<List>;

type AddedBy<List extends readonly unknown[]> = List extends readonly [infer Head, ...infer Rest]
  ? (Head extends Transform<string, Columns, infer Adds> ? Adds : NoColumns) & AddedBy<Rest>
  : NoColumns;

/**
 * The columns that transforms add together.
 *
 * @throws ClickstreamError `invalid_config` when something in the list is no transform, or one does not fit where it stands.
 */
export function checkedColumns(transforms: unknown): Columns {
  const list = checkedList(transforms);
  const all = new Set(list.flatMap(({ adds }) => Object.keys(adds)));
  // Without a prototype, or `constructor` would be there before any transform adds it.
  const have = Object.create(null) as Record<string, Column>;
  const met = new Set<Transform>();
  for (const one of list) {
    for (const [needed, declared] of Object.entries(one.needs)) checkNeeded(one.name, needed, declared, have, all);
    for (const [added, declared] of Object.entries(one.adds)) {
      checkAdded(one.name, added, have);
      have[added] = declared;
    }
    if (met.has(one)) throw configError(`${one.name} stands in the pipeline twice: leave one of the two out`);
    met.add(one);
  }
  return have;
}

function checkedList(transforms: unknown): readonly Transform[] {
  if (!Array.isArray(transforms)) {
    throw configError(
      `A pipeline is an array of transforms, and this is ${whatItIs(transforms)}: write [...standardTransforms, yours]`,
    );
  }
  // A hole in an array is nothing that forEach would visit.
  for (const [at, one] of (transforms as unknown[]).entries()) if (!isTransform(one)) throw noTransform(one, at);
  return transforms as Transform[];
}

function noTransform(value: unknown, at: number): Error {
  const what = `The pipeline's element ${at + 1} is no transform but ${whatItIs(value)}`;
  if (value === undefined) return configError(`${what}: is it imported by the name that it is exported with?`);
  if (typeof value === 'function') return configError(`${what}: call it, if that makes a transform`);
  if (Array.isArray(value)) return configError(`${what}: write ... before it, to have its elements`);
  return configError(`${what}: make it with transform({ ... })`);
}

function checkNeeded(
  name: string,
  needed: string,
  { type, nullable }: Column,
  have: Readonly<Record<string, Column>>,
  all: ReadonlySet<string>,
): void {
  const found = have[needed];
  const needs = `${name} needs column "${needed}"`;
  if (!found && all.has(needed)) {
    throw configError(`${needs}, which only a later transform adds: move ${name} behind it`);
  }
  if (!found) {
    const meant = nearestName(needed, Object.keys(have));
    throw configError(
      `${needs}, which no transform adds: correct its name, or put the transform that adds it before ${name}` +
        (meant === undefined ? '' : ` (did you mean "${meant}"?)`),
    );
  }
  if (found.type !== type) {
    throw configError(`${needs} as ${type}, and it is ${found.type}: declare it as ${found.type}`);
  }
  if (found.nullable && !nullable) {
    throw configError(`${needs} never to be null, and it may be: declare it without required`);
  }
}

function checkAdded(name: string, added: string, have: Readonly<Record<string, Column>>): void {
  const adds = `${name} adds column "${added}"`;
  if (have[added]) {
    throw configError(
      `${adds}, which an earlier transform adds already: give it another name, or leave one of the two out`,
    );
  }
  if (isSystemColumn(added)) throw configError(`${adds}, which every table of PostgreSQL has: give it another name`);
  if (!isColumnName(added)) {
    throw configError(`${adds}, which is no name for a column: use a-z, 0-9 and _, 63 bytes, no digit first`);
  }
}
