import type { MapItem, Pair, TreeBranch } from "../../document/tree.js";
import { isScalar } from "../../document/tree.js";
import { isSameScalar, spanEnd, spanStart, Splicer, type SpannedDocument } from "../splice.js";
import type { Piece } from "../store.js";
import { isMetadataPair } from "./metadata.js";
import { commentText, valueText, writeDotenv } from "./write.js";

/** The source's own pieces: values and comment texts are the leaves. */
export function segmentDotenv(document: SpannedDocument): Piece[] {
  const splicer = new Splicer(document.text);
  for (const item of document.branches[0]?.items ?? []) {
    spliceItem(document, item, item, splicer);
  }
  return splicer.finish();
}

/**
 * The source with the leaves of `branch` in it. Metadata lines that are gone leave wherever they stand, new ones are
 * appended, as structure.
 *
 * A line feed that is missing at the end of the file stays missing: metadata lines get one before them and none
 * behind, and when such lines leave, the one before them goes too. So decrypting restores the file.
 *
 * @returns `null` when `branch` has another shape
 * @throws SopsError CANNOT_EMIT for a comment of several lines
 */
export function renderDotenv(document: SpannedDocument, branch: TreeBranch): Piece[] | null {
  const { text } = document;
  const old = document.branches[0]?.items ?? [];
  const kept = branch.items.filter((item) => !isNewMetadata(item));
  const splicer = new Splicer(text);
  if (!spliceLines(document, old, kept, splicer)) {
    return null;
  }
  splicer.keepUntil(text.length);
  const isTerminated = text === "" || text.endsWith("\n");
  const last = old.at(-1);
  if (!isTerminated && last !== undefined && isCut(last, kept.at(-1))) {
    splicer.dropLineFeed();
  }
  appendMetadata(branch.items.filter(isNewMetadata), isTerminated, splicer);
  return splicer.finish();
}

function appendMetadata(added: readonly Pair[], isTerminated: boolean, splicer: Splicer): void {
  if (added.length === 0) {
    return;
  }
  const lines = writeDotenv({ kind: "map", items: added });
  if (isTerminated) {
    splicer.insert(lines);
    return;
  }
  if (!splicer.isEmpty) {
    splicer.insert("\n");
  }
  splicer.insert(lines.slice(0, -1));
}

function isNewMetadata(item: MapItem): item is Pair {
  return isMetadataPair(item) && (item.place === undefined || item.value.place === undefined);
}

/** True for a metadata line that the new tree, which would have it here, no longer has. */
function isCut(old: MapItem, current: MapItem | undefined): old is Pair {
  return isMetadataPair(old) && (current === undefined || current.place !== old.place);
}

function spliceLines(
  document: SpannedDocument,
  old: readonly MapItem[],
  kept: readonly MapItem[],
  splicer: Splicer,
): boolean {
  let taken = 0;
  for (const item of old) {
    const current = kept[taken];
    if (isCut(item, current)) {
      splicer.keepUntil(spanStart(document, item.place ?? 0));
      splicer.skipTo(spanEnd(document, item.place ?? 0));
    } else if (current !== undefined && spliceItem(document, item, current, splicer)) {
      taken += 1;
    } else {
      return false;
    }
  }
  return taken === kept.length;
}

/** @returns false where the two do not belong together */
function spliceItem(
  document: SpannedDocument,
  old: MapItem,
  current: MapItem,
  splicer: Splicer,
): boolean {
  if (old.kind === "comment" || current.kind === "comment") {
    return spliceComment(document, old, current, splicer);
  }
  const before = old.value;
  const after = current.value;
  if (old.key !== current.key || !isScalar(before) || !isScalar(after)) {
    return false;
  }
  const { place } = before;
  if (place === undefined || after.place !== place) {
    return false;
  }
  const start = spanStart(document, place);
  const end = spanEnd(document, place);
  if (isSameScalar(before, after)) {
    splicer.keepLeaf(start, end, after);
  } else {
    splicer.leaf(start, end, valueText(after), after);
  }
  return true;
}

function spliceComment(
  document: SpannedDocument,
  old: MapItem,
  current: MapItem,
  splicer: Splicer,
): boolean {
  if (old.kind !== "comment" || current.kind !== "comment") {
    return false;
  }
  const { place } = old;
  if (place === undefined || current.place !== place) {
    return false;
  }
  const start = spanStart(document, place);
  splicer.leaf(start, spanEnd(document, place), commentText(current), current);
  return true;
}
