import {
  hexValue,
  HASH,
  isBlank,
  isBlankBreakOrEnd,
  isBreak,
  isBreakOrEnd,
  isDigit,
  isWordCharacter,
} from "./characters.js";
import { makeToken, scanError, type Cursor, type Mark } from "./cursor.js";
import { decodeUtf8 } from "../../support/text.js";
import { TOKEN, type Token } from "./token.js";

const EXCLAMATION = 0x21;
const PERCENT = 0x25;
/** What may follow an anchor or alias directly, besides blanks, breaks and the end. */
const AFTER_ANCHOR = new Set(Array.from("?:,]}%@`", (char) => char.charCodeAt(0)));
const URI_CHARACTERS = new Set(Array.from(";/?:@&=+$,.!~*'()[]%", (char) => char.charCodeAt(0)));
const LONGEST_VERSION_NUMBER = 9;

/** An anchor or alias, the cursor at its `&` or `*`. */
export function scanAnchor(cursor: Cursor): Token {
  const start = cursor.position;
  const mark = cursor.mark();
  const type = cursor.at(start) === 0x26 ? TOKEN.ANCHOR : TOKEN.ALIAS;
  cursor.newlines = 0;
  cursor.position += 1;
  skipWord(cursor);
  const next = cursor.at(cursor.position);
  if (cursor.position === start + 1 || !(isBlankBreakOrEnd(next) || AFTER_ANCHOR.has(next))) {
    throw scanError("did not find expected alphabetic or numeric character", cursor, mark);
  }
  return makeToken(
    type,
    start,
    cursor.position,
    mark.line,
    mark.column,
    cursor.text.slice(start + 1, cursor.position),
  );
}

function skipWord(cursor: Cursor): void {
  while (isWordCharacter(cursor.at(cursor.position))) {
    cursor.position += 1;
  }
}

/** A tag, the cursor at its `!`: handle in `text` (empty for a verbatim tag and for the lone `!`), the rest in `suffix`. */
export function scanTag(cursor: Cursor): Token {
  const start = cursor.position;
  const mark = cursor.mark();
  cursor.newlines = 0;
  let handle = "";
  let suffix: string;
  if (cursor.at(start + 1) === 0x3c) {
    cursor.position += 2;
    suffix = scanUri(cursor, "", mark);
    if (cursor.at(cursor.position) !== 0x3e) {
      throw scanError("did not find the expected '>'", cursor, mark);
    }
    cursor.position += 1;
  } else {
    ({ handle, suffix } = scanShorthand(cursor, mark));
  }
  if (!isBlankBreakOrEnd(cursor.at(cursor.position))) {
    throw scanError("did not find expected whitespace or line break", cursor, mark);
  }
  return {
    ...makeToken(TOKEN.TAG, start, cursor.position, mark.line, mark.column, handle),
    suffix,
  };
}

function scanShorthand(cursor: Cursor, mark: Mark): { handle: string; suffix: string } {
  const handle = scanHandle(cursor);
  if (handle.length > 1 && handle.endsWith("!")) {
    return { handle, suffix: scanUri(cursor, "", mark) };
  }
  // What looked like a handle was the start of a suffix of the primary handle.
  const suffix =
    handle.length > 1 || isUriCharacter(cursor.at(cursor.position))
      ? scanUri(cursor, handle.slice(1), mark)
      : "";
  return suffix === "" ? { handle: "", suffix: "!" } : { handle: "!", suffix };
}

/** `!`, `!!` or `!word!`; also `!word` without the second mark. */
function scanHandle(cursor: Cursor): string {
  const start = cursor.position;
  cursor.position += 1;
  skipWord(cursor);
  if (cursor.at(cursor.position) === EXCLAMATION) {
    cursor.position += 1;
  }
  return cursor.text.slice(start, cursor.position);
}

function isUriCharacter(unit: number): boolean {
  return isWordCharacter(unit) || URI_CHARACTERS.has(unit);
}

function scanUri(cursor: Cursor, head: string, mark: Mark): string {
  const parts = [head];
  let from = cursor.position;
  while (isUriCharacter(cursor.at(cursor.position))) {
    if (cursor.at(cursor.position) === PERCENT) {
      parts.push(cursor.text.slice(from, cursor.position), scanUriEscapes(cursor, mark));
      from = cursor.position;
    } else {
      cursor.position += 1;
    }
  }
  parts.push(cursor.text.slice(from, cursor.position));
  const uri = parts.join("");
  if (uri === "") {
    throw scanError("did not find expected tag URI", cursor, mark);
  }
  return uri;
}

