import type { Comment, Pair, TreeValue } from "../../document/tree.js";
import type { ChangeLevel, Gap, Item } from "./change-level.js";
import type { Changes } from "./changes.js";
import { isContainer, isFilled } from "./leaves.js";
import { BlockWriter } from "./new-block.js";
import { addComment, NewText } from "./new-text.js";
import type { EntrySpan } from "./outline.js";

/** What comes and goes between two entries of a block collection. @returns false if that cannot be written */
export function changeBlock(changes: Changes, level: ChangeLevel, gap: Gap): boolean {
  const isWritten = gap.added.length === 0 || insertEntries(changes, level, gap);
  for (const item of gap.gone) {
    const entry = changes.outline.entries.get(item);
    if (entry === undefined) {
      return false;
    }
    if (changes.isOwnLine(entry.start)) {
      changes.cutLines(entry.start, entry.end);
    } else {
      changes.cut(entry.start, endOfCompact(changes, level, gap, entry));
    }
  }
  return isWritten;
}

/** The first entry behind a `-`: what follows it takes its place on the line. */
function endOfCompact(changes: Changes, level: ChangeLevel, gap: Gap, entry: EntrySpan): number {
  const { document, outline } = changes;
  const isEmptied = gap.after === null && gap.added.length === 0;
  const limit = isEmptied ? changes.lineEnd(entry.end) : Infinity;
  const after = gap.after === null ? undefined : outline.entries.get(gap.after)?.start;
  const comments = gap.after === null && !isEmptied ? [] : level.current.items.flatMap(placeOf);
  const starts = comments
    .filter((place) => changes.matched.before[place] !== undefined)
    .map((place) => document.places.startOf(place))
    .filter((start) => start > entry.start && start < limit);
  const next = Math.min(after ?? Infinity, ...starts);
  return next === Infinity ? entry.end : next;
}

function placeOf(item: Item): number[] {
  return item.kind === "comment" && item.place !== undefined ? [item.place] : [];
}

function insertEntries(changes: Changes, level: ChangeLevel, gap: Gap): boolean {
  const { style } = changes;
  const { span } = level;
  const writer = new BlockWriter(style);
  const start = style.lineBreak + " ".repeat(span.column);
  const notes = addNotes(changes, gap);
  if (notes !== null) {
    return notes;
  }
  const place = insertionPoint(changes, level, gap);
  writer.target.add(place.isLineEnd ? start : "");
  if (!writer.items(gap.added, span)) {
    return false;
  }
  if (place.followed) {
    writer.target.add(start);
  } else if (place.isLineStart || isCutOff(changes, writer, place.at)) {
    writer.target.add(style.lineBreak);
  }
  changes.insert(place.at, writer.target.finish(), place.isBelowComment);
  return true;
}

/** A literal needs the end of its last line, which a text may lack. */
function isCutOff({ document }: Changes, { endsInLines }: BlockWriter, at: number): boolean {
  return endsInLines && at === document.text.length;
}

/** A comment that is put on the line of an entry: nothing else may come with it. */
function addNotes(changes: Changes, { added, after }: Gap): boolean | null {
  if (!added.some((item, index) => isNote(item) && index === added.length - 1)) {
    return null;
  }
  const entry = after === null ? undefined : changes.outline.entries.get(after);
  const [note] = added;
  if (entry === undefined || note?.kind !== "comment" || added.length > 1) {
    return false;
  }
  return insertNote(changes, entry, note);
}

function insertNote(changes: Changes, entry: EntrySpan, note: Comment): boolean {
  const target = new NewText().add(" ");
  const isWritten = addComment(target, note);
  changes.insert(changes.lineEnd(entry.end), target.finish());
  return isWritten;
}

function isNote(item: Item): boolean {
  return item.kind === "comment" && item.inline;
}

interface InsertionPoint {
  readonly at: number;
  /** Behind other text, so that a new line has to begin. */
  readonly isLineEnd: boolean;
  readonly isLineStart: boolean;
  /** An entry that stays goes on behind it. */
  readonly followed: boolean;
  /** A comment inside of what stands before is the last there. */
  readonly isBelowComment?: boolean;
}

function insertionPoint(changes: Changes, level: ChangeLevel, gap: Gap): InsertionPoint {
  const { old, entry, documentStart } = level;
  const atEnd = { isLineEnd: true, isLineStart: false, followed: false };
  if (gap.before !== null) {
    const { end, isComment } = wholeEnd(changes, gap.before);
    const isBelowComment = isComment && gap.before.kind !== "comment";
    return { ...atEnd, at: changes.lineEnd(end), isBelowComment };
  }
  const first = old.items.find((item) => item.kind !== "comment");
  const start = first === undefined ? undefined : changes.outline.entries.get(first)?.start;
  if (start !== undefined && !changes.isOwnLine(start)) {
    return { at: start, isLineEnd: false, isLineStart: false, followed: gap.after !== null };
  }
  if (entry !== null) {
    return { ...atEnd, at: changes.lineEnd(entry.headEnd) };
  }
  return documentStart > changes.textStart
    ? { ...atEnd, at: changes.lineEnd(documentStart) }
    : { at: changes.textStart, isLineEnd: false, isLineStart: true, followed: false };
}

