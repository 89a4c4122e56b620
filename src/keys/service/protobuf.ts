/**
 * The part of the Protocol Buffers encoding that the key service needs: fields that carry bytes. Its messages have no
 * others, and those of a later version are skipped.
 */
import { concatBytes, decodeUtf8, encodeText } from "../../support/text.js";

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

export interface WireField {
  readonly number: number;
  /** A view of the message, not a copy. */
  readonly bytes: Uint8Array;
}

/** The bytes are no protocol buffer message. */
export class WireError extends Error {}

/** A text; nothing for an empty one, which is what an absent field means. */
export function textField(number: number, text: string): Uint8Array[] {
  return text === "" ? [] : bytesField(number, encodeText(text));
}

/** A message within a message. */
export function messageField(number: number, parts: readonly Uint8Array[]): Uint8Array[] {
  return bytesField(number, concatBytes(parts));
}

/** A field in pieces, so that a data key is copied only once, into the finished message. */
export function bytesField(number: number, bytes: Uint8Array): Uint8Array[] {
  return [Uint8Array.from([...varint(number * 8 + BYTES), ...varint(bytes.length)]), bytes];
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}

/**
 * The fields of a message that carry bytes, in order.
 *
 * @throws WireError
 */
export function readFields(message: Uint8Array): WireField[] {
  const fields: WireField[] = [];
  let position = 0;
  const take = (length: number): Uint8Array => {
    if (length > message.length - position) {
      throw new WireError("the message is cut short");
    }
    position += length;
    return message.subarray(position - length, position);
  };
  /** At most ten bytes; what does not fit into 32 bits becomes a length that no message has. */
  const number = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = take(1)[0] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        return value;
      }
    }
    throw new WireError("a number has too many bytes");
  };
  while (position < message.length) {
    const tag = number();
    const field = Math.floor(tag / 8);
    if (field === 0) {
      throw new WireError("a field has the number 0");
    }
    switch (tag % 8) {
      case BYTES:
        fields.push({ number: field, bytes: take(number()) });
        break;
      case VARINT:
        number();
        break;
      case FIXED64:
        take(8);
        break;
      case FIXED32:
        take(4);
        break;
      default:
        throw new WireError("a field has an unknown type");
    }
  }
  return fields;
}

/** The last field with this number, as the encoding demands; empty when there is none. */
export function lastBytes(fields: readonly WireField[], number: number): Uint8Array {
  return fields.findLast((field) => field.number === number)?.bytes ?? new Uint8Array();
}

/** @throws WireError for bytes that are not UTF-8 */
export function lastText(fields: readonly WireField[], number: number): string {
  const text = decodeUtf8(lastBytes(fields, number));
  if (text === null) {
    throw new WireError("a text is not UTF-8");
  }
  return text;
}
