import type { KeyGroup } from "../keys/key-group.js";

import type { GroupChange, KeyPlan } from "./options.js";

/** Groups side by side by their positions, keys by their identity strings; the order within a group means nothing. */
export function compareKeys(
  before: readonly KeyGroup[],
  after: readonly KeyGroup[],
): GroupChange[] {
  return Array.from({ length: Math.max(before.length, after.length) }, (_, index) =>
    compareGroups(before[index] ?? [], after[index] ?? []),
  );
}

function compareGroups(before: KeyGroup, after: KeyGroup): GroupChange {
  const [had, has] = [
    new Set(before.map((key) => key.display)),
    new Set(after.map((key) => key.display)),
  ];
  return {
    kept: [...has].filter((key) => had.has(key)),
    added: [...has].filter((key) => !had.has(key)),
    removed: [...had].filter((key) => !has.has(key)),
  };
}

export function isKeyChange({ groups, threshold }: KeyPlan): boolean {
  return (
    threshold.before !== threshold.after ||
    groups.some((group) => group.added.length + group.removed.length > 0)
  );
}