/** Behind an item with everything in it, comments at its end included. */
function wholeEnd(
  { document, outline }: Changes,
  item: Item,
): { readonly end: number; readonly isComment: boolean } {
  let end = 0;
  for (let last: Item | undefined = item; last !== undefined;) {
    if (last.kind === "comment") {
      const commentEnd = document.places.endOf(last.place ?? -1);
      return { end: Math.max(end, commentEnd), isComment: commentEnd > end };
    }
    end = Math.max(end, outline.entries.get(last)?.end ?? 0);
    const value: Item = last.kind === "pair" ? last.value : last;
    last = isContainer(value) ? value.items.at(-1) : undefined;
  }
  return { end, isComment: false };
}

/** Brackets for a block collection of which no entry is left. @returns false if they cannot be written */
export function emptyBlock(changes: Changes, level: ChangeLevel): boolean {
  const { entry, span, old, current } = level;
  const { document, style, outline } = changes;
  if (entry === null) {
    return true;
  }
  const brackets = span.kind === "map" ? "{}" : "[]";
  const first = old.items.find((item) => item.kind !== "comment");
  const start = (first === undefined ? undefined : outline.entries.get(first)?.start) ?? -1;
  const comments = [
    ...changes.keptComments(entry.bodyStart, changes.lineEnd(entry.bodyStart)),
    ...current.items.flatMap(placeOf),
  ];
  if (comments.length === 0) {
    const isCompact = !changes.isOwnLine(start);
    changes.insertText(isCompact ? start : entry.bodyStart, isCompact ? brackets : ` ${brackets}`);
    return true;
  }
  const end = Math.max(...comments.map((place) => document.places.endOf(place)));
  const least =
    (span.parent?.column ?? 0) + Math.max(style.stepInto({ kind: "map", start: -1 }, "map"), 1);
  const column = Math.max(span.column, least);
  changes.insertText(end, style.lineBreak + " ".repeat(column) + brackets);
  return true;
}

/** A value of another kind than the old one, in a block collection. @returns false if it cannot be written */
export function replaceInBlock(
  changes: Changes,
  level: ChangeLevel,
  entry: EntrySpan,
  current: Item,
): boolean {
  const { text } = changes.document;
  const value = current.kind === "pair" ? current.value : (current as TreeValue);
  const mark = text[entry.headEnd - 1];
  if (mark !== ":" && mark !== "-") {
    return false;
  }
  const lineEnd = changes.lineEnd(entry.end);
  const comments = changes.keptComments(entry.headEnd, lineEnd);
  const isBelow = isFilled(value) && current.kind === "pair";
  const stays = (place: number): boolean =>
    isBelow ? !isInline(changes, place) : isInline(changes, place);
  const [comment] = comments;
  if (comment !== undefined && (comments.length > 1 || !stays(comment))) {
    return raiseComments(changes, entry, comments) && replaceText(changes, level, entry, current);
  }
  return replaceText(changes, level, entry, current);
}

function isInline({ matched }: Changes, place: number): boolean {
  const leaf = matched.after[place];
  return leaf?.kind === "comment" && leaf.inline;
}

/** The comments of an entry's lines go to lines of their own above it. */
function raiseComments(changes: Changes, entry: EntrySpan, places: readonly number[]): boolean {
  const { matched, document, style } = changes;
  if (!changes.isOwnLine(entry.start)) {
    return false;
  }
  const lineStart = changes.lineStart(entry.start);
  const indent = document.text.slice(lineStart, entry.start);
  const target = new NewText();
  for (const place of places) {
    const comment = matched.after[place];
    if (comment?.kind !== "comment" || !addComment(target.add(indent), comment)) {
      return false;
    }
    target.add(style.lineBreak);
    matched.after[place] = undefined;
    changes.dropComment(place);
  }
  changes.insert(lineStart, target.finish());
  return true;
}

function replaceText(
  changes: Changes,
  { span }: ChangeLevel,
  entry: EntrySpan,
  current: Pair | Item,
): boolean {
  const value = current.kind === "pair" ? current.value : (current as TreeValue);
  const lineEnd = changes.lineEnd(entry.end);
  const writer = new BlockWriter(changes.style);
  if (!writer.value(value, span, null)) {
    return false;
  }
  const isBelow = isFilled(value) && current.kind === "pair";
  const isLong = writer.endsInLines || isFilled(value);
  const at = isBelow ? lineEnd : entry.headEnd;
  const hasComment = changes.keptComments(entry.headEnd, lineEnd).length > 0;
  if (isLong && !isBelow && hasComment) {
    return false;
  }
  if (isCutOff(changes, writer, lineEnd)) {
    writer.target.add(changes.style.lineBreak);
  }
  changes.insert(at, writer.target.finish());
  changes.cut(entry.headEnd, isLong ? lineEnd : entry.end);
  return true;
}
