import type {
  Leaf,
  ListItem,
  ListValue,
  MapItem,
  MapValue,
  TreeValue,
} from "../../document/tree.js";

type Item = MapItem | ListItem;

/** Calls for each leaf of an item, in no particular order of time but in the order of the tree. Iterative. */
export function forEachLeaf(item: Item, visit: (leaf: Leaf) => void): void {
  const pending: Item[] = [item];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.kind === "pair") {
      pending.push(next.value);
    } else if (isContainer(next)) {
      for (let index = next.items.length - 1; index >= 0; index -= 1) {
        pending.push(next.items[index] as Item);
      }
    } else {
      visit(next);
    }
  }
}

/** The first leaf of an item. */
export function firstLeaf(item: Item): Leaf | undefined {
  const pending: Item[] = [item];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.kind === "pair") {
      pending.push(next.value);
    } else if (isContainer(next)) {
      for (let index = next.items.length - 1; index >= 0; index -= 1) {
        pending.push(next.items[index] as Item);
      }
    } else {
      return next;
    }
  }
  return undefined;
}

/** A collection with something in it, comments or not. */
export function isFilled(value: TreeValue): boolean {
  return isContainer(value) && value.items.length > 0;
}

export function isContainer(item: MapItem | ListItem): item is MapValue | ListValue {
  return item.kind === "map" || item.kind === "list";
}

/** True if something else than comments is in it. */
export function hasEntries({ items }: MapValue | ListValue): boolean {
  return items.some(({ kind }) => kind !== "comment");
}
