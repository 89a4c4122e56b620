import type { Leaf, MapItem, Pair, TreeBranch } from "../../document/tree.js";
import { flatText } from "../flat-text.js";
import { isMetadataPair } from "../metadata-entry.js";
import { Splicer } from "../splice.js";
import type { Piece, RenderMode } from "../store.js";
import { lineEndAt, nextLine, skipBlanks, trimEnd } from "./characters.js";
import { commentReadsBack, type CommentSite } from "./comment-text.js";
import { emitMetadataSection } from "./emit.js";
import type {
  AboveMark,
  CommentMark,
  CommentTail,
  IniDocument,
  Mark,
  ValueMark,
} from "./ini-document.js";
import type { Span } from "./scan-value.js";
import { matchSections, type Replacement } from "./match.js";
import { exactValue } from "./spelling.js";

/** The source's own pieces: every value and every comment's first run is a leaf, in its own spelling. */
export function segmentIni(document: IniDocument): Piece[] {
  const splicer = new Splicer(document.text);
  for (const mark of document.marks) {
    if (mark.role === "value" || mark.role === "comment") {
      splicer.keepLeaf(mark.start, mark.end, mark.leaf);
    }
  }
  return splicer.finish();
}

interface Splice {
  /** By the place of the old leaf. */
  readonly leaves: Map<number, Replacement>;
  readonly mode: RenderMode;
  /** Lines that leave the text. */
  readonly cuts: readonly Span[];
}

/**
 * The source with the leaves of `branch` in it.
 *
 * @returns `null` when `branch` has another shape, when a leaf has no spelling in its place, or when leaving out the
 * older of two duplicate keys would change the order of the keys
 */
export function renderIni(
  document: IniDocument,
  branch: TreeBranch,
  mode: RenderMode,
): Piece[] | null {
  const added = branch.items.filter(isNewMetadata);
  const current = branch.items.filter((item) => !isNewMetadata(item));
  const isMetadataKept = current.some(isMetadataPair);
  const old = (document.branches[0]?.items ?? []).filter(
    (item) => isMetadataKept || !isMetadataPair(item),
  );
  const splice: Splice = {
    leaves: new Map(),
    mode,
    cuts: isMetadataKept ? [] : document.metadataSpans,
  };
  const isOrderLost = mode !== "keep" && document.isReordered;
  if (added.length > 1 || isOrderLost || !matchSections(old, current, splice.leaves)) {
    return null;
  }
  const pieces = spliceMarks(document, splice);
  const [metadata] = added;
  if (pieces !== null && metadata !== undefined) {
    appendStructure(pieces, metadataBreak(pieces) + emitMetadataSection(metadata));
  }
  return pieces;
}

function isNewMetadata(item: MapItem): item is Pair {
  return isMetadataPair(item) && (item.place === undefined || item.value.place === undefined);
}

function spliceMarks(document: IniDocument, splice: Splice): Piece[] | null {
  const splicer = new Splicer(document.text);
  const cuts = splice.cuts.map((span) => withBlankLine(document.text, span));
  let cutsDone = 0;
  let position = 0;
  for (const mark of document.marks) {
    for (; (cuts[cutsDone]?.start ?? Infinity) <= mark.start; cutsDone += 1) {
      position = cutSpan(splicer, cuts[cutsDone]);
    }
    if (mark.start >= position && !spliceMark(document, mark, splice, splicer)) {
      return null;
    }
  }
  for (; cutsDone < cuts.length; cutsDone += 1) {
    cutSpan(splicer, cuts[cutsDone]);
  }
  return splicer.finish();
}

function cutSpan(splicer: Splicer, span: Span | undefined): number {
  if (span === undefined) {
    return 0;
  }
  splicer.keepUntil(span.start);
  splicer.skipTo(span.end);
  return span.end;
}

function spliceMark(document: IniDocument, mark: Mark, splice: Splice, splicer: Splicer): boolean {
  const owner = mark.place === undefined ? undefined : splice.leaves.get(mark.place);
  if (mark.role === "rest" || mark.role === "dropped") {
    if (owner?.isReplaced === true || (mark.role === "dropped" && splice.mode !== "keep")) {
      cutSpan(splicer, mark);
    }
    return true;
  }
  if (owner === undefined) {
    return false;
  }
  switch (mark.role) {
    case "value":
      return spliceValue(document.text, mark, owner, splice, splicer);
    case "comment":
      return spliceComment(document.text, mark, owner, splicer);
    case "above":
      insertAbove(document.text, mark, owner, splicer);
      return true;
  }
}

