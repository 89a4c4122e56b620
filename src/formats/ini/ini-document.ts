import type { Comment, StringValue } from "../../document/tree.js";
import { SopsError } from "../../support/errors.js";
import type { SourceDocument } from "../store.js";
import type { CommentSite } from "./comment-text.js";
import type { KeyLine } from "./scan-line.js";
import type { Span, ValueStyle } from "./scan-value.js";

/** What of a comment stands behind a value, from the mark on. */
export interface CommentTail extends Span {
  readonly place: number;
  /** The comment begins on lines above: replaced, all of it is written there. */
  readonly isRest: boolean;
}

/** A value, quotes and continuations included. */
export interface ValueMark extends Span {
  readonly role: "value";
  readonly leaf: StringValue;
  readonly place: number;
  readonly style: ValueStyle;
  readonly tail: CommentTail | null;
}

/** A comment without the marks and blanks before it: the first contiguous run of its lines. */
export interface CommentMark extends Span {
  readonly role: "comment";
  readonly leaf: Comment;
  readonly place: number;
  /** Where the first line's mark stands. */
  readonly prefixStart: number;
  readonly site: CommentSite;
  /** Where what stands before it on its line ends. */
  readonly boundary: number;
}

/** The start of a header's line: a comment from behind the header moves here when it cannot stand there. */
export interface AboveMark extends Span {
  readonly role: "above";
  readonly place: number;
}

/** The rest of a comment whose lines are scattered; belongs to the comment at `place`. */
interface RestMark extends Span {
  readonly role: "rest";
  readonly place: number;
}

/** Text that reading drops. With a `place`, it stands on the line of that value and cannot outlive its spelling. */
interface DroppedMark extends Span {
  readonly role: "dropped";
  readonly place?: number | undefined;
}

export type Mark = ValueMark | CommentMark | AboveMark | RestMark | DroppedMark;

/** One run of a comment: a whole line, or the end of one. */
export interface CommentRun {
  /** From the mark to the line feed. */
  readonly span: Span;
  /** The whole line, for a comment that has it to itself. */
  readonly line: Span | null;
  /** Where what stands before it on its line ends. */
  readonly boundary: number;
}

/** A key where it stands in the text. */
export interface SourceEntry {
  readonly line: KeyLine;
  readonly runs: readonly CommentRun[];
  /** Lines above that spell the same key: the first gives it its place, the values are dropped by reading. */
  readonly older: readonly OlderLine[];
}

export interface OlderLine {
  readonly line: KeyLine;
  readonly runs: readonly CommentRun[];
}

/** A section where it stands in the text. */
export interface SourceSection {
  readonly runs: readonly CommentRun[];
  readonly entries: readonly SourceEntry[];
  readonly headerStart: number;
  /** Where the line below the header begins. */
  readonly headerNext: number;
  /** Its comment lines included. */
  readonly start: number;
  readonly end: number;
}

/** What splicing needs to know about a source; everything between the marks is structure. */
export interface IniDocument extends SourceDocument {
  /** In the order of the text; they do not overlap. */
  readonly marks: readonly Mark[];
  /** Those of the tree, in its order; the first has no header. */
  readonly sections: readonly SourceSection[];
  /** The lines of `[sops]` sections, comments above the header included. */
  readonly metadataSpans: readonly Span[];
  /** A duplicate key stands apart from the first: without that one the order of the keys would be another. */
  readonly isReordered: boolean;
}

/** @throws SopsError INTERNAL when another store made the document */
export function asIniDocument(document: SourceDocument): IniDocument {
  if (!isIniDocument(document)) {
    throw new SopsError("INTERNAL", `not a document of this store: ${document.format}`);
  }
  return document;
}

function isIniDocument(document: SourceDocument): document is IniDocument {
  return document.format === "ini" && "marks" in document && "metadataSpans" in document;
}
