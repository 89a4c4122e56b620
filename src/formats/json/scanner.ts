import type { FloatValue, IntValue, ScalarValue } from "../../document/tree.js";
import { floatPlaintext } from "../../document/float-text.js";
import { ParseError } from "../../support/errors.js";
import { JSON_ERROR_PREFIX } from "./decode.js";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/** The last part of sops's messages, where the text goes on wrongly or ends (spec: formats.md §6.1). */
export const BEGINNING_OF_VALUE = " looking for beginning of value";
const END_OF_INPUT = "unexpected EOF";

/**
 * Reads the tokens of one JSON text; the grammar of objects and arrays is the parser's business.
 *
 * Every method moves `position` behind what it has read.
 *
 * @throws ParseError with line and column; of the text it shows one character at most (security.md M1)
 */
export class JsonScanner {
  readonly text: string;
  position = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Skips white space. @returns the code unit of the next token's first character, NaN at the end of the text */
  next(): number {
    for (;;) {
      const unit = this.text.charCodeAt(this.position);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) {
        return unit;
      }
      this.position += 1;
    }
  }

  /** A string, number or literal that starts here; `unit` is its first code unit, `place` goes into the value. */
  scalar(unit: number, place: number): ScalarValue {
    switch (unit) {
      case QUOTE:
        return { kind: "string", value: this.string(), place };
      case 0x74:
        this.#literal("true");
        return { kind: "bool", value: true, place };
      case 0x66:
        this.#literal("false");
        return { kind: "bool", value: false, place };
      case 0x6e:
        this.#literal("null");
        return { kind: "null", place };
      default:
        return unit === MINUS || isDigit(unit)
          ? this.#number(place)
          : this.fail(BEGINNING_OF_VALUE);
    }
  }

  /** The string whose opening quote stands here. */
  string(): string {
    const start = this.position;
    const { text } = this;
    let hasEscape = false;
    let at = start + 1;
    for (let unit = text.charCodeAt(at); unit !== QUOTE; unit = text.charCodeAt(at)) {
      if (unit === BACKSLASH) {
        hasEscape = true;
        at = this.#escape(at);
      } else if (unit >= 0x20) {
        at += 1;
      } else {
        // Also the end of the text: NaN is not >= 0x20.
        this.position = at;
        this.fail(" in string literal");
      }
    }
    this.position = at + 1;
    if (!hasEscape) {
      return text.slice(start + 1, at);
    }
    const value = JSON.parse(text.slice(start, this.position)) as string;
    // The text itself is valid UTF-8, so only escapes can bring a lone surrogate in; sops would replace it.
    return value.isWellFormed() ? value : this.failAt(start, "lone surrogate in string literal");
  }

  /** Checks the escape whose backslash stands at `start`. @returns where the text goes on */
  #escape(start: number): number {
    this.position = start + 1;
    const letter = this.text[this.position];
    if (letter === "u") {
      for (let digit = 0; digit < 4; digit += 1) {
        this.position += 1;
        if (!isHexDigit(this.text.charCodeAt(this.position))) {
          this.fail(" in \\u hexadecimal character escape");
        }
      }
    } else if (letter === undefined || !'"\\/bfnrt'.includes(letter)) {
      this.fail(" in string escape code");
    }
    return this.position + 1;
  }

  #literal(word: string): void {
    for (const letter of word) {
      if (this.text[this.position] !== letter) {
        this.fail(` in literal ${word} (expecting '${letter}')`);
      }
      this.position += 1;
    }
  }

  #number(place: number): IntValue | FloatValue {
    const start = this.position;
    if (this.text.charCodeAt(start) === MINUS) {
      this.position += 1;
    }
    if (this.text.charCodeAt(this.position) === ZERO) {
      this.position += 1;
    } else {
      this.#digits(" in numeric literal");
    }
    let isInteger = true;
    if (this.text.charCodeAt(this.position) === DOT) {
      isInteger = false;
      this.position += 1;
      this.#digits(" after decimal point in numeric literal");
    }
    // 0x20 is the difference between capital and small letters.
    if ((this.text.charCodeAt(this.position) | 0x20) === 0x65) {
      isInteger = false;
      this.position += 1;
      const sign = this.text[this.position];
      if (sign === "+" || sign === "-") {
        this.position += 1;
      }
      this.#digits(" in exponent of numeric literal");
    }
    const literal = this.text.slice(start, this.position);
    const whole = isInteger ? int64(literal) : undefined;
    if (whole !== undefined) {
      return { kind: "int", value: whole, place };
    }
    const value = this.#double(start, literal);
    // What sops would write for this double has other digits than the source (decisions.md, security.md I6).
    return isInteger && floatPlaintext(value) !== literal
      ? { kind: "float", value, inexact: true, place }
      : { kind: "float", value, place };
  }

  #digits(context: string): void {
    if (!isDigit(this.text.charCodeAt(this.position))) {
      this.fail(context);
    }
    while (isDigit(this.text.charCodeAt(this.position))) {
      this.position += 1;
    }
  }

  #double(start: number, literal: string): number {
    const value = Number(literal);
    if (!Number.isFinite(value)) {
      // sops shows the number here; it may be a secret (security.md M1).
      this.failAt(start, "strconv.ParseFloat: parsing number: value out of range");
    }
    return value;
  }

  /** Refuses the character at the present position, or the end of the text. */
  fail(context: string, atEnd: string = END_OF_INPUT): never {
    const code = this.text.codePointAt(this.position);
    const reason =
      code === undefined ? atEnd : `invalid character ${quoteFirstByte(code)}${context}`;
    return this.failAt(this.position, reason);
  }

  failAt(offset: number, reason: string): never {
    const lineStart = offset === 0 ? 0 : this.text.lastIndexOf("\n", offset - 1) + 1;
    let line = 1;
    for (let at = this.text.indexOf("\n"); at !== -1 && at < offset; line += 1) {
      at = this.text.indexOf("\n", at + 1);
    }
    throw new ParseError(JSON_ERROR_PREFIX + reason, line, offset - lineStart + 1);
  }
}

function isDigit(unit: number): boolean {
  return unit >= ZERO && unit <= NINE;
}

function isHexDigit(unit: number): boolean {
  const letter = unit | 0x20;
  return isDigit(unit) || (letter >= 0x61 && letter <= 0x66);
}

/** A whole number within int64 (`-0` is 0), else `undefined`. */
function int64(literal: string): bigint | undefined {
  if (literal.length > 20) {
    return undefined;
  }
  const value = BigInt(literal);
  return value >= MIN_INT64 && value <= MAX_INT64 ? value : undefined;
}

const NAMED_CONTROLS = new Map<number, string>([
  [0x07, "\\a"],
  [0x08, "\\b"],
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0b, "\\v"],
  [0x0c, "\\f"],
  [0x0d, "\\r"],
  [0x27, "\\'"],
  [0x5c, "\\\\"],
]);

/** compat: sops reads bytes and names a character by the first one, a byte order mark as `ï`. */
function quoteFirstByte(code: number): string {
  const byte = firstByteOf(code);
  const named = NAMED_CONTROLS.get(byte);
  if (named !== undefined) {
    return `'${named}'`;
  }
  return byte < 0x20 || byte === 0x7f
    ? `'\\x${byte.toString(16).padStart(2, "0")}'`
    : `'${String.fromCharCode(byte)}'`;
}

function firstByteOf(code: number): number {
  if (code < 0x80) {
    return code;
  }
  if (code < 0x800) {
    return 0xc0 | (code >> 6);
  }
  return code < 0x1_0000 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18);
}
