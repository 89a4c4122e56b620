import { equalBytes } from "../support/text.js";

import { plaintextOf, typeOf } from "./plaintext.js";
import type { Comment, ListItem, MapItem, ScalarValue, TreeBranch, TreeValue } from "./tree.js";

/**
 * How much two trees must have in common.
 *
 * `layout`: values, types, keys, order, and comments at the same places.
 * `content`: what the MAC and the keys say. Comments may move, and a clear value's type may follow its spelling, as in
 * canonical JSON, where the float 1.0 is written `1`.
 */
export type Comparison = "layout" | "content";

/** True when two files' trees have in common what `comparison` asks for. Without recursion: nesting may be deep. */
export function equalTrees(
  left: readonly TreeBranch[],
  right: readonly TreeBranch[],
  comparison: Comparison,
): boolean {
  if (left.length !== right.length) {
    return false;
  }
  const work: Task[] = left.map((branch, index) => ({
    left: branch,
    right: right[index] as TreeBranch,
  }));
  for (let task = work.pop(); task !== undefined; task = work.pop()) {
    if (!compareNode(task, comparison, work)) {
      return false;
    }
  }
  return true;
}

interface Task {
  readonly left: TreeValue;
  readonly right: TreeValue;
}

function compareNode({ left, right }: Task, comparison: Comparison, work: Task[]): boolean {
  if (left.kind === "map" || left.kind === "list") {
    return left.kind === right.kind && compareItems(left.items, right.items, comparison, work);
  }
  if (right.kind === "map" || right.kind === "list") {
    return false;
  }
  return comparison === "layout" ? equalScalars(left, right) : samePlaintext(left, right);
}

function compareItems(
  left: readonly (MapItem | ListItem)[],
  right: readonly (MapItem | ListItem)[],
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
      work.push({ left: a.value, right: b.value });
    } else {
      work.push({ left: a, right: b });
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
