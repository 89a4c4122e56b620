/** Random sequences of `set` and `unset`, for the tests of structural splices. */
import fc from "fast-check";

import type { TreeBranch, TreeValue } from "../../src/document/tree.js";
import { isScalar } from "../../src/document/tree.js";
import { setAt, unsetAt } from "../../src/document/tree-edit.js";
import { SopsError } from "../../src/support/errors.js";

export interface RandomEdit {
  readonly kind: "set" | "unset" | "append";
  /** Which child to take on each level; the rest of the path ends there. */
  readonly picks: readonly number[];
  readonly key: string;
  readonly value: TreeValue;
}

export function randomEdits(
  key: fc.Arbitrary<string>,
  value: fc.Arbitrary<TreeValue>,
  maxDepth: number,
): fc.Arbitrary<RandomEdit[]> {
  const edit = fc.record({
    kind: fc.constantFrom("set", "unset", "append"),
    picks: fc.array(fc.nat(9), { minLength: 1, maxLength: maxDepth }),
    key,
    value,
  });
  return fc.array(edit, { minLength: 1, maxLength: 5 });
}

/** The tree after all edits; those that do not fit are passed over. */
export function applyEdits(
  branches: readonly TreeBranch[],
  edits: readonly RandomEdit[],
): readonly TreeBranch[] {
  let current = branches;
  for (const edit of edits) {
    try {
      current = applyEdit(current, edit);
    } catch (error) {
      if (!(error instanceof SopsError)) {
        throw error;
      }
    }
  }
  return current;
}

function applyEdit(branches: readonly TreeBranch[], edit: RandomEdit): TreeBranch[] {
  const path: (string | number)[] = [];
  let value: TreeValue | undefined = branches[0];
  for (const pick of edit.kind === "append" ? edit.picks.slice(1) : edit.picks) {
    const children = childrenOf(value);
    const [part, child] = children[pick % Math.max(children.length, 1)] ?? [];
    if (part === undefined) {
      break;
    }
    path.push(part);
    value = child;
  }
  if (edit.kind === "unset") {
    return unsetAt(branches, path);
  }
  if (edit.kind === "append" || path.length === 0) {
    path.push(value?.kind === "list" ? 99 : edit.key);
  }
  return setAt(branches, path, edit.value);
}

function childrenOf(value: TreeValue | undefined): (readonly [string | number, TreeValue])[] {
  if (value === undefined || isScalar(value)) {
    return [];
  }
  if (value.kind === "list") {
    return value.items
      .flatMap((item) => (item.kind === "comment" ? [] : [item]))
      .map((item, index) => [index, item]);
  }
  return value.items.flatMap((item) =>
    item.kind === "pair" ? [[item.key, item.value] as const] : [],
  );
}
