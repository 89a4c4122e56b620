import { concatBytes } from "../../support/text.js";
import {
  argumentsOf,
  DamagedStanzaError,
  decodeUnpadded,
  deriveKey,
  openFileKey,
  type AgeIdentity,
  type Stanza,
} from "./stanza.js";
import { POINT_LENGTH, scalarMultiply, scalarMultiplyBase } from "./x25519.js";

export const X25519_TYPE = "X25519";
export const X25519_LABEL = "age-encryption.org/v1/X25519";

/** @param scalar - the 32 bytes of an `AGE-SECRET-KEY-1…` */
export function createX25519Identity(scalar: Uint8Array): AgeIdentity {
  let recipient: Uint8Array | undefined;

  function open(stanza: Stanza): Uint8Array | null {
    const [text = ""] = argumentsOf(stanza, 1);
    const share = decodeUnpadded(text);
    const secret = share?.length === POINT_LENGTH ? scalarMultiply(scalar, share) : null;
    if (share === null || secret === null) {
      throw new DamagedStanzaError(X25519_TYPE);
    }
    recipient ??= scalarMultiplyBase(scalar);
    const key = deriveKey(secret, concatBytes([share, recipient]), X25519_LABEL);
    return openFileKey(stanza.body, key, X25519_TYPE);
  }

  return {
    unwrap({ stanzas }) {
      for (const stanza of stanzas.filter(({ args }) => args[0] === X25519_TYPE)) {
        const fileKey = open(stanza);
        if (fileKey !== null) {
          return Promise.resolve(fileKey);
        }
      }
      return Promise.resolve(null);
    },
  };
}
