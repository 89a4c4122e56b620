/** How sops spells a scalar: tag, style and text (spec: formats.md §5.6, §5.8). */
import { floatYaml } from "../../document/float-text.js";
import type { ScalarValue } from "../../document/tree.js";
import { decodeText, encodeText } from "../../support/text.js";
import { FACT, hasPlainEnds, isMistakable, scanText } from "./string-analysis.js";

export type ScalarStyle = "plain" | "single" | "double" | "literal";

export interface Spelling {
  readonly style: ScalarStyle;
  /** The text as written, quotes included; of a literal, the value itself. */
  readonly text: string;
  readonly tag?: "!!binary" | "!!merge";
  /** The value holds a line break of any kind: as a key it needs `?`. */
  readonly isMultiline?: boolean;
}

const NOT_PLAIN = FACT.break | FACT.tab | FACT.control | FACT.astral | FACT.colon | FACT.hash;
const NOT_SINGLE =
  FACT.tab | FACT.control | FACT.astral | FACT.spaceBeforeBreak | FACT.breakBeforeSpace;
const NOT_LITERAL = FACT.control | FACT.astral | FACT.spaceBeforeBreak;
const BASE64_LINE = 70;

/** The spelling of any scalar; of a string, the first of plain, single and double quotes that sops would take. */
export function spellScalar(value: ScalarValue): Spelling {
  if (value.kind === "string") {
    // As sops; a reader that knows the tag takes it for the text it is, for no value can be merged.
    return value.value === "<<" ? MERGE : spellString(value.value);
  }
  return value.kind === "bytes"
    ? spellString(decodeText(value.value))
    : { style: "plain", text: plainText(value) };
}

/** `<<` with the tag that sops gives it. spec: formats.md §12 #4 */
export const MERGE: Spelling = { style: "plain", text: "<<", tag: "!!merge" };

/** Canonical text of a value that is no string. */
export function plainText(value: Exclude<ScalarValue, { kind: "string" | "bytes" }>): string {
  if (value.kind === "null") {
    return "null";
  }
  return value.kind === "float" ? floatYaml(value.value) : String(value.value);
}

/** The spelling of a text, as a key too; `<<` is quoted, for as a key it would be a merge. */
export function spellString(text: string): Spelling {
  const facts = scanText(text);
  if ((facts & (NOT_PLAIN | FACT.rawBytes)) === 0) {
    return spellLine(text);
  }
  if ((facts & FACT.rawBytes) !== 0) {
    return spellBinary(text);
  }
  const isMultiline = (facts & FACT.break) !== 0;
  if ((facts & FACT.lineFeed) !== 0) {
    // A literal that starts with a tab becomes null in sops: the second half of the test is ours.
    // spec: formats.md §12 #2
    return (facts & NOT_LITERAL) !== 0 || text.endsWith(" ") || text.startsWith("\t")
      ? { style: "double", text: doubleQuote(text), isMultiline }
      : { style: "literal", text, isMultiline };
  }
  return (facts & NOT_SINGLE) === 0 && !isMistakable(text)
    ? { style: "single", text: singleQuote(text), isMultiline }
    : { style: "double", text: doubleQuote(text), isMultiline };
}

/** A text without anything that forbids plain style in its middle. */
function spellLine(text: string): Spelling {
  if (text === "" || isMistakable(text) || text === "<<") {
    return { style: "double", text: doubleQuote(text) };
  }
  return hasPlainEnds(text)
    ? { style: "plain", text }
    : { style: "single", text: singleQuote(text) };
}

function spellBinary(text: string): Spelling {
  const base64 = Buffer.from(encodeText(text)).toString("base64");
  if (base64.length < BASE64_LINE) {
    return { style: "plain", text: base64, tag: "!!binary" };
  }
  const lines: string[] = [];
  for (let start = 0; start < base64.length; start += BASE64_LINE) {
    lines.push(base64.slice(start, start + BASE64_LINE), "\n");
  }
  return { style: "literal", text: lines.join(""), tag: "!!binary", isMultiline: true };
}

export function singleQuote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x00, "\\0"],
  [0x07, "\\a"],
  [0x08, "\\b"],
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0b, "\\v"],
  [0x0c, "\\f"],
  [0x0d, "\\r"],
  [0x1b, "\\e"],
  [0x22, '\\"'],
  [0x5c, "\\\\"],
  [0x85, "\\N"],
  [0xa0, "\\_"],
  [0x2028, "\\L"],
  [0x2029, "\\P"],
]);

const NEEDS_ESCAPE =
  // oxlint-disable-next-line no-control-regex -- control characters are what must be escaped
  /[\u0000-\u001f"\\\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff\u{10000}-\u{10ffff}]/gu;

/** Double-quoted text on one line; every character that sops thinks unprintable is escaped. */
export function doubleQuote(text: string): string {
  // sops takes a text that starts with a byte order mark for one without any printable character.
  const needsEscape = text.startsWith("\ufeff") ? /./gsu : NEEDS_ESCAPE;
  return `"${text.replace(needsEscape, escapeChar)}"`;
}

/** The escape of one character (one or two UTF-16 units). */
export function escapeChar(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  const short = ESCAPES.get(code);
  if (short !== undefined) {
    return short;
  }
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) {
    return `\\x${hex.padStart(2, "0")}`;
  }
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
