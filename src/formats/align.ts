import type { ListItem, MapItem } from "../document/tree.js";

type Item = MapItem | ListItem;

/** One item before and after a change: without `current` it is removed, without `old` it is new. */
export type AlignStep<T extends Item = Item> =
  | { readonly old: T; readonly current: T }
  | { readonly old: T; readonly current: undefined }
  | { readonly old: undefined; readonly current: T };

/**
 * Lays the items of a changed map or list beside those that it was made of, by their places. What is new takes over
 * from what is removed at the same spot: a pair from one with the same key, an element from the next one in line, so
 * that a container that was replaced as a whole differs only where its content does.
 *
 * @param isApart what never takes over: metadata, which is always written anew
 * @returns the steps in the order of both sides, `null` when placed items have moved, come from elsewhere or have
 * another key
 */
export function alignItems<T extends Item>(
  old: readonly T[],
  current: readonly T[],
  isApart: (item: T) => boolean = () => false,
): AlignStep<T>[] | null {
  const steps: AlignStep<T>[] = [];
  let passed = 0;
  let taken = 0;
  for (const [index, item] of current.entries()) {
    if (item.place !== undefined) {
      const gapStart = passed;
      while (passed < old.length && old[passed]?.place !== item.place) {
        passed += 1;
      }
      const match = old[passed];
      if (match === undefined || !isSameItem(match, item)) {
        return null;
      }
      alignGap(old.slice(gapStart, passed), current.slice(taken, index), isApart, steps);
      steps.push({ old: match, current: item });
      passed += 1;
      taken = index + 1;
    }
  }
  alignGap(old.slice(passed), current.slice(taken), isApart, steps);
  return steps;
}

/** True when nothing has come, gone or moved: both sides can be walked in step. */
export function isInStep(old: readonly Item[], current: readonly Item[]): boolean {
  if (old === current) {
    return true;
  }
  if (old.length !== current.length) {
    return false;
  }
  for (let index = 0; index < old.length; index += 1) {
    const [a, b] = [old[index], current[index]];
    if (a?.place === undefined || b?.place !== a.place || !isSameItem(a, b)) {
      return false;
    }
  }
  return true;
}

/** The same kind of item, and the same key; values may differ. */
function isSameItem(a: Item, b: Item): boolean {
  if (a.kind === "pair" || b.kind === "pair") {
    return a.kind === "pair" && b.kind === "pair" && a.key === b.key && a.keyType === b.keyType;
  }
  return (a.kind === "comment") === (b.kind === "comment");
}

function alignGap<T extends Item>(
  removed: readonly T[],
  added: readonly T[],
  isApart: (item: T) => boolean,
  steps: AlignStep<T>[],
): void {
  if (removed.length + added.length === 0) {
    return;
  }
  const successors = added.length === 0 ? [] : findSuccessors(removed, added, isApart);
  let passed = 0;
  const passUntil = (end: number): void => {
    for (const item of removed.slice(passed, end)) {
      steps.push({ old: item, current: undefined });
    }
    passed = end;
  };
  for (const [index, item] of added.entries()) {
    const match = successors[index] ?? -1;
    const old = removed[match];
    if (old === undefined) {
      steps.push({ old: undefined, current: item });
    } else {
      passUntil(match);
      steps.push({ old, current: item });
      passed = match + 1;
    }
  }
  passUntil(removed.length);
}

/** For each added item the index of the removed one that it takes over from, in rising order; -1 for none. */
function findSuccessors<T extends Item>(
  removed: readonly T[],
  added: readonly T[],
  isApart: (item: T) => boolean,
): number[] {
  const byKey = new Map<string, number>();
  const elements: number[] = [];
  for (const [index, item] of removed.entries()) {
    if (item.kind === "pair") {
      if (!isApart(item) && !byKey.has(item.key)) {
        byKey.set(item.key, index);
      }
    } else if (item.kind !== "comment") {
      elements.push(index);
    }
  }
  let nextElement = 0;
  let last = -1;
  return added.map((item) => {
    let match = -1;
    if (item.kind === "pair") {
      match = isApart(item) || item.keyType !== undefined ? -1 : (byKey.get(item.key) ?? -1);
    } else if (item.kind !== "comment") {
      match = elements[nextElement] ?? -1;
      nextElement += 1;
    }
    if (match <= last) {
      return -1;
    }
    last = match;
    return match;
  });
}