function spliceValue(
  text: string,
  mark: ValueMark,
  { leaf, isReplaced }: Replacement,
  { leaves }: Splice,
  splicer: Splicer,
): boolean {
  if (!isReplaced) {
    splicer.keepLeaf(mark.start, mark.end, leaf);
    return true;
  }
  const spelling = exactValue(textOf(leaf), mark.style, tailText(text, mark.tail, leaves));
  if (spelling !== null) {
    splicer.leaf(mark.start, mark.end, spelling, leaf);
  }
  return spelling !== null;
}

/** The comment that will stand behind a value; empty for none. */
function tailText(text: string, tail: CommentTail | null, leaves: Splice["leaves"]): string {
  if (tail === null) {
    return "";
  }
  const owner = leaves.get(tail.place);
  if (owner?.isReplaced !== true) {
    return text.slice(tail.start, tail.end);
  }
  return tail.isRest ? "" : `;${textOf(owner.leaf)}`;
}

/** Keeps the source's own mark where the new text can stand behind it. */
function spliceComment(
  text: string,
  mark: CommentMark,
  { leaf, isReplaced }: Replacement,
  splicer: Splicer,
): boolean {
  if (!isReplaced) {
    splicer.keepLeaf(mark.start, mark.end, leaf);
    return true;
  }
  const comment = textOf(leaf);
  const source = text.slice(mark.prefixStart, mark.start);
  const prefix = choosePrefix(comment, mark.site, source);
  if (prefix === null) {
    // Then it stands above the header, see `insertAbove`.
    cutSpan(splicer, { start: trimEnd(text, mark.boundary, mark.prefixStart), end: mark.end });
    return mark.site === "header" && choosePrefix(comment, "nothing") !== null;
  }
  splicer.keepUntil(mark.prefixStart);
  splicer.insert(prefix);
  splicer.skipTo(mark.start);
  splicer.leaf(mark.start, mark.end, comment, leaf);
  return true;
}

/** Writes a line above a header where the new text cannot stand behind it, as no ciphertext can. */
function insertAbove(
  text: string,
  { start }: AboveMark,
  { leaf, isReplaced }: Replacement,
  splicer: Splicer,
): void {
  const comment = textOf(leaf);
  if (!isReplaced || choosePrefix(comment, "header") !== null) {
    return;
  }
  const lineEnd = lineEndAt(text, start);
  splicer.keepUntil(start);
  splicer.insert(choosePrefix(comment, "nothing") ?? "");
  splicer.leaf(start, start, comment, leaf);
  splicer.insert(text.charAt(lineEnd - 1) === "\r" ? "\r\n" : "\n");
}

/** A mark behind which `comment` reads as itself; the given one before others. */
function choosePrefix(comment: string, site: CommentSite, preferred?: string): string | null {
  const prefixes = [preferred ?? "; ", "; ", "# "];
  return prefixes.find((prefix) => commentReadsBack(prefix, comment, site)) ?? null;
}

function textOf(leaf: Leaf): string {
  return leaf.kind === "comment" ? leaf.text : flatText(leaf);
}

/**
 * The break before an appended section: the empty line of the canonical layout. Its one line feed also ends a last
 * line that has none, so that cutting the section with the line feed before it gives back the text exactly.
 */
function metadataBreak(pieces: readonly Piece[]): string {
  if (pieces.every(({ text }) => text === "" || text === "\ufeff")) {
    return "";
  }
  const tail = pieces.slice(-2).map(({ text }) => text);
  const isContinued = tail.join("").trimEnd().endsWith("\\") && !tail.at(-1)?.endsWith("\n");
  return isContinued ? "\n\n" : "\n";
}

/** A metadata section with the empty line that joins it to what stands before it; or after it, at the top. */
function withBlankLine(text: string, { start, end }: Span): Span {
  const lineEnd = start - 1;
  if (text.charAt(lineEnd) !== "\n") {
    const next = lineEndAt(text, end);
    const isBlank = skipBlanks(text, end, next) === next;
    return { start, end: isBlank ? nextLine(text, next) : end };
  }
  const lineStart = text.lastIndexOf("\n", lineEnd - 1) + 1;
  const isEmptyLine = lineStart === lineEnd || text.slice(lineStart, lineEnd) === "\r";
  if (isEmptyLine && lineEnd > 0) {
    return { start: lineStart, end };
  }
  return { start: end === text.length ? lineEnd : start, end };
}

function appendStructure(pieces: Piece[], text: string): void {
  const last = pieces.at(-1);
  if (last !== undefined && last.leaf === undefined) {
    pieces[pieces.length - 1] = { text: last.text + text };
  } else {
    pieces.push({ text });
  }
}
