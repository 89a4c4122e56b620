import { concatBytes } from "../../support/text.js";
import {
  deriveKey,
  encodeUnpadded,
  sealFileKey,
  type FileKeyWrapper,
  type Stanza,
} from "./stanza.js";
import { X25519_LABEL, X25519_TYPE } from "./x25519-identity.js";
import { scalarMultiply, scalarMultiplyBase } from "./x25519.js";

/** @param point - the 32 bytes of an `age1…` */
export function createX25519Recipient(
  point: Uint8Array,
  randomBytes: (length: number) => Uint8Array,
): FileKeyWrapper {
  return (fileKey) => Promise.resolve([wrap(fileKey, point, randomBytes(32))]);
}

function wrap(fileKey: Uint8Array, point: Uint8Array, ephemeral: Uint8Array): Stanza {
  try {
    const share = scalarMultiplyBase(ephemeral);
    const secret = scalarMultiply(ephemeral, point);
    if (secret === null) {
      throw new Error("the age recipient is a point of low order");
    }
    const key = deriveKey(secret, concatBytes([share, point]), X25519_LABEL);
    secret.fill(0);
    return { args: [X25519_TYPE, encodeUnpadded(share)], body: sealFileKey(fileKey, key) };
  } finally {
    ephemeral.fill(0);
  }
}
