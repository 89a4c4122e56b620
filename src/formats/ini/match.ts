import type { Leaf, MapItem } from "../../document/tree.js";
import { isScalar } from "../../document/tree.js";
import { flatText } from "../flat-text.js";

/** What stands in the place of a leaf now. */
export interface Replacement {
  readonly leaf: Leaf;
  readonly isReplaced: boolean;
}

/** Walks both trees in step and collects `leaves` by the old places; `false` when the shapes differ. */
export function matchSections(
  old: readonly MapItem[],
  current: readonly MapItem[],
  leaves: Map<number, Replacement>,
): boolean {
  const isMatch = (section: MapItem, other: MapItem | undefined): boolean =>
    section.kind === "pair" &&
    other?.kind === "pair" &&
    other.key === section.key &&
    section.value.kind === "map" &&
    other.value.kind === "map" &&
    matchEntries(section.value.items, other.value.items, leaves);
  return old.length === current.length && old.every((item, index) => isMatch(item, current[index]));
}

function matchEntries(
  old: readonly MapItem[],
  current: readonly MapItem[],
  leaves: Map<number, Replacement>,
): boolean {
  return (
    old.length === current.length &&
    old.every((item, index) => matchEntry(item, current[index], leaves))
  );
}

function matchEntry(
  old: MapItem,
  current: MapItem | undefined,
  leaves: Map<number, Replacement>,
): boolean {
  if (old.kind === "comment") {
    if (current?.kind !== "comment" || old.place === undefined) {
      return false;
    }
    leaves.set(old.place, { leaf: current, isReplaced: current.text !== old.text });
    return true;
  }
  const { value } = old;
  if (current?.kind !== "pair" || current.key !== old.key || value.kind !== "string") {
    return false;
  }
  if (!isScalar(current.value) || value.place === undefined) {
    return false;
  }
  const isReplaced = flatText(current.value) !== value.value;
  leaves.set(value.place, { leaf: current.value, isReplaced });
  return true;
}
