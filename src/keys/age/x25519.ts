import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from "node:crypto";

import { concatBytes } from "../../support/text.js";

export const POINT_LENGTH = 32;

/** DER of a PKCS #8 private and of a public X25519 key, up to the key itself (RFC 8410). */
const PRIVATE_PREFIX = Buffer.from("302e020100300506032b656e04220420", "hex");
const PUBLIC_PREFIX = Buffer.from("302a300506032b656e032100", "hex");

/**
 * X25519 of RFC 7748: `scalar` is clamped.
 *
 * @returns `null` when the result is zero, which means that `point` is none that an honest sender has
 */
export function scalarMultiply(scalar: Uint8Array, point: Uint8Array): Uint8Array | null {
  try {
    const shared = diffieHellman({ privateKey: privateKey(scalar), publicKey: publicKey(point) });
    // The runtime refuses it too, but that is not said of every one.
    return shared.every((byte) => byte === 0) ? null : new Uint8Array(shared);
  } catch {
    return null;
  }
}

/** The public key of `scalar`. */
export function scalarMultiplyBase(scalar: Uint8Array): Uint8Array {
  const der = createPublicKey(privateKey(scalar)).export({ type: "spki", format: "der" });
  return new Uint8Array(der.subarray(PUBLIC_PREFIX.length));
}

function privateKey(scalar: Uint8Array): KeyObject {
  const key = Buffer.concat([PRIVATE_PREFIX, scalar]);
  try {
    return createPrivateKey({ key, format: "der", type: "pkcs8" });
  } finally {
    key.fill(0);
  }
}

function publicKey(point: Uint8Array): KeyObject {
  const key = Buffer.from(concatBytes([PUBLIC_PREFIX, point]));
  return createPublicKey({ key, format: "der", type: "spki" });
}
