/** New values in the style of the text they are spliced into (design: lossless.md 4). */
import type { ScalarValue } from "../../document/tree.js";
import { decodeText, encodeText } from "../../support/text.js";
import { escapeChar, plainText, singleQuote } from "./emit-scalar.js";
import { FACT, hasPlainEnds, isMistakable, scanText } from "./string-analysis.js";

export type LineStyle = "plain" | "single" | "double";

export interface ScalarContext {
  /** Inside `[ ]` or `{ }`. */
  readonly flow: boolean;
  readonly key: boolean;
}

/** Never raw in a quoted line; unlike sops, what stands above U+FFFF may. */
const NOT_SINGLE = FACT.break | FACT.control;
const NOT_PLAIN = NOT_SINGLE | FACT.colon | FACT.hash;
const ENDS_FLOW_PLAIN = /[,?[\]{}]/;

/**
 * One line that reads back as exactly this value, in the wished style where that can say it, else in the next one:
 * plain, single, double quotes. Values that are no strings are plain, in canonical spelling.
 *
 * A string that a YAML 1.1 reader would take for something else is not written plain. Bytes that are no UTF-8
 * become `!!binary`. The length of a key is the caller's business: readers take at most 1,024 characters.
 */
export function writeScalar(value: ScalarValue, style: LineStyle, context: ScalarContext): string {
  if (value.kind === "string") {
    return writeString(value.value, style, context);
  }
  return value.kind === "bytes"
    ? writeString(decodeText(value.value), style, context)
    : plainText(value);
}

function writeString(text: string, style: LineStyle, context: ScalarContext): string {
  const facts = scanText(text);
  if ((facts & FACT.rawBytes) !== 0) {
    return `!!binary ${Buffer.from(encodeText(text)).toString("base64")}`;
  }
  if (style === "plain" && (facts & NOT_PLAIN) === 0 && canBePlain(text, context)) {
    return text;
  }
  if (style !== "double" && (facts & NOT_SINGLE) === 0) {
    return singleQuote(text);
  }
  return quoteLine(text);
}

function canBePlain(text: string, context: ScalarContext): boolean {
  if (!hasPlainEnds(text) || text.startsWith("\t") || text.endsWith("\t") || isMistakable(text)) {
    return false;
  }
  if (context.key && text === "<<") {
    return false;
  }
  return !context.flow || !(text.startsWith(":") || ENDS_FLOW_PLAIN.test(text));
}

const NEEDS_ESCAPE =
  // oxlint-disable-next-line no-control-regex -- control characters are what must be escaped
  /[\u0000-\u001f"\\\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

function quoteLine(text: string): string {
  return `"${text.replace(NEEDS_ESCAPE, escapeChar)}"`;
}

export type BlockStyle = "literal" | "folded";

export interface BlockText {
  /** `|` or `>` with its indicators. */
  readonly header: string;
  /** The lines with their indentation, without the last line break. */
  readonly content: string;
}

const LF = 0x0a;
const MAX_DIGIT = 9;
const NEVER_IN_BLOCK = FACT.foreignBreak | FACT.control | FACT.rawBytes;

/**
 * A text as block scalar, or `null` where that style cannot say it.
 *
 * @param indentation column of the content
 * @param parentIndent column of the block collection that holds the scalar; -1 for the root
 */
export function writeBlockScalar(
  text: string,
  style: BlockStyle,
  indentation: number,
  parentIndent: number,
): BlockText | null {
  const step = indentation - Math.max(parentIndent, 0);
  if (step < 1 || (scanText(text) & NEVER_IN_BLOCK) !== 0 || /[\u2028\u2029]/.test(text)) {
    return null;
  }
  if (endsInBlankLine(text)) {
    return null;
  }
  // Readers find the column by the first line with text, unless blanks or empty lines make that doubtful.
  const needsDigit = /^[ \t\n]/.test(text);
  if (needsDigit && step > MAX_DIGIT) {
    return null;
  }
  const mark = style === "literal" ? "|" : ">";
  return {
    header: `${mark}${needsDigit ? String(step) : ""}${chomping(text)}`,
    content: indentLines(text, " ".repeat(indentation), style === "folded"),
  };
}

/** The last line that is not empty holds only blanks: not all readers keep them. */
function endsInBlankLine(text: string): boolean {
  let index = text.length - 1;
  while (text.charCodeAt(index) === LF) {
    index -= 1;
  }
  if (!isBlankAt(text, index)) {
    return false;
  }
  while (isBlankAt(text, index)) {
    index -= 1;
  }
  return index < 0 || text.charCodeAt(index) === LF;
}

function chomping(text: string): "" | "-" | "+" {
  if (!text.endsWith("\n")) {
    return "-";
  }
  return text === "\n" || text.endsWith("\n\n") ? "+" : "";
}

function indentLines(text: string, pad: string, isFolded: boolean): string {
  const pieces: string[] = [];
  let start = endOfBreaks(text, 0);
  pieces.push(text.slice(0, start));
  while (start < text.length) {
    const end = endOfLine(text, start);
    const next = endOfBreaks(text, end);
    pieces.push(pad, text.slice(start, end), text.slice(end, next));
    // Between two lines that start with text, readers take the first break of a folded scalar for a space.
    if (isFolded && next < text.length && !isBlankAt(text, start) && !isBlankAt(text, next)) {
      pieces.push("\n");
    }
    start = next;
  }
  const content = pieces.join("");
  return text.endsWith("\n") ? content.slice(0, -1) : content;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

function endOfBreaks(text: string, from: number): number {
  let index = from;
  while (text.charCodeAt(index) === LF) {
    index += 1;
  }
  return index;
}

function isBlankAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code === 0x20 || code === 0x09;
}
