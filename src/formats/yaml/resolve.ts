/** What a YAML scalar's text means (spec: formats.md §5.4). */
import type { FloatValue, ScalarValue } from "../../document/tree.js";
import { ParseError } from "../../support/errors.js";
import { decodeText } from "../../support/text.js";
import { parseTimestamp } from "./timestamp.js";

/** The core tags that are honoured; all others are dropped by the reader. */
export type CoreTag = "str" | "int" | "float" | "bool" | "null" | "timestamp" | "binary";

const INT64_LIMIT = 1n << 63n;
const UINT64_LIMIT = 1n << 64n;
/** More digits than this cannot fit 64 bits in any base: no need to build a number. */
const MAX_DIGITS = { 10: 20, 16: 16, 8: 22, 2: 64 } as const;

const WORDS: ReadonlyMap<string, ScalarValue> = new Map<string, ScalarValue>([
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, { kind: "null" }] as const),
  ...["true", "True", "TRUE"].map((word) => [word, { kind: "bool", value: true }] as const),
  ...["false", "False", "FALSE"].map((word) => [word, { kind: "bool", value: false }] as const),
  ...[".nan", ".NaN", ".NAN"].map((word) => [word, { kind: "float", value: NaN }] as const),
  ...[".inf", ".Inf", ".INF"].flatMap((word) => [
    [word, { kind: "float", value: Infinity }] as const,
    [`+${word}`, { kind: "float", value: Infinity }] as const,
    [`-${word}`, { kind: "float", value: -Infinity }] as const,
  ]),
]);
const LONGEST_WORD = 5;

const DECIMAL = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
/** What starts with a point may have `_` between digits only; observed of sops. */
const FRACTION = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/;

/**
 * The value of an untagged plain scalar. Never throws.
 *
 * A whole number from 2^63 to 2^64-1 is of kind `uint`; a float whose text is a whole number in digits that the
 * double does not hold exactly is marked `inexact`.
 */
export function resolvePlain(text: string): ScalarValue {
  return resolveText(text, true);
}

/**
 * The value of a scalar with an explicit core tag, whatever its style.
 *
 * @throws ParseError when the text does not fit the tag; the message leaves the text out (security.md M1)
 */
export function resolveTagged(tag: CoreTag, text: string, line?: number): ScalarValue {
  if (tag === "str") {
    return { kind: "string", value: text };
  }
  if (tag === "binary") {
    return { kind: "string", value: decodeText(decodeBase64(text, line)) };
  }
  const value = resolveText(text, tag === "timestamp");
  if (value.kind === tag || (tag === "int" && value.kind === "uint")) {
    return value;
  }
  if (tag === "float" && value.kind === "int") {
    return wholeFloat(Number(value.value), value.value);
  }
  throw new ParseError(`cannot decode ${tagOf(value)} as a !!${tag}`, line);
}

function tagOf(value: ScalarValue): string {
  if (value.kind === "uint") {
    return "!!int";
  }
  return value.kind === "string" || value.kind === "bytes" ? "!!str" : `!!${value.kind}`;
}

