/** The encoding of SSH (RFC 4251 §5): numbers of four bytes, and strings with their length before them. */

/** Reads one structure from its start; every method gives `null` once the bytes do not suffice. */
export interface WireReader {
  number(): number | null;
  /** A view, no copy. */
  string(): Uint8Array | null;
  /** What has not been read. */
  rest(): Uint8Array;
}

export function readWire(bytes: Uint8Array): WireReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = 0;
  const number = (): number | null => {
    if (position + 4 > bytes.length) {
      return null;
    }
    position += 4;
    return view.getUint32(position - 4);
  };
  return {
    number,
    string() {
      const length = number();
      if (length === null || length > bytes.length - position) {
        return null;
      }
      position += length;
      return bytes.subarray(position - length, position);
    },
    rest: () => bytes.subarray(position),
  };
}

/** A positive number of the wire, without its leading zero bytes; `null` when it is negative or not there. */
export function unsigned(bytes: Uint8Array | null): Uint8Array | null {
  if (bytes === null || ((bytes[0] ?? 0) & 0x80) !== 0) {
    return null;
  }
  const start = bytes.findIndex((byte) => byte !== 0);
  return start === -1 ? null : bytes.subarray(start);
}

/** ASCII only, for names of types and ciphers; anything else becomes something that is no such name. */
export function nameOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : String.fromCharCode(...bytes.subarray(0, 64));
}
