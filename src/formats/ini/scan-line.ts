import { ParseError } from "../../support/errors.js";
import {
  byteLength,
  findCommentMark,
  isCommentMark,
  lineEndAt,
  nextLine,
  skipBlanks,
  trimBlanks,
  trimEnd,
} from "./characters.js";
import { scanValue, type ScannedValue, type Span } from "./scan-value.js";

/** What one line, or one value over several lines, is. `start` is the start of the line, `next` that of the one below. */
interface Line {
  readonly start: number;
  readonly next: number;
}

interface CommentLine extends Line {
  readonly kind: "comment";
  /** From the mark to the line feed. */
  readonly comment: Span;
}

export interface SectionLine extends Line {
  readonly kind: "section";
  readonly name: string;
  /** Behind the closing bracket. */
  readonly headerEnd: number;
  readonly comment: Span | null;
  readonly dropped: Span | null;
}

export interface KeyLine extends Line {
  readonly kind: "key";
  /** Trimmed, quotes removed. */
  readonly key: string;
  /** Where the `=` or `:` stands. */
  readonly delimiter: number;
  /** Text between a quoted key and its delimiter that reading ignores. */
  readonly dropped: Span | null;
  readonly value: ScannedValue;
}

export type ScannedLine = CommentLine | SectionLine | KeyLine;

/**
 * Reads what stands at `start`, the start of a line; `null` at a blank line (spec: formats.md §9.1).
 *
 * @throws ParseError with the number of the line, never its text (security.md M1)
 */
export function scanLine(text: string, start: number): ScannedLine | null {
  const lineEnd = lineEndAt(text, start);
  const first = skipBlanks(text, start, lineEnd);
  if (first === lineEnd) {
    return null;
  }
  const code = text.charCodeAt(first);
  if (isCommentMark(code)) {
    const next = nextLine(text, lineEnd);
    return { kind: "comment", start, next, comment: { start: first, end: lineEnd } };
  }
  return code === 0x5b ? scanSection(text, start, first) : scanKeyLine(text, start, first);
}

function scanSection(text: string, start: number, bracket: number): SectionLine {
  const lineEnd = lineEndAt(text, bracket);
  const line = text.slice(bracket, lineEnd);
  const closing = line.lastIndexOf("]");
  if (closing === -1) {
    throw failure(text, start, "unclosed section");
  }
  if (closing === 1) {
    throw failure(text, start, "empty section name");
  }
  const rest = bracket + closing + 1;
  const mark = findCommentMark(text, rest, lineEnd);
  const droppedEnd = trimEnd(text, rest, mark === -1 ? lineEnd : mark);
  return {
    kind: "section",
    start,
    next: nextLine(text, lineEnd),
    name: line.slice(1, closing),
    headerEnd: rest,
    comment: mark === -1 ? null : { start: mark, end: lineEnd },
    dropped: droppedEnd === rest ? null : { start: rest, end: droppedEnd },
  };
}

function scanKeyLine(text: string, start: number, first: number): KeyLine {
  const { key, delimiter, dropped } = scanKey(text, first, start);
  const value = scanValue(text, delimiter + 1);
  if (value === null) {
    throw new ParseError(
      `Could not unmarshal input data: missing closing key quote from line ${lineNumber(text, start)} to the end`,
      lineNumber(text, start),
    );
  }
  return { kind: "key", start, next: value.next, key, delimiter, dropped, value };
}

interface ScannedKey {
  readonly key: string;
  readonly delimiter: number;
  readonly dropped: Span | null;
}

function scanKey(text: string, first: number, lineStart: number): ScannedKey {
  const lineEnd = lineEndAt(text, first);
  const quote = keyQuote(text, first, lineEnd);
  const keyStart = first + quote.length;
  let keyEnd = first;
  if (quote !== "") {
    keyEnd = text.indexOf(quote, keyStart);
    if (keyEnd === -1 || keyEnd + quote.length > lineEnd) {
      throw failure(text, lineStart, "missing closing key quote");
    }
  }
  const afterKey = quote === "" ? first : keyEnd + quote.length;
  const delimiter = findDelimiter(text, afterKey, lineEnd);
  if (delimiter === -1) {
    throw failure(text, lineStart, "key-value delimiter not found");
  }
  const key = trimBlanks(text.slice(keyStart, quote === "" ? delimiter : keyEnd));
  if (key === "") {
    const reason = quote === "" ? "empty key name" : "error creating new key: empty key name";
    throw failure(text, lineStart, reason);
  }
  const ignoredEnd = quote === "" ? afterKey : trimEnd(text, afterKey, delimiter);
  const dropped = ignoredEnd === afterKey ? null : { start: afterKey, end: ignoredEnd };
  return { key, delimiter, dropped };
}

function keyQuote(text: string, first: number, lineEnd: number): string {
  const next = nextLine(text, lineEnd);
  if (
    text.startsWith('"""', first) &&
    byteLength(text.slice(first, Math.min(next, first + 7))) > 6
  ) {
    return '"""';
  }
  const char = text.charAt(first);
  return char === '"' || char === "`" ? char : "";
}

function findDelimiter(text: string, start: number, end: number): number {
  for (let offset = start; offset < end; offset += 1) {
    const code = text.charCodeAt(offset);
    if (code === 0x3d || code === 0x3a) {
      return offset;
    }
  }
  return -1;
}

/** True when `spelling` at the start of a line, before a delimiter, reads as exactly `key`. */
export function keyReadsBack(spelling: string, key: string): boolean {
  if (spelling === "" || spelling.includes("\n")) {
    return false;
  }
  try {
    const line = scanLine(`${spelling} = v\n`, 0);
    return line?.kind === "key" && line.key === key && line.value.value === "v" && !line.dropped;
  } catch (error) {
    if (error instanceof ParseError) {
      return false;
    }
    throw error;
  }
}

/** compat: the wording of the reference up to the text of the line (spec: formats.md §9.1). */
function failure(text: string, offset: number, reason: string): ParseError {
  const line = lineNumber(text, offset);
  return new ParseError(`Could not unmarshal input data: ${reason}: line ${line}`, line);
}

function lineNumber(text: string, offset: number): number {
  let line = 1;
  for (
    let end = text.indexOf("\n");
    end !== -1 && end < offset;
    end = text.indexOf("\n", end + 1)
  ) {
    line += 1;
  }
  return line;
}