function resolveText(text: string, allowTimestamp: boolean): ScalarValue {
  const first = text.charCodeAt(0);
  // Digit or sign first: it is the only way to a number or a timestamp, and words start with few letters.
  if ((first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d) {
    return resolveNumber(text, allowTimestamp);
  }
  if (text.length <= LONGEST_WORD) {
    const word = WORDS.get(text);
    if (word !== undefined) {
      return { ...word };
    }
  }
  if (first === 0x2e && FRACTION.test(text)) {
    return finiteFloat(Number(text.replaceAll("_", ""))) ?? { kind: "string", value: text };
  }
  return { kind: "string", value: text };
}

function resolveNumber(text: string, allowTimestamp: boolean): ScalarValue {
  if (text.charCodeAt(1) === 0x2e) {
    const word = WORDS.get(text);
    if (word !== undefined) {
      return { ...word };
    }
  }
  const timestamp = allowTimestamp ? parseTimestamp(text) : null;
  if (timestamp !== null) {
    return { kind: "timestamp", value: timestamp };
  }
  const plain = text.includes("_") ? text.replaceAll("_", "") : text;
  return (
    resolveInteger(withSignFirst(plain)) ?? resolveDecimal(plain) ?? { kind: "string", value: text }
  );
}

/** A whole number of at most 64 bits, or `null`. */
function resolveInteger(text: string): ScalarValue | null {
  const sign = text.charCodeAt(0);
  const isNegative = sign === 0x2d;
  const start = isNegative || sign === 0x2b ? 1 : 0;
  const magnitude = readMagnitude(text, start);
  if (magnitude === null) {
    return null;
  }
  if (magnitude < INT64_LIMIT || (isNegative && magnitude === INT64_LIMIT)) {
    return { kind: "int", value: isNegative ? -magnitude : magnitude };
  }
  return start === 0 && magnitude < UINT64_LIMIT ? { kind: "uint", value: magnitude } : null;
}

/** `0b-1` is a number, `0x-1` and `-0b-1` are none; observed of sops. */
function withSignFirst(text: string): string {
  return /^0[bo][-+]/.test(text) ? text.charAt(2) + text.slice(0, 2) + text.slice(3) : text;
}

function readMagnitude(text: string, start: number): bigint | null {
  if (text.charCodeAt(start) !== 0x30 || text.length === start + 1) {
    return readDigits(text, start, 10, "");
  }
  const marker = text.charCodeAt(start + 1) | 0x20;
  if (marker === 0x78) {
    return readDigits(text, start + 2, 16, "0x");
  }
  if (marker === 0x62) {
    return readDigits(text, start + 2, 2, "0b");
  }
  return readDigits(text, marker === 0x6f ? start + 2 : start + 1, 8, "0o");
}

/** The rest of the text as digits of a base; `null` if it is none or surely above 64 bits. */
function readDigits(
  text: string,
  start: number,
  base: keyof typeof MAX_DIGITS,
  prefix: string,
): bigint | null {
  if (start >= text.length) {
    return null;
  }
  for (let index = start; index < text.length; index += 1) {
    if (digitValue(text.charCodeAt(index)) >= base) {
      return null;
    }
  }
  let first = start;
  while (first < text.length - 1 && text.charCodeAt(first) === 0x30) {
    first += 1;
  }
  return text.length - first > MAX_DIGITS[base] ? null : BigInt(prefix + text.slice(first));
}

function digitValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) {
    return code - 0x30;
  }
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : 255;
}

function resolveDecimal(text: string): ScalarValue | null {
  if (!DECIMAL.test(text)) {
    return null;
  }
  const float = finiteFloat(Number(text));
  if (float === null || !isWholeInDigits(text)) {
    return float;
  }
  const isNegative = text.startsWith("-");
  const digits = BigInt(isNegative || text.startsWith("+") ? text.slice(1) : text);
  return wholeFloat(float.value, isNegative ? -digits : digits);
}

function isWholeInDigits(text: string): boolean {
  for (let index = 1; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x30 || code > 0x39) {
      return false;
    }
  }
  return true;
}

/** `null` for a number too large for a double: such a text stays a text. */
function finiteFloat(value: number): FloatValue | null {
  return Number.isFinite(value) ? { kind: "float", value } : null;
}

function wholeFloat(value: number, exact: bigint): FloatValue {
  return BigInt(value) === exact
    ? { kind: "float", value }
    : { kind: "float", value, inexact: true };
}

/** Standard alphabet with padding; line breaks are skipped. */
function decodeBase64(text: string, line: number | undefined): Uint8Array {
  const compact = /[\r\n]/.test(text) ? text.replace(/[\r\n]+/g, "") : text;
  const padding = compact.endsWith("==") ? 2 : compact.endsWith("=") ? 1 : 0;
  const digits = compact.slice(0, compact.length - padding);
  if (compact.length % 4 !== 0 || /[^A-Za-z0-9+/]/.test(digits)) {
    throw new ParseError("!!binary value contains invalid base64 data", line);
  }
  return new Uint8Array(Buffer.from(digits, "base64"));
}
