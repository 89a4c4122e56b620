import type { Comment, MapItem, MapValue, Pair } from "../../document/tree.js";

/** A section of the tree, its comments with what they belong to. */
export interface Records {
  readonly header: Comment | null;
  readonly pairs: readonly Pair[];
  /** One for each pair. */
  readonly comments: readonly (Comment | null)[];
}

/** @returns `null` for what is no section or has too many comments */
export function recordsOf(item: MapItem | undefined): Records | null {
  return item?.kind === "pair" && item.value.kind === "map" ? readRecords(item.value) : null;
}

/** @returns `null` for more comments than the text can tell apart */
export function readRecords({ items }: MapValue): Records | null {
  const pairs: Pair[] = [];
  const comments: (Comment | null)[] = [];
  let header: Comment | null = null;
  for (const item of items) {
    if (item.kind === "pair") {
      pairs.push(item);
      comments.push(null);
    } else if (pairs.length === 0 ? header !== null : comments.at(-1) !== null) {
      return null;
    } else if (pairs.length === 0) {
      header = item;
    } else {
      comments[comments.length - 1] = item;
    }
  }
  return { header, pairs, comments };
}
