import type { MapItem, Pair, ScalarValue, TreeBranch } from "../../document/tree.js";
import { isScalar } from "../../document/tree.js";
import { alignItems, type AlignStep } from "../align.js";
import { isSameScalar, spanEnd, spanStart, Splicer, type SpannedDocument } from "../splice.js";
import type { Piece, RenderMode } from "../store.js";
import { isMetadataPair } from "./metadata.js";
import { commentText, keyText, valueText, writeDotenv } from "./write.js";

/** The source's own pieces: values and comment texts are the leaves. */
export function segmentDotenv(document: SpannedDocument): Piece[] {
  const splicer = new Splicer(document.text);
  for (const item of document.branches[0]?.items ?? []) {
    spliceItem(document, item, item, "encrypt", splicer);
  }
  return splicer.finish();
}

/**
 * The source with `branch` in it. Lines that are gone leave wherever they stand, new ones follow the entry before them,
 * new metadata comes last, as structure.
 *
 * A line feed that is missing at the end of the file stays missing: what is appended gets one before it and none
 * behind, and when the last line leaves, the one before it goes too. So decrypting restores the file.
 *
 * @returns `null` for items that moved, for values that dotenv cannot spell and, unless the mode is `keep`, for another
 * shape
 * @throws SopsError CANNOT_EMIT for a comment of several lines and for keys that would read as another entry
 */
export function renderDotenv(
  document: SpannedDocument,
  branch: TreeBranch,
  mode: RenderMode,
): Piece[] | null {
  const added = branch.items.filter(isNewMetadata);
  const current = branch.items.filter((item) => !isNewMetadata(item));
  const steps = alignItems(document.branches[0]?.items ?? [], current, isMetadataPair);
  const splicer = new LineSplicer(document.text);
  if (steps === null || !spliceLines(document, steps, mode, splicer)) {
    return null;
  }
  splicer.keepLines(document.text.length);
  splicer.insert(writeDotenv({ kind: "map", items: added }));
  return splicer.finish();
}

/** Works as if the text ended with a line feed, and takes it back at the end when it does not. */
class LineSplicer extends Splicer {
  readonly #length: number;
  readonly #isTerminated: boolean;
  #isAtEnd = false;

  constructor(text: string) {
    super(text);
    this.#length = text.length;
    this.#isTerminated = text === "" || text.endsWith("\n");
  }

  /** All lines up to the one that begins at `next` stay. */
  keepLines(next: number): void {
    this.keepUntil(next);
    if (next === this.#length && !this.#isAtEnd) {
      this.#isAtEnd = true;
      this.insert(this.#isTerminated ? "" : "\n");
    }
  }

  cutLine({ start, next }: Line): void {
    this.keepUntil(start);
    this.skipTo(next);
    this.#isAtEnd ||= next === this.#length;
  }

  override finish(): Piece[] {
    this.keepLines(this.#length);
    if (!this.#isTerminated) {
      this.dropLineFeed();
    }
    return super.finish();
  }
}

interface Line {
  readonly start: number;
  /** Where the line below begins. */
  readonly next: number;
}

function lineOf({ text, spans }: SpannedDocument, { kind, place = 0 }: MapItem): Line {
  const start = spans[2 * place] ?? 0;
  const end = spans[2 * place + 1] ?? 0;
  // The place of a comment is its text.
  return kind === "pair"
    ? { start, next: end }
    : { start: start - 1, next: Math.min(end + 1, text.length) };
}

/** Lays the new lines over the old ones. */
function spliceLines(
  document: SpannedDocument,
  steps: readonly AlignStep<MapItem>[],
  mode: RenderMode,
  splicer: LineSplicer,
): boolean {
  const [first] = document.branches[0]?.items ?? [];
  // What is new follows the last entry before it; metadata that goes may stand behind empty lines.
  let position = first === undefined ? document.text.length : lineOf(document, first).start;
  for (const { old, current } of steps) {
    if (old === undefined) {
      splicer.keepLines(position);
      if (mode !== "keep" || !insertLine(current, splicer)) {
        return false;
      }
    } else {
      if (!spliceLine(document, old, current, mode, splicer)) {
        return false;
      }
      const isPassed = current !== undefined || !isMetadataPair(old);
      position = isPassed ? lineOf(document, old).next : position;
    }
  }
  return true;
}

/** Metadata goes in every mode, other entries in `keep` alone. */
function spliceLine(
  document: SpannedDocument,
  old: MapItem,
  current: MapItem | undefined,
  mode: RenderMode,
  splicer: LineSplicer,
): boolean {
  if (current !== undefined) {
    return spliceItem(document, old, current, mode, splicer);
  }
  splicer.cutLine(lineOf(document, old));
  return mode === "keep" || isMetadataPair(old);
}

/** @returns false for a value that is no text, or would read as another one */
function insertLine(item: MapItem, splicer: Splicer): boolean {
  if (item.kind === "comment") {
    splicer.insert("#");
    splicer.insertLeaf(commentText(item), item);
  } else {
    if (!isScalar(item.value) || !isSayable(item.value)) {
      return false;
    }
    splicer.insert(`${keyText(item)}=`);
    splicer.insertLeaf(valueText(item.value), item.value);
  }
  splicer.insert("\n");
  return true;
}

/** The two characters `\n` would read as a line feed. */
function isSayable(value: ScalarValue): boolean {
  return value.kind !== "string" || !value.value.includes("\\n");
}

/** @returns false where the two do not belong together */
function spliceItem(
  document: SpannedDocument,
  old: MapItem,
  current: MapItem,
  mode: RenderMode,
  splicer: Splicer,
): boolean {
  if (old.kind === "comment" || current.kind === "comment") {
    return spliceComment(document, old, current, splicer);
  }
  const [before, after] = [old.value, current.value];
  if (!isScalar(before) || !isScalar(after)) {
    return false;
  }
  const { place } = before;
  const isHere = after.place === place || (after.place === undefined && mode === "keep");
  if (place === undefined || !isHere) {
    return false;
  }
  const start = spanStart(document, place);
  const end = spanEnd(document, place);
  if (isSameScalar(before, after)) {
    splicer.keepLeaf(start, end, after);
    return true;
  }
  splicer.leaf(start, end, valueText(after), after);
  return mode !== "keep" || isSayable(after);
}

function spliceComment(
  document: SpannedDocument,
  old: MapItem,
  current: MapItem,
  splicer: Splicer,
): boolean {
  if (old.kind !== "comment" || current.kind !== "comment" || old.place === undefined) {
    return false;
  }
  const start = spanStart(document, old.place);
  splicer.leaf(start, spanEnd(document, old.place), commentText(current), current);
  return true;
}

function isNewMetadata(item: MapItem): item is Pair {
  return isMetadataPair(item) && (item.place === undefined || item.value.place === undefined);
}
