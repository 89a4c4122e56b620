import { SopsError } from "../support/errors.js";

import type { TreeBranch, TreeValue } from "./tree.js";
import type { TreePath } from "./walk.js";

/**
 * Reads a tree path as the command line writes it: `["key"]`, `['key']`, `[3]`, concatenated (cli.md §5).
 *
 * @returns the components; none for an empty text
 * @throws SopsError INVALID_TREE_PATH (exit 91)
 */
export function parseTreePath(text: string): TreePath {
  return text
    .split("[")
    .filter((piece) => piece !== "")
    .map((piece) => parseComponent(piece));
}

function parseComponent(piece: string): string | number {
  if (!piece.endsWith("]")) {
    throw new SopsError("INVALID_TREE_PATH", "component of the tree path doesn't end with ]");
  }
  const inner = piece.slice(0, -1);
  if (inner.startsWith('"') || inner.startsWith("'")) {
    if (inner.length < 2) {
      throw new SopsError(
        "INVALID_TREE_PATH",
        "component of the tree path has an opening quote only",
      );
    }
    return inner.slice(1, -1);
  }
  if (!/^[+-]?\d{1,15}$/.test(inner)) {
    throw new SopsError(
      "INVALID_TREE_PATH",
      "component of the tree path is neither a quoted key nor an index",
    );
  }
  return Number(inner);
}

/**
 * The value at a path of the first document. Indexes count real elements: comments in a list have none (decisions.md).
 *
 * @throws SopsError TREE_PATH_NOT_FOUND (exit 1)
 */
export function valueAt(branches: readonly TreeBranch[], path: TreePath): TreeValue {
  let value: TreeValue = branches[0] ?? { kind: "map", items: [] };
  for (const component of path) {
    value =
      typeof component === "number" ? elementAt(value, component) : memberAt(value, component);
  }
  return value;
}

function memberAt(value: TreeValue, key: string): TreeValue {
  if (value.kind === "map") {
    for (const item of value.items) {
      if (item.kind === "pair" && item.key === key && item.keyType === undefined) {
        return item.value;
      }
    }
  }
  throw notFound(`component ['${key}'] not found`);
}

function elementAt(value: TreeValue, index: number): TreeValue {
  if (value.kind !== "list") {
    throw notFound(`component [${String(index)}] is integer, but tree part is not a slice`);
  }
  let seen = 0;
  for (const item of value.items) {
    if (item.kind !== "comment") {
      if (seen === index) {
        return item;
      }
      seen += 1;
    }
  }
  throw notFound(`component [${String(index)}] accesses out of bounds`);
}

function notFound(reason: string): SopsError {
  return new SopsError("TREE_PATH_NOT_FOUND", `error truncating tree: ${reason}`);
}
