import { HASH, isBlank, isBreak, isBreakOrEnd, isDigit, SPACE, TAB } from "./characters.js";
import type { CommentQueue } from "./comment-queue.js";
import { scalarToken, scanError, type Cursor, type Mark } from "./cursor.js";
import { TOKEN, type Token } from "./token.js";

type Chomping = "clip" | "strip" | "keep";

interface Header {
  readonly end: number;
  readonly chomping: Chomping;
  /** The digit, 0 if there is none. */
  readonly increment: number;
}

/** Text of a block scalar while it grows. */
interface Content {
  readonly parts: string[];
  /** The break of the last line, not yet in the text. */
  lastBreak: string;
  /** Empty lines behind it. */
  emptyLines: string[];
  /** Behind the text of the last line that is not empty. */
  textEnd: number;
  /** Before the last line break read, whichever it is. */
  lastBreakStart: number;
}

/** A literal or folded scalar, the cursor at its `|` or `>` (spec: formats.md §5.2). */
export function scanBlock(cursor: Cursor, comments: CommentQueue): Token {
  const start = cursor.position;
  const mark = cursor.mark();
  const isLiteral = cursor.at(start) === 0x7c;
  const header = scanHeader(cursor, comments, start, mark);
  const contentStart = cursor.position;
  const content: Content = {
    parts: [],
    lastBreak: "",
    emptyLines: [],
    textEnd: contentStart,
    lastBreakStart: contentStart,
  };
  const indent = scanContent(cursor, content, header, isLiteral, mark);
  const contentEnd =
    header.chomping === "keep"
      ? Math.max(content.textEnd, content.lastBreakStart)
      : content.textEnd;
  const text = chomp(content, header.chomping);
  const block = {
    headerStart: start,
    headerEnd: header.end,
    contentStart,
    contentEnd,
    indent,
    parentIndent: cursor.indent,
  };
  return scalarToken(
    TOKEN.SCALAR,
    start,
    contentEnd,
    mark,
    text,
    isLiteral ? "literal" : "folded",
    block,
  );
}

function scanHeader(
  cursor: Cursor,
  comments: CommentQueue,
  headerStart: number,
  start: Mark,
): Header {
  cursor.newlines = 0;
  cursor.position += 1;
  const header = scanIndicators(cursor, start);
  while (isBlank(cursor.at(cursor.position))) {
    cursor.position += 1;
  }
  if (cursor.at(cursor.position) === HASH) {
    comments.scanLine(cursor, headerStart);
  }
  if (!isBreakOrEnd(cursor.at(cursor.position))) {
    throw scanError("did not find expected comment or line break", cursor, start);
  }
  if (isBreak(cursor.at(cursor.position))) {
    cursor.skipBreak();
  }
  return header;
}

/** At most one digit and one chomping mark, in either order. */
function scanIndicators(cursor: Cursor, start: Mark): Header {
  let chomping: Chomping = "clip";
  let increment = 0;
  for (let index = 0; index < 2; index += 1) {
    const unit = cursor.at(cursor.position);
    if (chomping === "clip" && (unit === 0x2b || unit === 0x2d)) {
      chomping = unit === 0x2b ? "keep" : "strip";
    } else if (increment === 0 && isDigit(unit)) {
      increment = unit - 0x30;
      if (increment === 0) {
        throw scanError("found an indentation indicator equal to 0", cursor, start);
      }
    } else {
      break;
    }
    cursor.position += 1;
  }
  return { end: cursor.position, chomping, increment };
}

/** Reads all lines; returns the column of the content. */
function scanContent(
  cursor: Cursor,
  content: Content,
  header: Header,
  isLiteral: boolean,
  start: Mark,
): number {
  const parentIndent = Math.max(cursor.indent, 0);
  let indent = header.increment === 0 ? 0 : parentIndent + header.increment;
  const widest = skipEmptyLines(cursor, content, indent, start);
  if (indent === 0) {
    indent = Math.max(widest, cursor.indent + 1, 1);
  }
  let wasBlank = false;
  while (cursor.column === indent && cursor.position < cursor.length) {
    const isIndented = isBlank(cursor.at(cursor.position));
    const isFolded = !isLiteral && !wasBlank && !isIndented && content.lastBreak === "\n";
    if (!isFolded) {
      content.parts.push(content.lastBreak);
    } else if (content.emptyLines.length === 0) {
      content.parts.push(" ");
    }
    content.parts.push(content.emptyLines.join(""));
    content.lastBreak = "";
    content.emptyLines = [];
    wasBlank = isIndented;
    scanLine(cursor, content);
    skipEmptyLines(cursor, content, indent, start);
  }
  return indent;
}

function scanLine(cursor: Cursor, content: Content): void {
  const from = cursor.position;
  const { text, length } = cursor;
  let index = from;
  while (index < length && !isBreak(text.charCodeAt(index))) {
    index += 1;
  }
  cursor.position = index;
  cursor.newlines = 0;
  content.parts.push(text.slice(from, index));
  content.textEnd = index;
  if (index < length) {
    content.lastBreakStart = index;
    content.lastBreak = cursor.readBreak();
  }
}

/**
 * Steps over indentation and empty lines.
 *
 * @param indent column of the content, 0 while it is not known
 * @returns the widest indentation seen
 */
function skipEmptyLines(cursor: Cursor, content: Content, indent: number, start: Mark): number {
  const limit = indent === 0 ? Infinity : indent;
  let widest = 0;
  for (;;) {
    while (cursor.column < limit && cursor.at(cursor.position) === SPACE) {
      cursor.position += 1;
    }
    widest = Math.max(widest, cursor.column);
    if (cursor.column < limit && cursor.at(cursor.position) === TAB) {
      throw scanError(
        "found a tab character where an indentation space is expected",
        cursor,
        start,
      );
    }
    if (!isBreak(cursor.at(cursor.position))) {
      return widest;
    }
    content.lastBreakStart = cursor.position;
    content.emptyLines.push(cursor.readBreak());
  }
}

function chomp(content: Content, chomping: Chomping): string {
  if (chomping !== "strip") {
    content.parts.push(content.lastBreak);
  }
  if (chomping === "keep") {
    content.parts.push(content.emptyLines.join(""));
  }
  return content.parts.join("");
}
