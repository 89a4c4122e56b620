import type { ListItem, MapItem } from "../../document/tree.js";
import { firstLeaf, forEachLeaf } from "./leaves.js";

type Item = MapItem | ListItem;

/** One item before and after a change: without `current` it goes, without `old` it is new. */
export type ItemStep =
  | { readonly old: Item; readonly current: Item }
  | { readonly old: Item; readonly current: undefined }
  | { readonly old: undefined; readonly current: Item };

/**
 * Lays the items of a changed collection beside the old ones, in the order of both sides. Pairs belong together by
 * key, comments and scalars by place, collections by the places of what is in them. Of items that changed their order,
 * the fewest possible count as gone and new. A new element takes over from one that has gone from the same spot.
 *
 * @returns `null` when nothing has come, gone or moved
 */
export function matchItems(old: readonly Item[], current: readonly Item[]): ItemStep[] | null {
  if (isInStep(old, current)) {
    return null;
  }
  const matches = counterparts(old, current);
  keepRising(matches);
  fillGaps(old, current, matches);
  const steps: ItemStep[] = [];
  let passed = 0;
  for (const [index, item] of current.entries()) {
    const match = matches[index] ?? -1;
    if (match < 0) {
      steps.push({ old: undefined, current: item });
      continue;
    }
    passGone(old, passed, match, steps);
    steps.push({ old: old[match] as Item, current: item });
    passed = match + 1;
  }
  passGone(old, passed, old.length, steps);
  return steps;
}

function passGone(old: readonly Item[], from: number, to: number, steps: ItemStep[]): void {
  for (const item of old.slice(from, to)) {
    steps.push({ old: item, current: undefined });
  }
}

function isInStep(old: readonly Item[], current: readonly Item[]): boolean {
  return (
    old.length === current.length &&
    old.every((item, index) => {
      const other = current[index];
      return other !== undefined && isCounterpart(item, other);
    })
  );
}

function isCounterpart(old: Item, current: Item): boolean {
  if (old.kind === "pair") {
    return current.kind === "pair" && nameOf(old) === nameOf(current);
  }
  if (!mayBeSame(old, current)) {
    return false;
  }
  const place = firstLeaf(current)?.place;
  return (old.kind !== "comment" && place === undefined) || place === firstLeaf(old)?.place;
}

/** A comment may move from the end of a line to one of its own, when there is no such end any more. */
function mayBeSame(old: Item, current: Item): boolean {
  if (old.kind === "comment" && current.kind === "comment") {
    return old.inline || !current.inline;
  }
  return old.kind !== "comment" && current.kind !== "comment" && current.kind !== "pair";
}

/** For each new item the index of the old one, -1 for none; each old one once at most. */
function counterparts(old: readonly Item[], current: readonly Item[]): number[] {
  const { byKey, byPlace } = indexItems(old);
  const taken = new Set<number>();
  const passed = new Map<string, number>();
  const find = (item: Item): number => {
    if (item.kind !== "pair") {
      return byPlace.get(firstPlaced(item)) ?? -1;
    }
    const name = nameOf(item);
    const count = passed.get(name) ?? 0;
    passed.set(name, count + 1);
    return byKey.get(name)?.[count] ?? -1;
  };
  return current.map((item) => {
    const match = find(item);
    const other = old[match];
    if (
      other === undefined ||
      taken.has(match) ||
      (item.kind !== "pair" && !mayBeSame(other, item))
    ) {
      return -1;
    }
    taken.add(match);
    return match;
  });
}

interface ItemIndex {
  readonly byKey: Map<string, number[]>;
  /** By the places of all leaves in an item. */
  readonly byPlace: Map<number, number>;
}

function indexItems(items: readonly Item[]): ItemIndex {
  const byKey = new Map<string, number[]>();
  const byPlace = new Map<number, number>();
  for (const [index, item] of items.entries()) {
    if (item.kind === "pair") {
      const name = nameOf(item);
      const indexes = byKey.get(name);
      if (indexes === undefined) {
        byKey.set(name, [index]);
      } else {
        indexes.push(index);
      }
    } else {
      forEachLeaf(item, ({ place }) => {
        if (place !== undefined) {
          byPlace.set(place, index);
        }
      });
    }
  }
  return { byKey, byPlace };
}

function nameOf({ key, keyType }: Extract<MapItem, { kind: "pair" }>): string {
  return `${keyType ?? ""}:${key}`;
}

/** Place of the first leaf that has one. */
function firstPlaced(item: ListItem): number {
  let first = -1;
  forEachLeaf(item, ({ place }) => {
    first = first < 0 ? (place ?? -1) : first;
  });
  return first;
}

/** Takes back the fewest matches such that the rest are in order: what is left is a longest rising subsequence. */
function keepRising(matches: number[]): void {
  /** Positions in `matches` at which a rising sequence of each length ends, with the smallest possible end. */
  const ends: number[] = [];
  const before: number[] = [];
  for (const [index, match] of matches.entries()) {
    if (match >= 0) {
      const length = lengthBefore(match, ends, matches);
      before[index] = ends[length - 1] ?? -1;
      ends[length] = index;
    }
  }
  const kept = new Set<number>();
  for (let index = ends.at(-1) ?? -1; index >= 0; index = before[index] ?? -1) {
    kept.add(index);
  }
  for (const index of matches.keys()) {
    if (!kept.has(index)) {
      matches[index] = -1;
    }
  }
}

/** How long a rising sequence can be that ends below `match`. */
function lengthBefore(match: number, ends: readonly number[], matches: readonly number[]): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((matches[ends[middle] ?? 0] ?? 0) < match) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** A new element stands where one has gone: its comments and its line stay. */
function fillGaps(old: readonly Item[], current: readonly Item[], matches: number[]): void {
  const limits = gapEnds(matches, old.length);
  let from = 0;
  for (let index = 0; index < current.length; index += 1) {
    const match = matches[index] ?? -1;
    if (match >= 0) {
      from = match + 1;
      continue;
    }
    const item = current[index];
    if (item === undefined || item.kind === "pair" || item.kind === "comment") {
      continue;
    }
    const next = limits[index] ?? 0;
    while (from < next && !isElement(old[from])) {
      from += 1;
    }
    if (from < next) {
      matches[index] = from;
      from += 1;
    }
  }
}

/** For each position the next old index that is taken. */
function gapEnds(matches: readonly number[], end: number): number[] {
  const ends: number[] = [];
  let next = end;
  for (let index = matches.length - 1; index >= 0; index -= 1) {
    const match = matches[index] ?? -1;
    next = match >= 0 ? match : next;
    ends[index] = next;
  }
  return ends;
}

function isElement(item: Item | undefined): boolean {
  return item !== undefined && item.kind !== "pair" && item.kind !== "comment";
}
