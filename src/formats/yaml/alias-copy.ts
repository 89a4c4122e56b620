import type { Leaf, ListItem, MapItem, TreeValue } from "../../document/tree.js";

/** A collection of which the copy is being filled. */
interface Level {
  readonly source: readonly (ListItem | MapItem)[];
  next: number;
  readonly target: (ListItem | MapItem)[];
}

/**
 * A copy of a value for an alias, comments included. Iterative: targets may be nested as deep as files.
 *
 * @param copyLeaf makes the copy of a leaf, with its own place
 */
export function copyValue(value: TreeValue, copyLeaf: <L extends Leaf>(leaf: L) => L): TreeValue {
  const levels: Level[] = [];
  const copyOne = (source: TreeValue): TreeValue => {
    if (source.kind !== "list" && source.kind !== "map") {
      return copyLeaf(source);
    }
    const target: (ListItem | MapItem)[] = [];
    levels.push({ source: source.items, next: 0, target });
    // The level's own kind decides what its items are.
    return { kind: source.kind, items: target } as TreeValue;
  };
  const root = copyOne(value);
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const item = level.source[level.next];
    level.next += 1;
    if (item === undefined) {
      levels.pop();
    } else if (item.kind === "comment") {
      level.target.push(copyLeaf(item));
    } else if (item.kind === "pair") {
      level.target.push({
        kind: "pair",
        key: item.key,
        keyType: item.keyType,
        value: copyOne(item.value),
      });
    } else {
      level.target.push(copyOne(item));
    }
  }
  return root;
}
