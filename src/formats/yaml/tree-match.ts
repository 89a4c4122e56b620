import type { Leaf, ListItem, MapItem, Pair, TreeBranch } from "../../document/tree.js";
import { isMetadataPair } from "../metadata-entry.js";

/** Two trees of one shape, laid side by side by the places of the first. */
export interface MatchedTrees {
  /** By place; nothing for leaves of a metadata entry that goes. */
  readonly before: (Leaf | undefined)[];
  readonly after: (Leaf | undefined)[];
  /** Pairs of the first tree that have a place. */
  readonly pairs: Pair[];
  /** The metadata of each document. */
  readonly metadata: MatchedMetadata[];
}

export interface MatchedMetadata {
  /** The old entry, to be taken out. */
  readonly removed: Pair | null;
  /** The new entry, to be written last. */
  readonly added: Pair | null;
}

type Item = MapItem | ListItem;

interface Level {
  readonly before: readonly Item[];
  readonly after: readonly Item[];
  next: number;
}

/**
 * Walks both trees in step. Metadata entries at the top may come and go; apart from them the trees must have the same
 * shape and keys.
 *
 * @returns `null` for different shapes
 */
export function matchTrees(
  before: readonly TreeBranch[],
  after: readonly TreeBranch[],
): MatchedTrees | null {
  if (before.length !== after.length) {
    return null;
  }
  const matched: MatchedTrees = { before: [], after: [], pairs: [], metadata: [] };
  for (const [index, branch] of before.entries()) {
    const split = splitMetadata(branch, after[index] ?? { kind: "map", items: [] }, branch);
    if (!matchShapes(split.before, split.after, matched)) {
      return null;
    }
    matched.metadata.push(split.metadata);
  }
  return matched;
}

/**
 * Two documents without their metadata, unless that is the same.
 *
 * @param original as `branch`, with the metadata that `other` may have kept
 */
export function splitMetadata(
  branch: TreeBranch,
  other: TreeBranch,
  original: TreeBranch,
): {
  readonly before: readonly MapItem[];
  readonly after: readonly MapItem[];
  readonly metadata: MatchedMetadata;
} {
  const removed = branch.items.find(isMetadataPair) ?? null;
  const added = other.items.find(isMetadataPair) ?? null;
  const known = original.items.find(isMetadataPair);
  if (known !== undefined && added?.value === known.value) {
    const metadata = { removed: null, added: null };
    return { before: branch.items, after: other.items, metadata };
  }
  return {
    before: withoutMetadata(branch),
    after: withoutMetadata(other),
    metadata: { removed, added },
  };
}

function withoutMetadata({ items }: TreeBranch): readonly MapItem[] {
  return items.filter((item) => !isMetadataPair(item));
}

/** Lays items of one shape side by side. @returns false for different shapes */
export function matchShapes(
  before: readonly Item[],
  after: readonly Item[],
  matched: MatchedTrees,
): boolean {
  const levels: Level[] = [{ before, after, next: 0 }];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const old = level.before[level.next];
    const current = level.after[level.next];
    level.next += 1;
    if (old === undefined || current === undefined) {
      if (old !== current) {
        return false;
      }
      levels.pop();
    } else if (!matchItem(old, current, levels, matched)) {
      return false;
    }
  }
  return true;
}

function matchItem(old: Item, current: Item, levels: Level[], matched: MatchedTrees): boolean {
  if (old.kind !== "pair" || current.kind !== "pair") {
    return (
      old.kind !== "pair" && current.kind !== "pair" && matchValue(old, current, levels, matched)
    );
  }
  if (old.key !== current.key || old.keyType !== current.keyType) {
    return false;
  }
  if (old.place !== undefined) {
    matched.pairs.push(old);
  }
  return matchValue(old.value, current.value, levels, matched);
}

function matchValue(
  old: ListItem,
  current: ListItem,
  levels: Level[],
  matched: MatchedTrees,
): boolean {
  if (old.kind === "map" || old.kind === "list") {
    if (current.kind !== old.kind) {
      return false;
    }
    levels.push({ before: old.items, after: current.items, next: 0 });
    return true;
  }
  if (current.kind === "map" || current.kind === "list") {
    return false;
  }
  if ((old.kind === "comment") !== (current.kind === "comment") || old.place === undefined) {
    return false;
  }
  matched.before[old.place] = old;
  matched.after[old.place] = current;
  return true;
}
