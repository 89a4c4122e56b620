import { SopsError } from "../support/errors.js";

import type {
  ListItem,
  ListValue,
  MapItem,
  MapValue,
  Pair,
  TreeBranch,
  TreeValue,
} from "./tree.js";
import { isScalar } from "./tree.js";
import { formatTreePath, type TreePath } from "./walk.js";

/**
 * The files with one value set at a path of the first document (cli.md §9.2): missing keys are appended, missing
 * parents created, an index at or behind the end appends, a scalar in the way gives way. Everything else is the same
 * object, with its place.
 *
 * @throws SopsError TREE_PATH_NOT_FOUND (exit 1) for a name on a list, an index on a map, a negative index
 */
export function setAt(
  branches: readonly TreeBranch[],
  path: TreePath,
  value: TreeValue,
): TreeBranch[] {
  refuseEndless(path);
  return editFirst(branches, (root) => {
    const edited = setIn(root, path, 0, value);
    return edited.kind === "map" ? edited : root;
  });
}

/**
 * The files without the entry or element at a path of the first document; comments stay.
 *
 * @throws SopsError KEY_NOT_FOUND (exit 1)
 */
export function unsetAt(branches: readonly TreeBranch[], path: TreePath): TreeBranch[] {
  refuseEndless(path);
  return editFirst(branches, (root) => unsetIn(root, path, 0) as MapValue);
}

/** Nobody writes longer ones; the stack must hold. */
const LONGEST_PATH = 1000;

function refuseEndless(path: TreePath): void {
  if (path.length > LONGEST_PATH) {
    throw new SopsError(
      "TREE_PATH_NOT_FOUND",
      `the tree path has more than ${String(LONGEST_PATH)} parts`,
    );
  }
}

function editFirst(
  branches: readonly TreeBranch[],
  edit: (root: MapValue) => MapValue,
): TreeBranch[] {
  const [first = { kind: "map" as const, items: [] }, ...others] = branches;
  return [edit(first), ...others];
}

function setIn(
  old: TreeValue | undefined,
  path: TreePath,
  depth: number,
  value: TreeValue,
): TreeValue {
  const part = path[depth];
  if (part === undefined) {
    return takePlace(old, value);
  }
  if (typeof part === "number") {
    return setElement(old, path, depth, value);
  }
  if (old?.kind === "list") {
    throw notFound(path, `a name cannot be looked up in a list`);
  }
  const map: MapValue = old?.kind === "map" ? old : { kind: "map", items: [] };
  const index = map.items.findIndex(
    (item) => item.kind === "pair" && item.key === part && item.keyType === undefined,
  );
  const found = map.items[index] as Pair | undefined;
  const pair: Pair = {
    kind: "pair",
    key: part,
    place: found?.place,
    value: setIn(found?.value, path, depth + 1, value),
  };
  if (index < 0) {
    return { ...map, items: [...map.items, pair] };
  }
  const items = map.items.with(index, pair);
  return { ...map, items: hasGrown(found?.value, pair.value) ? ownLines(items, index) : items };
}

function setElement(
  old: TreeValue | undefined,
  path: TreePath,
  depth: number,
  value: TreeValue,
): TreeValue {
  if (old?.kind === "map") {
    throw notFound(path, "an index cannot be looked up in a map");
  }
  const list: ListValue = old?.kind === "list" ? old : { kind: "list", items: [] };
  const index = itemIndex(list.items, path[depth] as number, path);
  const item = setIn(elementOf(list.items[index]), path, depth + 1, value);
  if (index === list.items.length) {
    return { ...list, items: [...list.items, item] };
  }
  const items = list.items.with(index, item);
  const grown = hasGrown(elementOf(list.items[index]), item);
  return { ...list, items: grown ? ownLines(items, index) : items };
}

/** A new scalar stands where the old one stood; anything else is written anew. */
function takePlace(old: TreeValue | undefined, value: TreeValue): TreeValue {
  return old !== undefined && isScalar(old) && isScalar(value)
    ? { ...value, place: old.place }
    : value;
}

/** A scalar has given way to a collection, whose comments stand elsewhere. */
function hasGrown(old: TreeValue | undefined, current: TreeValue): boolean {
  return old !== undefined && isScalar(old) && !isScalar(current);
}

/** The comments at the end of the line of the item at `index` stand above it once it has no such line any more. */
function ownLines<T extends MapItem | ListItem>(items: readonly T[], index: number): readonly T[] {
  let changed = items;
  for (let at = index - 1; at >= 0; at -= 1) {
    const item = items[at];
    if (item?.kind !== "comment" || !item.inline) {
      break;
    }
    changed = changed.with(at, { ...item, inline: false });
  }
  return changed;
}

function elementOf(item: ListItem | undefined): TreeValue | undefined {
  return item === undefined || item.kind === "comment" ? undefined : item;
}

/** The index among all items of the n-th real element; the number of items when there are fewer. */
function itemIndex(
  items: readonly (ListItem | MapItem)[],
  element: number,
  path: TreePath,
): number {
  if (element < 0) {
    throw notFound(path, "an index cannot be negative");
  }
  let seen = -1;
  const index = items.findIndex((item) => {
    seen += item.kind === "comment" ? 0 : 1;
    return item.kind !== "comment" && seen === element;
  });
  return index < 0 ? items.length : index;
}

function unsetIn(old: TreeValue, path: TreePath, depth: number): TreeValue {
  const part = path[depth];
  const isLast = depth === path.length - 1;
  if (typeof part === "number") {
    if (old.kind !== "list") {
      throw notFound(path, "an index can be looked up in a list only");
    }
    const index = itemIndex(old.items, part, path);
    const element = elementOf(old.items[index]);
    if (element === undefined) {
      throw new SopsError("KEY_NOT_FOUND", `Index ${String(part)} out of bounds`);
    }
    return {
      ...old,
      items: isLast
        ? ownLines(old.items, index).toSpliced(index, 1)
        : old.items.with(index, unsetIn(element, path, depth + 1)),
    };
  }
  if (old.kind !== "map") {
    throw notFound(path, "a name can be looked up in a map only");
  }
  const index = old.items.findIndex((item) => item.kind === "pair" && item.key === part);
  const pair = old.items[index];
  if (pair?.kind !== "pair") {
    throw new SopsError("KEY_NOT_FOUND", `Key not found: ${part ?? ""}`);
  }
  const rest = isLast
    ? ownLines(old.items, index).toSpliced(index, 1)
    : old.items.with(index, { ...pair, value: unsetIn(pair.value, path, depth + 1) });
  return { ...old, items: rest };
}

function notFound(path: TreePath, reason: string): SopsError {
  return new SopsError("TREE_PATH_NOT_FOUND", `${formatTreePath(path)}: ${reason}`);
}
