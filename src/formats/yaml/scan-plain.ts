import { END, HASH, isBlank, isBlankBreakOrEnd, isBreak, TAB } from "./characters.js";
import { scanError, scalarToken, type Cursor, type Mark } from "./cursor.js";
import { LineJoiner } from "./line-joiner.js";
import { TOKEN, type Token } from "./token.js";

const COLON = 0x3a;
const MAY_STOP = 1;
const STOPS_IN_FLOW = 2;

/** What may end a run of plain text, for the ASCII range. */
const PLAIN_CLASS = new Uint8Array(128);
for (const unit of [0x09, 0x0a, 0x0d, 0x20, COLON]) {
  PLAIN_CLASS[unit] = MAY_STOP;
}
for (const char of ",?[]{}") {
  PLAIN_CLASS[char.charCodeAt(0)] = STOPS_IN_FLOW;
}

/**
 * A plain scalar, the blanks and line breaks behind it included (spec: formats.md §5.2).
 *
 * The token ends behind its last character; the cursor stands at the next character that is not blank.
 */
export function scanPlain(cursor: Cursor): Token {
  const start = cursor.position;
  const mark = cursor.mark();
  const end = runEnd(cursor, start);
  const text = cursor.text.slice(start, end);
  cursor.position = end;
  cursor.newlines = 0;
  skipBlanks(cursor);
  if (isBreak(cursor.at(cursor.position))) {
    if (continuesBelow(cursor, mark)) {
      return scanLines(cursor, start, mark, text, end);
    }
    cursor.isSimpleKeyAllowed = true;
  }
  return scalarToken(TOKEN.SCALAR, start, end, mark, text, "plain");
}

/** A scalar of several lines, the cursor behind the first one. */
function scanLines(
  cursor: Cursor,
  start: number,
  mark: Mark,
  first: string,
  firstEnd: number,
): Token {
  const joiner = new LineJoiner(first);
  let end = firstEnd;
  while (isBreak(cursor.at(cursor.position))) {
    skipLines(cursor, joiner, mark);
    const next = continues(cursor) ? runEnd(cursor, cursor.position) : cursor.position;
    if (next === cursor.position) {
      break;
    }
    joiner.append(cursor.text.slice(cursor.position, next));
    cursor.position = next;
    cursor.newlines = 0;
    end = next;
    skipBlanks(cursor);
  }
  if (cursor.newlines > 0) {
    cursor.isSimpleKeyAllowed = true;
  }
  return scalarToken(TOKEN.SCALAR, start, end, mark, joiner.finish(), "plain");
}

/**
 * Steps over the lines behind the first one. Nearly always another token follows, and they are done with.
 *
 * @returns true if the scalar goes on; the cursor is back where it was then
 */
function continuesBelow(cursor: Cursor, mark: Mark): boolean {
  const { position, line, lineStart, newlines } = cursor;
  skipLines(cursor, null, mark);
  if (!continues(cursor)) {
    return false;
  }
  cursor.position = position;
  cursor.line = line;
  cursor.lineStart = lineStart;
  cursor.newlines = newlines;
  return true;
}

/** The end of the plain text that starts at `from`, within its line and without trailing blanks. */
function runEnd(cursor: Cursor, from: number): number {
  const inFlow = cursor.flowLevel > 0;
  const { text, length } = cursor;
  let index = from;
  while (index < length) {
    const unit = text.charCodeAt(index);
    const kind = unit < 128 ? (PLAIN_CLASS[unit] ?? 0) : isBreak(unit) ? MAY_STOP : 0;
    if (kind === 0 || (kind === STOPS_IN_FLOW && !inFlow)) {
      index += 1;
      continue;
    }
    if (unit === COLON) {
      if (isBlankBreakOrEnd(cursor.at(index + 1))) {
        return index;
      }
      index += 1;
      continue;
    }
    if (!isBlank(unit)) {
      return index;
    }
    const next = textAfterBlanks(cursor, index, inFlow);
    if (next === -1) {
      return index;
    }
    index = next;
  }
  return index;
}

/** Where the text goes on behind the blanks at `from`; -1 if these blanks end the run. */
function textAfterBlanks(cursor: Cursor, from: number, inFlow: boolean): number {
  let index = from + 1;
  while (isBlank(cursor.at(index))) {
    index += 1;
  }
  const unit = cursor.at(index);
  if (unit === END || unit === HASH || isBreak(unit)) {
    return -1;
  }
  if (unit === COLON) {
    return isBlankBreakOrEnd(cursor.at(index + 1)) ? -1 : index;
  }
  return inFlow && unit < 128 && PLAIN_CLASS[unit] === STOPS_IN_FLOW ? -1 : index;
}

function skipBlanks(cursor: Cursor): void {
  while (isBlank(cursor.at(cursor.position))) {
    cursor.position += 1;
  }
}

/** Steps over line breaks and indentation, telling the joiner of each break. */
function skipLines(cursor: Cursor, joiner: LineJoiner | null, start: Mark): void {
  for (;;) {
    const unit = cursor.at(cursor.position);
    if (isBreak(unit)) {
      const text = cursor.readBreak();
      joiner?.lineBreak(text);
    } else if (isBlank(unit)) {
      if (unit === TAB && cursor.column < cursor.indent + 1) {
        throw scanError("found a tab character that violates indentation", cursor, start);
      }
      cursor.position += 1;
    } else {
      return;
    }
  }
}

function continues(cursor: Cursor): boolean {
  const unit = cursor.at(cursor.position);
  if (unit === END || unit === HASH || cursor.isAtDocumentMarker()) {
    return false;
  }
  return cursor.flowLevel > 0 || cursor.column > cursor.indent;
}
