/**
 * What both ends of gRPC share: messages of one call with one message each way, over HTTP/2 without TLS.
 *
 * Of the libraries for gRPC the usual one brings an install script along (security.md S1), thirty packages and code
 * that is generated while it runs; the two ends are smaller than what they would wrap.
 */
import { decodeText, encodeText } from "../../support/text.js";

export const CONTENT_TYPE = "application/grpc";

/** A data key and its wrapped forms take a few kilobytes at most (security.md N2). */
export const MAX_MESSAGE: number = 256 * 1024;
/** Fits into the headers that every peer accepts. */
const MAX_REASON = 4096;

/** Names as gRPC has them; the numbers are those on the wire. */
export const STATUS = {
  OK: 0,
  UNKNOWN: 2,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
} as const;

type StatusName = keyof typeof STATUS;

/** For messages, whatever number a peer has sent. */
export function statusName(status: number): string {
  const known = Object.entries(STATUS).find(([, number]) => number === status);
  return known?.[0] ?? `status ${String(status)}`;
}

/** How a call failed. The message of an answer is the peer's: not yet safe to show (security.md M3). */
export class GrpcError extends Error {
  /** Any number that a peer may have sent. */
  readonly status: number;

  constructor(status: StatusName | number, message: string) {
    super(message);
    this.status = typeof status === "number" ? status : STATUS[status];
  }
}

const PREFIX = 5;

/** The one message of a call, given in pieces, with the prefix that gRPC wants: not compressed, length. */
export function encodeFrame(parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const frame = new Uint8Array(PREFIX + length);
  new DataView(frame.buffer).setUint32(1, length);
  let position = PREFIX;
  for (const part of parts) {
    frame.set(part, position);
    position += part.length;
  }
  return frame;
}

/**
 * The message of a call, a view of `frame`.
 *
 * @throws GrpcError for anything but exactly one message without compression
 */
export function decodeFrame(frame: Uint8Array): Uint8Array {
  if (frame.length < PREFIX) {
    throw new GrpcError("INTERNAL", "the message is cut short");
  }
  if (frame[0] !== 0) {
    throw new GrpcError("UNIMPLEMENTED", "compressed messages are not supported");
  }
  const length = new DataView(frame.buffer, frame.byteOffset).getUint32(1);
  if (length !== frame.length - PREFIX) {
    throw new GrpcError("INTERNAL", "the call does not have exactly one message");
  }
  return frame.subarray(PREFIX);
}

/** A message for people as a header carries it: bytes outside printable ASCII, and `%`, as `%XX`. */
export function encodeReason(reason: string): string {
  let text = "";
  for (const byte of encodeText(reason)) {
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x25;
    text += isPlain
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    if (text.length >= MAX_REASON) {
      break;
    }
  }
  return text;
}

/** Inverse of {@link encodeReason}; a `%` that begins no byte stays. */
export function decodeReason(text: string): string {
  const bytes: number[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const digits = /^%([0-9a-f]{2})/i.exec(text.slice(index, index + 3))?.[1];
    if (digits === undefined) {
      bytes.push(text.charCodeAt(index) & 0xff);
    } else {
      bytes.push(Number.parseInt(digits, 16));
      index += 2;
    }
  }
  return decodeText(Uint8Array.from(bytes)).toWellFormed();
}
