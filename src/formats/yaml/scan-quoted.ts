import { END, hexValue, isBlank, isBreak } from "./characters.js";
import { scalarToken, scanError, type Cursor, type Mark } from "./cursor.js";
import { LineJoiner } from "./line-joiner.js";
import { TOKEN, type Token } from "./token.js";

const SINGLE = 0x27;
const DOUBLE = 0x22;
const BACKSLASH = 0x5c;

/** `\x`: what each escape letter stands for (spec: formats.md §5.2). */
const ESCAPES: ReadonlyMap<number, string> = new Map(
  Object.entries({
    "0": "\0",
    a: "\x07",
    b: "\b",
    t: "\t",
    "\t": "\t",
    n: "\n",
    v: "\v",
    f: "\f",
    r: "\r",
    e: "\x1b",
    " ": " ",
    '"': '"',
    "'": "'",
    "\\": "\\",
    N: "\u0085",
    _: "\u00a0",
    L: "\u2028",
    P: "\u2029",
  }).map(([letter, text]) => [letter.charCodeAt(0), text]),
);

/** Number of hexadecimal digits behind `\x`, `\u` and `\U`. */
const HEX_LENGTHS: ReadonlyMap<number, number> = new Map([
  [0x78, 2],
  [0x75, 4],
  [0x55, 8],
]);

/** A single- or double-quoted scalar, the cursor at its opening quote. */
export function scanQuoted(cursor: Cursor): Token {
  const start = cursor.position;
  const mark = cursor.mark();
  const quote = cursor.at(start);
  cursor.newlines = 0;
  const end = simpleEnd(cursor, quote);
  if (end !== -1) {
    cursor.position = end + 1;
    return scalarToken(
      TOKEN.SCALAR,
      start,
      end + 1,
      mark,
      cursor.text.slice(start + 1, end),
      styleOf(quote),
    );
  }
  cursor.position += 1;
  const text = scanLines(cursor, quote, mark);
  cursor.position += 1;
  cursor.newlines = 0;
  return scalarToken(TOKEN.SCALAR, start, cursor.position, mark, text, styleOf(quote));
}

function styleOf(quote: number): "single" | "double" {
  return quote === SINGLE ? "single" : "double";
}

/** Index of the closing quote when the scalar is on one line and holds no escape, else -1. */
function simpleEnd(cursor: Cursor, quote: number): number {
  const { text, length } = cursor;
  for (let index = cursor.position + 1; index < length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit === quote) {
      return quote === SINGLE && text.charCodeAt(index + 1) === SINGLE ? -1 : index;
    }
    if (unit === BACKSLASH ? quote === DOUBLE : isBreak(unit)) {
      return -1;
    }
  }
  return -1;
}

/** The text up to the closing quote, where the cursor is left. */
function scanLines(cursor: Cursor, quote: number, start: Mark): string {
  const joiner = new LineJoiner("");
  for (;;) {
    if (cursor.isAtDocumentMarker()) {
      throw scanError("found unexpected document indicator", cursor, start);
    }
    if (cursor.at(cursor.position) === END) {
      throw scanError("found unexpected end of stream", cursor, start);
    }
    scanWord(cursor, quote, joiner, start);
    if (cursor.at(cursor.position) === quote) {
      joiner.flushBreaks();
      return joiner.finish();
    }
    scanSpace(cursor, joiner);
  }
}

/** Text up to the next break, end or closing quote; trailing blanks are left to {@link scanSpace}. */
function scanWord(cursor: Cursor, quote: number, joiner: LineJoiner, start: Mark): void {
  let from = cursor.position;
  const keep = (): void => {
    if (cursor.position > from) {
      joiner.append(cursor.text.slice(from, cursor.position));
      cursor.newlines = 0;
    }
  };
  for (;;) {
    const unit = cursor.at(cursor.position);
    if (unit === quote && quote === SINGLE && cursor.at(cursor.position + 1) === SINGLE) {
      cursor.position += 1;
      keep();
      cursor.position += 1;
      from = cursor.position;
    } else if (unit === BACKSLASH && quote === DOUBLE) {
      keep();
      if (isBreak(cursor.at(cursor.position + 1))) {
        cursor.position += 1;
        joiner.flushBreaks();
        cursor.skipBreak();
        joiner.escapedBreak();
        return;
      }
      joiner.append(scanEscape(cursor, start));
      from = cursor.position;
    } else if (unit === quote || unit === END || isBlank(unit) || isBreak(unit)) {
      keep();
      return;
    } else {
      cursor.position += 1;
    }
  }
}

/** Blanks and breaks: blanks count only within a line. */
function scanSpace(cursor: Cursor, joiner: LineJoiner): void {
  const from = cursor.position;
  while (isBlank(cursor.at(cursor.position))) {
    cursor.position += 1;
  }
  if (!isBreak(cursor.at(cursor.position)) && cursor.at(cursor.position) !== END) {
    if (!joiner.hasPendingBreak) {
      joiner.append(cursor.text.slice(from, cursor.position));
    }
    return;
  }
  for (;;) {
    const unit = cursor.at(cursor.position);
    if (isBreak(unit)) {
      joiner.lineBreak(cursor.readBreak());
    } else if (isBlank(unit)) {
      cursor.position += 1;
    } else {
      return;
    }
  }
}

/** The character that an escape stands for, the cursor at its backslash; left behind the escape. */
function scanEscape(cursor: Cursor, start: Mark): string {
  const letter = cursor.at(cursor.position + 1);
  const length = HEX_LENGTHS.get(letter);
  if (length !== undefined) {
    return scanHexEscape(cursor, length, start);
  }
  const text = ESCAPES.get(letter);
  if (text === undefined) {
    throw scanError("found unknown escape character", cursor, start);
  }
  cursor.position += 2;
  return text;
}

function scanHexEscape(cursor: Cursor, length: number, start: Mark): string {
  cursor.position += 2;
  let value = 0;
  for (let index = 0; index < length; index += 1) {
    const digit = hexValue(cursor.at(cursor.position + index));
    if (digit === -1) {
      throw scanError("did not find expected hexdecimal number", cursor, start);
    }
    value = value * 16 + digit;
  }
  if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) {
    throw scanError("found invalid Unicode character escape code", cursor, start);
  }
  cursor.position += length;
  return String.fromCodePoint(value);
}