/** A run of `%hh`, as UTF-8 text. */
function scanUriEscapes(cursor: Cursor, mark: Mark): string {
  const bytes: number[] = [];
  while (cursor.at(cursor.position) === PERCENT) {
    const high = hexValue(cursor.at(cursor.position + 1));
    const low = hexValue(cursor.at(cursor.position + 2));
    if (high === -1 || low === -1) {
      throw scanError("did not find URI escaped octet", cursor, mark);
    }
    bytes.push(high * 16 + low);
    cursor.position += 3;
  }
  const text = decodeUtf8(Uint8Array.from(bytes));
  if (text === null) {
    throw scanError("found an incorrect leading UTF-8 octet", cursor, mark);
  }
  return text;
}

/**
 * A directive with the comment behind it, the cursor at its `%`. A version is in `text` as `major.minor`; a tag
 * directive has its handle there and its prefix in `suffix`.
 */
export function scanDirective(cursor: Cursor): Token {
  const start = cursor.position;
  const mark = cursor.mark();
  cursor.newlines = 0;
  cursor.position += 1;
  const nameStart = cursor.position;
  skipWord(cursor);
  const name = cursor.text.slice(nameStart, cursor.position);
  if (name === "") {
    throw scanError("could not find expected directive name", cursor, mark);
  }
  if (!isBlankBreakOrEnd(cursor.at(cursor.position))) {
    throw scanError("found unexpected non-alphabetical character", cursor, mark);
  }
  if (name !== "YAML" && name !== "TAG") {
    throw scanError("found unknown directive name", cursor, mark);
  }
  const isVersion = name === "YAML";
  skipBlanks(cursor);
  const text = isVersion ? scanVersion(cursor, mark) : scanDirectiveHandle(cursor, mark);
  const suffix = isVersion ? "" : scanDirectivePrefix(cursor, mark);
  skipBlanks(cursor);
  if (cursor.at(cursor.position) === HASH) {
    while (!isBreakOrEnd(cursor.at(cursor.position))) {
      cursor.position += 1;
    }
  }
  const end = cursor.position;
  if (!isBreakOrEnd(cursor.at(end))) {
    throw scanError("did not find expected comment or line break", cursor, mark);
  }
  if (isBreak(cursor.at(end))) {
    cursor.skipBreak();
  }
  const type = isVersion ? TOKEN.VERSION_DIRECTIVE : TOKEN.TAG_DIRECTIVE;
  return { ...makeToken(type, start, end, mark.line, mark.column, text), suffix };
}

function skipBlanks(cursor: Cursor): void {
  while (isBlank(cursor.at(cursor.position))) {
    cursor.position += 1;
  }
}

function scanVersion(cursor: Cursor, mark: Mark): string {
  const major = scanVersionNumber(cursor, mark);
  if (cursor.at(cursor.position) !== 0x2e) {
    throw scanError("did not find expected digit or '.' character", cursor, mark);
  }
  cursor.position += 1;
  return `${major}.${scanVersionNumber(cursor, mark)}`;
}

function scanVersionNumber(cursor: Cursor, mark: Mark): number {
  const start = cursor.position;
  while (isDigit(cursor.at(cursor.position))) {
    cursor.position += 1;
  }
  const length = cursor.position - start;
  if (length === 0 || length > LONGEST_VERSION_NUMBER) {
    throw scanError(
      length === 0 ? "did not find expected version number" : "found extremely long version number",
      cursor,
      mark,
    );
  }
  return Number(cursor.text.slice(start, cursor.position));
}

function scanDirectiveHandle(cursor: Cursor, mark: Mark): string {
  if (cursor.at(cursor.position) !== EXCLAMATION) {
    throw scanError("did not find expected '!'", cursor, mark);
  }
  const handle = scanHandle(cursor);
  if (handle !== "!" && !handle.endsWith("!")) {
    throw scanError("did not find expected '!'", cursor, mark);
  }
  if (!isBlank(cursor.at(cursor.position))) {
    throw scanError("did not find expected whitespace", cursor, mark);
  }
  skipBlanks(cursor);
  return handle;
}

function scanDirectivePrefix(cursor: Cursor, mark: Mark): string {
  const prefix = scanUri(cursor, "", mark);
  if (!isBlankBreakOrEnd(cursor.at(cursor.position))) {
    throw scanError("did not find expected whitespace or line break", cursor, mark);
  }
  return prefix;
}
