import { decodeText, encodeText } from "../support/text.js";

import { floatPlaintext } from "./float-text.js";
import { canonicalTimestamp, parseRfc3339 } from "./rfc3339.js";
import type { ScalarValue } from "./tree.js";

/** The `type:` names of crypto.md §6 that we write. `bytes` is read only (as text). */
export type ValueType = "str" | "int" | "float" | "bool" | "time";

/** A scalar that has a plaintext: null has none, and uint is refused before. */
export type EncryptableValue = Exclude<ScalarValue, { kind: "null" } | { kind: "uint" }>;

export function typeOf(value: EncryptableValue): ValueType {
  switch (value.kind) {
    case "string":
    case "bytes":
      return "str";
    case "int":
    case "float":
    case "bool":
      return value.kind;
    case "timestamp":
      return "time";
  }
}

/** The bytes that are encrypted and hashed: one spelling a value, whatever the source says (crypto.md §6). */
export function plaintextOf(value: EncryptableValue): Uint8Array {
  switch (value.kind) {
    case "bytes":
      return value.value;
    case "string":
    case "timestamp":
      return encodeText(value.value);
    case "int":
      return encodeText(value.value.toString());
    case "float":
      return encodeText(floatPlaintext(value.value));
    case "bool":
      return encodeText(value.value ? "True" : "False");
  }
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

function isInt64(value: bigint): boolean {
  return value >= INT64_MIN && value <= INT64_MAX;
}

const TRUE_TEXTS: ReadonlySet<string> = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE_TEXTS: ReadonlySet<string> = new Set(["0", "f", "F", "FALSE", "false", "False"]);
const FLOAT_TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const SPECIAL_FLOATS: ReadonlyMap<string, number> = new Map([
  ["inf", Infinity],
  ["+inf", Infinity],
  ["-inf", -Infinity],
  ["infinity", Infinity],
  ["+infinity", Infinity],
  ["-infinity", -Infinity],
  ["nan", NaN],
]);

/**
 * Decrypted bytes as the typed value that `type` names.
 *
 * @returns the value, or the reason why these bytes are none of that type (never the bytes themselves)
 */
export function valueFromPlaintext(
  type: string,
  bytes: Uint8Array,
): ScalarValue | { readonly reason: string } {
  if (type === "str" || type === "bytes") {
    return { kind: "string", value: decodeText(bytes) };
  }
  const text = decodeText(bytes);
  switch (type) {
    case "int":
      return readInt(text);
    case "float":
      return readFloat(text);
    case "bool":
      return readBool(text);
    case "time": {
      const time = parseRfc3339(text);
      return time === null
        ? { reason: "parsing time: not RFC 3339" }
        : { kind: "timestamp", value: canonicalTimestamp(time) };
    }
    default:
      return { reason: "Unknown datatype" };
  }
}

function readInt(text: string): ScalarValue | { readonly reason: string } {
  if (!/^[+-]?\d+$/.test(text)) {
    return { reason: "strconv.Atoi: invalid syntax" };
  }
  const value = text.length > 40 ? null : BigInt(text.startsWith("+") ? text.slice(1) : text);
  return value !== null && isInt64(value)
    ? { kind: "int", value }
    : { reason: "strconv.Atoi: value out of range" };
}

function readFloat(text: string): ScalarValue | { readonly reason: string } {
  const special = SPECIAL_FLOATS.get(text.toLowerCase());
  if (special !== undefined) {
    return { kind: "float", value: special };
  }
  if (!FLOAT_TEXT.test(text)) {
    return { reason: "strconv.ParseFloat: invalid syntax" };
  }
  const value = Number(text);
  return Number.isFinite(value)
    ? { kind: "float", value }
    : { reason: "strconv.ParseFloat: value out of range" };
}

function readBool(text: string): ScalarValue | { readonly reason: string } {
  if (TRUE_TEXTS.has(text)) {
    return { kind: "bool", value: true };
  }
  return FALSE_TEXTS.has(text)
    ? { kind: "bool", value: false }
    : { reason: "strconv.ParseBool: invalid syntax" };
}
