import { isAscii } from "node:buffer";

import { ParseError } from "../../support/errors.js";
import { decodeUtf8 } from "../../support/text.js";

/** The text of a YAML file, byte order mark included. */
export interface DecodedYaml {
  readonly text: string;
  readonly isUtf16: boolean;
}

// oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;

/**
 * Bytes to text: UTF-8, or UTF-16 with a byte order mark; only characters that YAML allows (spec: formats.md §5.1).
 *
 * @throws ParseError for invalid encodings and control characters
 */
export function decodeYaml(bytes: Uint8Array): DecodedYaml {
  const first = bytes[0];
  const second = bytes[1];
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  const text = isUtf16 ? decodeUtf16(bytes, first === 0xfe) : decodeAsUtf8(bytes);
  const forbidden = text.search(FORBIDDEN);
  if (forbidden !== -1) {
    throw unreadable("control characters are not allowed", text.slice(0, forbidden));
  }
  return { text, isUtf16 };
}

function decodeAsUtf8(bytes: Uint8Array): string {
  if (isAscii(bytes)) {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  }
  const text = decodeUtf8(bytes);
  if (text === null) {
    throw invalidUtf8(bytes);
  }
  return text;
}

function decodeUtf16(bytes: Uint8Array, isBigEndian: boolean): string {
  if (bytes.length % 2 === 1) {
    throw unreadable("incomplete UTF-16 character", "");
  }
  const units = Buffer.from(bytes);
  if (isBigEndian) {
    units.swap16();
  }
  const text = units.toString("utf16le");
  if (!text.isWellFormed()) {
    throw unreadable("expected low surrogate area", "");
  }
  return text;
}

/** What is wrong with the first sequence that is not UTF-8, in libyaml's words. */
function invalidUtf8(bytes: Uint8Array): ParseError {
  let position = 0;
  for (;;) {
    const lead = bytes[position] ?? 0;
    const width = sequenceWidth(lead);
    if (width === 0) {
      return unreadable("invalid leading UTF-8 octet", beforeByte(bytes, position));
    }
    for (let index = 1; index < width; index += 1) {
      const next = bytes[position + index];
      if (next === undefined) {
        return unreadable("incomplete UTF-8 octet sequence", beforeByte(bytes, position));
      }
      if ((next & 0xc0) !== 0x80) {
        return unreadable("invalid trailing UTF-8 octet", beforeByte(bytes, position));
      }
    }
    if (decodeUtf8(bytes.subarray(position, position + width)) === null) {
      return unreadable(rangeProblem(lead, bytes[position + 1] ?? 0), beforeByte(bytes, position));
    }
    position += width;
  }
}

function sequenceWidth(lead: number): number {
  if (lead < 0x80) {
    return 1;
  }
  return lead >= 0xc0 && lead < 0xe0
    ? 2
    : lead >= 0xe0 && lead < 0xf0
      ? 3
      : lead >= 0xf0 && lead < 0xf8
        ? 4
        : 0;
}

function rangeProblem(lead: number, second: number): string {
  const isOverlong =
    lead < 0xc2 || (lead === 0xe0 && second < 0xa0) || (lead === 0xf0 && second < 0x90);
  return isOverlong ? "invalid length of a UTF-8 sequence" : "invalid Unicode character";
}

function beforeByte(bytes: Uint8Array, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, end).toString("latin1");
}

/** libyaml gives no line for these; ours goes into the details only. */
function unreadable(problem: string, before: string): ParseError {
  const lines = before.split(/\r\n|[\n\r]/);
  return new ParseError(`yaml: ${problem}`, lines.length, (lines.at(-1) ?? "").length + 1);
}
