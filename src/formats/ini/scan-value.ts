import {
  findCommentMark,
  isBlank,
  lineEndAt,
  nextLine,
  skipBlanks,
  trimEnd,
} from "./characters.js";

/** A range of the text, in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** How a value stands in the text: bare, between quotes, or over lines that end in a backslash. */
export type ValueStyle = "bare" | "'" | '"' | "`" | '"""' | "continued";

export interface ScannedValue extends Span {
  /** What the span says, quotes and continuations resolved. */
  readonly value: string;
  readonly style: ValueStyle;
  /** From the mark to the end of its line. */
  readonly comment: Span | null;
  /** Text behind a closing quote that reading ignores. */
  readonly dropped: Span | null;
  /** Start of the first line that is not part of the value. */
  readonly next: number;
}

/**
 * Reads the value that starts at `from`, behind the delimiter (spec: formats.md §9.1 step 5).
 *
 * @returns `null` when a quote is never closed
 */
export function scanValue(text: string, from: number): ScannedValue | null {
  const lineEnd = lineEndAt(text, from);
  const start = skipBlanks(text, from, lineEnd);
  const next = nextLine(text, lineEnd);
  if (start === lineEnd) {
    const isCrLf = start > from && text.charCodeAt(start - 1) === 0x0d;
    const offset = isCrLf ? start - 1 : start;
    return bare(text, offset, offset, null, next);
  }
  if (text.startsWith('"""', start) && next - start > 3) {
    return scanQuoted(text, start, '"""');
  }
  if (text.charCodeAt(start) === 0x60) {
    return scanQuoted(text, start, "`");
  }
  const end = trimEnd(text, start, lineEnd);
  if (text.charCodeAt(end - 1) === 0x5c) {
    return scanContinued(text, { start, end }, next);
  }
  const mark = findCommentMark(text, start, end);
  if (mark === -1) {
    return bare(text, start, end, null, next);
  }
  const comment = { start: mark, end: lineEnd };
  return bare(text, start, trimEnd(text, start, mark), comment, next);
}

function bare(
  text: string,
  start: number,
  end: number,
  comment: Span | null,
  next: number,
): ScannedValue {
  const style = enclosingQuote(text, start, end);
  const value = style === "bare" ? text.slice(start, end) : text.slice(start + 1, end - 1);
  return { start, end, value, style, comment, dropped: null, next };
}

/** The quote at both ends, if there is none between. */
function enclosingQuote(text: string, start: number, end: number): "bare" | "'" | '"' {
  const code = text.charCodeAt(start);
  if ((code !== 0x22 && code !== 0x27) || end - start < 2 || text.charCodeAt(end - 1) !== code) {
    return "bare";
  }
  const quote = code === 0x22 ? '"' : "'";
  return text.indexOf(quote, start + 1) === end - 1 ? quote : "bare";
}

function scanQuoted(text: string, start: number, quote: "`" | '"""'): ScannedValue | null {
  const inner = start + quote.length;
  const lineEnd = lineEndAt(text, inner);
  const closing = lastQuote(text, inner, lineEnd, quote);
  if (closing === -1) {
    return scanLines(text, start, quote);
  }
  const end = closing + quote.length;
  return {
    start,
    end,
    value: text.slice(inner, closing),
    style: quote,
    comment: null,
    dropped: visiblePart(text, end, lineEnd),
    next: nextLine(text, lineEnd),
  };
}

/** A quote that is not closed on its own line: the last one on a later line closes it. */
function scanLines(text: string, start: number, quote: "`" | '"""'): ScannedValue | null {
  let line = nextLine(text, lineEndAt(text, start));
  while (line < text.length) {
    const lineEnd = lineEndAt(text, line);
    const next = nextLine(text, lineEnd);
    const closing = lastQuote(text, line, lineEnd, quote);
    const visibleEnd = trimEnd(text, line, lineEnd);
    if (closing !== -1 && text.charCodeAt(visibleEnd - 1) !== 0x5c) {
      const end = closing + quote.length;
      const mark = findCommentMark(text, end, lineEnd);
      return {
        start,
        end,
        value: text.slice(start + quote.length, closing),
        style: quote,
        comment: mark === -1 ? null : { start: mark, end: lineEnd },
        dropped: visiblePart(text, end, mark === -1 ? lineEnd : mark),
        next,
      };
    }
    line = next;
  }
  return null;
}

function lastQuote(text: string, start: number, end: number, quote: string): number {
  // A slice, because lastIndexOf on the whole text would search back past the line.
  const offset = text.slice(start, end).lastIndexOf(quote);
  return offset === -1 ? -1 : start + offset;
}

/** `null` when there is nothing but blanks. */
function visiblePart(text: string, start: number, end: number): Span | null {
  const visibleEnd = trimEnd(text, start, end);
  return visibleEnd === start ? null : { start, end: visibleEnd };
}

function scanContinued(text: string, first: Span, secondLine: number): ScannedValue {
  const parts = [text.slice(first.start, first.end - 1)];
  let end = first.end;
  let next = secondLine;
  let isOpen = true;
  while (isOpen && next < text.length) {
    const lineEnd = lineEndAt(text, next);
    const start = skipBlanks(text, next, lineEnd);
    const visibleEnd = trimEnd(text, start, lineEnd);
    next = nextLine(text, lineEnd);
    if (start === visibleEnd) {
      break;
    }
    isOpen = text.charCodeAt(visibleEnd - 1) === 0x5c;
    parts.push(text.slice(start, isOpen ? visibleEnd - 1 : visibleEnd));
    end = visibleEnd;
  }
  const value = parts.join("");
  return {
    start: first.start,
    end,
    value,
    style: "continued",
    comment: null,
    dropped: null,
    next,
  };
}

/** True when a bare `value` certainly reads as itself; a quick answer for ciphertext and most plain text. */
function isPlainlyBare(value: string): boolean {
  const first = value.charCodeAt(0);
  if (value === "" || isBlank(first) || first === 0x22 || first === 0x27 || first === 0x60) {
    return false;
  }
  const last = value.charCodeAt(value.length - 1);
  return (
    last !== 0x5c &&
    !isBlank(last) &&
    !value.includes("\n") &&
    findCommentMark(value, 0, value.length) === -1
  );
}

/**
 * True when `spelling` behind a delimiter reads as exactly `value` and ends with its line, or with `comment` behind it
 * on that line (mark included; empty for none).
 */
export function readsBack(spelling: string, value: string, comment = ""): boolean {
  if (spelling === value && isPlainlyBare(value)) {
    return true;
  }
  const line = comment === "" ? `${spelling}\n` : `${spelling} ${comment}\n`;
  // A second line, so that a value that would swallow it is seen to do so.
  const scanned = scanValue(`${line}x\n`, 0);
  return (
    scanned !== null &&
    scanned.value === value &&
    scanned.next === line.length &&
    scanned.dropped === null &&
    (scanned.comment?.start ?? -1) === (comment === "" ? -1 : spelling.length + 1)
  );
}

/** True when `spelling` swallows what stands on the lines below it. */
export function isOpenEnded(spelling: string): boolean {
  const scanned = scanValue(`${spelling}\nx\n`, 0);
  return scanned === null || scanned.next > spelling.length + 1;
}
