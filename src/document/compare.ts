import { equalBytes } from "../support/text.js";

import { plaintextOf, typeOf } from "./plaintext.js";
import type { Comment, ListItem, MapItem, ScalarValue, TreeBranch, TreeValue } from "./tree.js";
import type { TreePath } from "./walk.js";

/**
 * How much two trees must have in common.
 *
 * `layout`: values, types, keys, order, and comments at the same places.
 * `content`: what the MAC and the keys say. Comments may move, and a clear value's type may follow its spelling, as in
 * canonical JSON, where the float 1.0 is written `1`.
 */
export type Comparison = "layout" | "content";

/**
 * Paths at which two files' trees differ; at most `limit`. The path of a difference in shape is that of the container.
 * Document index first.
 */
export function findDifferences(
  left: readonly TreeBranch[],
  right: readonly TreeBranch[],
  comparison: Comparison,
  limit = 1,
): TreePath[] {
  if (left.length !== right.length) {
    return [[]];
  }
  const found: TreePath[] = [];
  const work: Task[] = [];
  for (let index = left.length - 1; index >= 0; index -= 1) {
    work.push({
      left: left[index] as TreeBranch,
      right: right[index] as TreeBranch,
      path: { parent: null, part: index },
    });
  }
  for (let task = work.pop(); task !== undefined && found.length < limit; task = work.pop()) {
    if (!compareNode(task, comparison, work)) {
      found.push(toPath(task.path));
    }
  }
  return found;
}

export function equalTrees(
  left: readonly TreeBranch[],
  right: readonly TreeBranch[],
  comparison: Comparison,
): boolean {
  return findDifferences(left, right, comparison).length === 0;
}

/** A path as a linked list: no copy a node. */
interface PathNode {
  readonly parent: PathNode | null;
  readonly part: string | number;
}

interface Task {
  readonly left: TreeValue;
  readonly right: TreeValue;
  readonly path: PathNode;
}

function toPath(node: PathNode | null): TreePath {
  const parts: (string | number)[] = [];
  for (let at = node; at !== null; at = at.parent) {
    parts.push(at.part);
  }
  return parts.toReversed();
}

function compareNode({ left, right, path }: Task, comparison: Comparison, work: Task[]): boolean {
  if (left.kind === "map" || left.kind === "list") {
    return (
      left.kind === right.kind && compareItems(left.items, right.items, path, comparison, work)
    );
  }
  if (right.kind === "map" || right.kind === "list") {
    return false;
  }
  return comparison === "layout" ? equalScalars(left, right) : samePlaintext(left, right);
}

function compareItems(
  left: readonly (MapItem | ListItem)[],
  right: readonly (MapItem | ListItem)[],
  path: PathNode,
  comparison: Comparison,
  work: Task[],
): boolean {
  const keep = (items: readonly (MapItem | ListItem)[]): readonly (MapItem | ListItem)[] =>
    comparison === "layout" ? items : items.filter((item) => item.kind !== "comment");
  const [as, bs] = [keep(left), keep(right)];
  if (as.length !== bs.length) {
    return false;
  }
  for (let index = as.length - 1; index >= 0; index -= 1) {
    const [a, b] = [as[index] as MapItem | ListItem, bs[index] as MapItem | ListItem];
    if (a.kind === "comment" || b.kind === "comment") {
      if (!equalComments(a, b)) {
        return false;
      }
    } else if (a.kind === "pair" || b.kind === "pair") {
      if (a.kind !== "pair" || b.kind !== "pair" || a.key !== b.key || a.keyType !== b.keyType) {
        return false;
      }
      work.push({ left: a.value, right: b.value, path: { parent: path, part: a.key } });
    } else {
      work.push({ left: a, right: b, path: { parent: path, part: index } });
    }
  }
  return true;
}

function equalComments(a: MapItem | ListItem, b: MapItem | ListItem): boolean {
  return a.kind === "comment" && b.kind === "comment" && a.text === b.text && a.inline === b.inline;
}

function samePlaintext(a: ScalarValue, b: ScalarValue): boolean {
  if (a.kind === "null" || b.kind === "null" || a.kind === "uint" || b.kind === "uint") {
    return a.kind === b.kind;
  }
  return equalBytes(plaintextOf(a), plaintextOf(b));
}

/** Same type and same plaintext: 0 and -0 differ, raw bytes equal the text they spell. */
export function equalScalars(a: ScalarValue, b: ScalarValue): boolean {
  if (a.kind === "null" || b.kind === "null") {
    return a.kind === b.kind;
  }
  if (a.kind === "uint" || b.kind === "uint") {
    return a.kind === b.kind && a.value === b.value;
  }
  if (a.kind === "string" && b.kind === "string") {
    return a.value === b.value;
  }
  return typeOf(a) === typeOf(b) && equalBytes(plaintextOf(a), plaintextOf(b));
}

export function equalLeaves(a: ScalarValue | Comment, b: ScalarValue | Comment): boolean {
  if (a.kind === "comment" || b.kind === "comment") {
    return a.kind === "comment" && b.kind === "comment" && a.text === b.text;
  }
  return equalScalars(a, b);
}
