import type { MasterKey } from "./master-key.js";

/** Keys of which any one opens the file, or, with several groups, yields one share of the data key. */
export type KeyGroup = readonly MasterKey[];

/**
 * Of keys of the same kind with the same identity string the first stays. For `key_groups` of the configuration only (keys.md §1.2).
 */
export function removeDuplicates(group: KeyGroup): KeyGroup {
  const seen = new Set<string>();
  return group.filter((key) => {
    const identity = `${key.type} ${key.display}`;
    return !seen.has(identity) && seen.add(identity);
  });
}

/** Same kind and same identity string (keys.md §1.2). */
export function isSameKey(a: MasterKey, b: MasterKey): boolean {
  return a.type === b.type && a.display === b.display;
}
