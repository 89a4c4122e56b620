/** The header of an age file, format version 1: who can open it, and a MAC over that. */
import { createHmac, timingSafeEqual } from "node:crypto";

import { concatBytes, encodeText } from "../../support/text.js";
import {
  DamagedFileError,
  decodeUnpadded,
  deriveKey,
  encodeUnpadded,
  type Stanza,
} from "./stanza.js";
import { isArgument, readArguments, readBodyLine, writeStanza } from "./stanza-text.js";

const VERSION = "age-encryption.org/v1";
const MAC_LABEL = "header";
const MAC_START = "---";
const LINE_FEED = 0x0a;

export interface AgeHeader {
  readonly stanzas: readonly Stanza[];
  /** What the MAC is made over. */
  readonly authenticated: Uint8Array;
  readonly mac: Uint8Array;
  /** Where the payload begins. */
  readonly length: number;
}

/** There is exactly one way to write a header. @throws DamagedFileError */
export function readHeader(file: Uint8Array): AgeHeader {
  const lines = createLines(file);
  if (lines.next() !== VERSION) {
    throw damaged("it does not begin with the version");
  }
  const stanzas: Stanza[] = [];
  for (;;) {
    const start = lines.position();
    const line = lines.next();
    const args = readArguments(line);
    if (args !== null) {
      stanzas.push({ args, body: readBody(lines) });
      continue;
    }
    const mac = line.startsWith(`${MAC_START} `) ? decodeUnpadded(line.slice(4)) : null;
    if (mac === null) {
      throw damaged("a line is neither a stanza nor the MAC");
    }
    const authenticated = file.subarray(0, start + MAC_START.length);
    return { stanzas, authenticated, mac, length: lines.position() };
  }
}

/** @throws DamagedFileError the header is not the one that was made with the file key */
export function checkHeader(header: AgeHeader, fileKey: Uint8Array): void {
  const mac = macOf(header.authenticated, fileKey);
  if (header.mac.length !== mac.length || !timingSafeEqual(header.mac, mac)) {
    throw damaged("the MAC of the header does not hold");
  }
}

/** @throws Error a stanza has an argument that cannot be written */
export function writeHeader(stanzas: readonly Stanza[], fileKey: Uint8Array): Uint8Array {
  if (!stanzas.every(({ args }) => args.length > 0 && args.every(isArgument))) {
    throw new Error("the stanza of the recipient is not well-formed");
  }
  const written = stanzas.map(({ args, body }) => writeStanza(args, body));
  const authenticated = encodeText(`${VERSION}\n${written.join("")}${MAC_START}`);
  const mac = encodeUnpadded(macOf(authenticated, fileKey));
  return concatBytes([authenticated, encodeText(` ${mac}\n`)]);
}

function macOf(authenticated: Uint8Array, fileKey: Uint8Array): Uint8Array {
  const key = deriveKey(fileKey, new Uint8Array(), MAC_LABEL);
  try {
    return createHmac("sha256", key).update(authenticated).digest();
  } finally {
    key.fill(0);
  }
}

interface Lines {
  /** The next line without its end, a character for each byte. @throws DamagedFileError there is none */
  next(): string;
  /** Where the next line begins. */
  position(): number;
}

function createLines(file: Uint8Array): Lines {
  let position = 0;
  return {
    next() {
      const end = file.indexOf(LINE_FEED, position);
      if (end === -1) {
        throw damaged("the header does not end");
      }
      const line = file.subarray(position, end);
      position = end + 1;
      return Buffer.from(line.buffer, line.byteOffset, line.length).toString("latin1");
    },
    position: () => position,
  };
}

function readBody(lines: Lines): Uint8Array {
  const parts: Uint8Array[] = [];
  for (;;) {
    const line = readBodyLine(lines.next());
    if (line === null) {
      throw damaged("a stanza is not well-formed");
    }
    parts.push(line.bytes);
    if (line.isLast) {
      return concatBytes(parts);
    }
  }
}

function damaged(reason: string): DamagedFileError {
  return new DamagedFileError(new Error(reason));
}
