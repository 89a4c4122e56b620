import type { Leaf, MapItem, Pair, TreeBranch } from "../../document/tree.js";
import { flatText } from "../flat-text.js";
import { isMetadataPair } from "../metadata-entry.js";
import { Splicer } from "../splice.js";
import type { Piece, RenderMode } from "../store.js";
import { lineEndAt, nextLine, skipBlanks, trimEnd } from "./characters.js";
import { choosePrefix } from "./comment-text.js";
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
import { lineBreakOf } from "./line-style.js";
import { matchSections, type Replacement } from "./match.js";
import type { Insertion } from "./new-lines.js";
import { planStructure, type StructureChange } from "./structure.js";
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

interface Splice extends StructureChange {
  /** By the place of the old leaf. */
  readonly leaves: Map<number, Replacement>;
  readonly mode: RenderMode;
}

/**
 * The source with `branch` in it. What is gone leaves with its lines, what is new stands in the style of its section,
 * a new section behind an empty line.
 *
 * @returns `null` when a leaf has no spelling in its place, when leaving out the older of two duplicate keys would
 * change the order of the keys, for what {@link planStructure} cannot do and, unless the mode is `keep`, for another
 * shape
 */
export function renderIni(
  document: IniDocument,
  branch: TreeBranch,
  mode: RenderMode,
): Piece[] | null {
  const added = branch.items.filter(isNewMetadata);
  if (added.length > 1 || (mode !== "keep" && document.isReordered)) {
    return null;
  }
  const current = branch.items.filter((item) => !isNewMetadata(item));
  const pieces = renderSections(document, current, mode);
  const [metadata] = added;
  if (pieces !== null && metadata !== undefined) {
    appendStructure(pieces, metadataBreak(pieces) + emitMetadataSection(metadata));
  }
  return pieces;
}

function renderSections(
  document: IniDocument,
  current: readonly MapItem[],
  mode: RenderMode,
): Piece[] | null {
  const isMetadataKept = current.some(isMetadataPair);
  const isStaying = (item: MapItem): boolean => isMetadataKept || !isMetadataPair(item);
  const all = document.branches[0]?.items ?? [];
  const old = all.filter(isStaying);
  const spans = isMetadataKept ? [] : document.metadataSpans;
  const cuts = spans.map((span) => withBlankLine(document.text, span));
  const leaves = new Map<number, Replacement>();
  const pieces = matchSections(old, current, leaves)
    ? spliceMarks(document, { leaves, mode, cuts, insertions: [] })
    : null;
  if (pieces !== null || mode !== "keep") {
    return pieces;
  }
  leaves.clear();
  const sections = document.sections.filter((_, index) => all[index] && isStaying(all[index]));
  const change = planStructure(document, sections, old, current, leaves);
  return change === null
    ? null
    : spliceMarks(document, { ...change, leaves, mode, cuts: [...cuts, ...change.cuts] });
}

function isNewMetadata(item: MapItem): item is Pair {
  return isMetadataPair(item) && (item.place === undefined || item.value.place === undefined);
}

function spliceMarks(document: IniDocument, splice: Splice): Piece[] | null {
  const splicer = new Splicer(document.text);
  const edits = sortEdits(splice);
  let done = 0;
  // What was left out last.
  let gap: Span = { start: 0, end: 0 };
  const editUntil = (offset: number): void => {
    for (let edit = edits[done]; edit !== undefined && edit.start < offset; edit = edits[done]) {
      if ("insertion" in edit) {
        const above = edit.start <= gap.end ? Math.min(gap.start, edit.start) : edit.start;
        insertLines(document, edit.insertion, above, splicer);
      } else {
        gap = edit.start <= gap.end ? { start: gap.start, end: Math.max(gap.end, edit.end) } : edit;
        cutSpan(splicer, edit);
      }
      done += 1;
    }
  };
  for (const mark of document.marks) {
    // An empty value may stand where what follows it begins; all else is part of a line that begins before it.
    editUntil(mark.role === "value" ? mark.start : mark.start + 1);
    if (mark.start >= gap.end && !spliceMark(document, mark, splice, splicer)) {
      return null;
    }
  }
  editUntil(Infinity);
  return splicer.finish();
}

type Edit = Span | { readonly start: number; readonly insertion: Insertion };

/** In the order of the text, at one offset in the order of their making, but comments last. */
function sortEdits({ insertions, cuts }: StructureChange): Edit[] {
  const rank = (edit: Edit): number => ("insertion" in edit && edit.insertion.isAttached ? 1 : 0);
  const edits = [
    ...insertions.map((insertion) => ({ start: insertion.offset, insertion })),
    ...cuts,
  ];
  return edits.toSorted((a, b) => a.start - b.start || rank(a) - rank(b));
}

/**
 * Behind a last line that has no line break, the new lines get one before them and none at the end.
 *
 * @param above where the source that stands above them ends
 */
function insertLines(
  { text, sections }: IniDocument,
  { offset, texts }: Insertion,
  above: number,
  splicer: Splicer,
): void {
  splicer.keepUntil(offset);
  const isOpen = above > (sections[0]?.start ?? 0) && !splicer.isAtLineStart;
  const lineBreak = lineBreakOf(text);
  splicer.insert(isOpen ? lineBreak : "");
  splicer.insert(goesOn(text, above) ? lineBreak : "");
  for (const { text: part, leaf } of isOpen ? texts.slice(0, -1) : texts) {
    if (leaf === undefined) {
      splicer.insert(part);
    } else {
      splicer.insertLeaf(part, leaf);
    }
  }
}

/** True when the line above `end` would go on in the next one, as none can that another one follows in the source. */
function goesOn(text: string, end: number): boolean {
  const lineEnd = text.charAt(end - 1) === "\n" ? end - 1 : end;
  const lineStart = text.lastIndexOf("\n", lineEnd - 1) + 1;
  const visibleEnd = trimEnd(text, lineStart, lineEnd);
  return visibleEnd > lineStart && text.charAt(visibleEnd - 1) === "\\";
}

function cutSpan(splicer: Splicer, span: Span): void {
  splicer.keepUntil(span.start);
  splicer.skipTo(span.end);
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
    // Nothing at the end of a line that went, or above a header that keeps no comment.
    return mark.start === mark.end;
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
  if (owner === undefined) {
    return "";
  }
  if (!owner.isReplaced) {
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
