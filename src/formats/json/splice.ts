import type {
  ListItem,
  MapItem,
  MapValue,
  Pair,
  ScalarValue,
  TreeBranch,
} from "../../document/tree.js";
import { isScalar } from "../../document/tree.js";
import { isMetadataPair, METADATA_KEY } from "../metadata-entry.js";
import { isSameScalar, spanEnd, spanStart, Splicer, type SpannedDocument } from "../splice.js";
import type { Piece } from "../store.js";
import { splicedScalar, writeJson } from "./write.js";

type Items = readonly (MapItem | ListItem)[];

/** The source's own pieces: every scalar is a leaf, in its own spelling. */
export function segmentJson(document: SpannedDocument): Piece[] {
  const splicer = new Splicer(document.text);
  const root = document.branches[0];
  if (root !== undefined) {
    spliceItems(document, root.items, root.items, splicer);
  }
  return splicer.finish();
}

/**
 * The source with the leaves of `branch` in it. What of the metadata is gone leaves with its comma and white space;
 * a new entry follows the last value, its text one piece of structure.
 *
 * @returns `null` when `branch` has another shape or a value that JSON cannot spell
 */
export function renderJson(document: SpannedDocument, branch: TreeBranch): Piece[] | null {
  const root = document.branches[0];
  if (root?.place === undefined) {
    return null;
  }
  const added = branch.items.filter(isNewMetadata);
  const kept = branch.items.filter((item) => !isNewMetadata(item));
  const splicer = new Splicer(document.text);
  const lastEnd = spliceRoot(document, root, kept, splicer);
  if (lastEnd === null || added.length > 1) {
    return null;
  }
  const [metadata] = added;
  if (metadata !== undefined) {
    splicer.keepUntil(lastEnd.offset);
    splicer.insert(`${lastEnd.isEmpty ? "" : ","}\n\t"${METADATA_KEY}": ${metadataText(metadata)}`);
  }
  return splicer.finish();
}

/** Canonical whatever the style of the file: other programs look for its exact text (design: lossless.md 9). */
function metadataText(pair: Pair): string {
  return writeJson(pair.value, { indent: "\t", level: 1 });
}

function isNewMetadata(item: MapItem): item is Pair {
  return isMetadataPair(item) && (item.place === undefined || item.value.place === undefined);
}

/**
 * Splices the entries of the root one by one and cuts out the metadata that is not among `kept`.
 *
 * @returns where the last remaining value ends (the opening brace without any), `null` for another shape
 */
function spliceRoot(
  document: SpannedDocument,
  root: MapValue,
  kept: readonly MapItem[],
  splicer: Splicer,
): { readonly offset: number; readonly isEmpty: boolean } | null {
  let offset = spanStart(document, root.place ?? 0) + 1;
  let taken = 0;
  for (const [index, old] of root.items.entries()) {
    const current = kept[taken];
    if (old.kind !== "pair") {
      return null;
    }
    const end = spanEnd(document, old.value.place ?? 0);
    if (isMetadataPair(old) && (current === undefined || current.place !== old.place)) {
      const following = taken === 0 ? root.items[index + 1] : undefined;
      cutEntry(document, old, { previousEnd: offset, following }, splicer);
    } else if (current === undefined || !spliceItems(document, [old], [current], splicer)) {
      return null;
    } else {
      taken += 1;
      offset = end;
    }
  }
  return taken === kept.length ? { offset, isEmpty: taken === 0 } : null;
}

/** With its comma: the one before it, or, where nothing stands before, the one in front of `following`. */
function cutEntry(
  document: SpannedDocument,
  entry: Pair,
  around: { readonly previousEnd: number; readonly following: MapItem | undefined },
  splicer: Splicer,
): void {
  if (around.following !== undefined) {
    splicer.keepUntil(spanStart(document, entry.place ?? 0));
    splicer.skipTo(spanStart(document, around.following.place ?? 0));
  } else {
    splicer.keepUntil(around.previousEnd);
    splicer.skipTo(spanEnd(document, entry.value.place ?? 0));
  }
}

interface Pending {
  readonly old: Items;
  readonly current: Items;
  next: number;
}

/** Walks two lists of items in step. @returns false where they differ in shape */
function spliceItems(
  document: SpannedDocument,
  old: Items,
  current: Items,
  splicer: Splicer,
): boolean {
  const pending: Pending[] = [{ old, current, next: 0 }];
  for (let top = pending.at(-1); top !== undefined; top = pending.at(-1)) {
    const before = valueOf(top.old[top.next]);
    const after = valueOf(top.current[top.next]);
    if (keyOf(top.old[top.next]) !== keyOf(top.current[top.next])) {
      return false;
    }
    top.next += 1;
    if (before === undefined || after === undefined) {
      if (before !== after) {
        return false;
      }
      pending.pop();
    } else if (isScalar(before)) {
      if (!isScalar(after) || !spliceScalar(document, before, after, splicer)) {
        return false;
      }
    } else if (before.kind === "comment" || before.kind !== after.kind) {
      return false;
    } else {
      pending.push({ old: before.items, current: after.items, next: 0 });
    }
  }
  return true;
}

function valueOf(item: MapItem | ListItem | undefined): ListItem | undefined {
  return item?.kind === "pair" ? item.value : item;
}

function keyOf(item: MapItem | ListItem | undefined): string | undefined {
  return item?.kind === "pair" ? item.key : undefined;
}

function spliceScalar(
  document: SpannedDocument,
  before: ScalarValue,
  after: ScalarValue,
  splicer: Splicer,
): boolean {
  const { place } = before;
  if (place === undefined || after.place !== place) {
    return false;
  }
  const start = spanStart(document, place);
  const end = spanEnd(document, place);
  if (isSameScalar(before, after)) {
    splicer.keepLeaf(start, end, after);
    return true;
  }
  const text = splicedScalar(after);
  if (text !== null) {
    splicer.leaf(start, end, text, after);
  }
  return text !== null;
}
