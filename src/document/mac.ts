import { createHash, timingSafeEqual } from "node:crypto";

import { encodeText } from "../support/text.js";

import { plaintextOf, type EncryptableValue } from "./plaintext.js";
import type { ScalarValue } from "./tree.js";
import { seal, unsealText, type CipherFailure } from "./value-cipher.js";

/** SHA-256 of the ASCII text `sops`: marks a MAC over the encrypted values only (crypto.md §9). */
const MAC_ONLY_ENCRYPTED_PREFIX = Buffer.from(
  "8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69",
  "hex",
);

/** Hashes the plain values of a file in walk order: no separators, no names, comments and nulls left out. */
export interface MacHasher {
  add(value: ScalarValue, isSelected: boolean): void;
  /** 128 upper-case hexadecimal digits. Call once. */
  finish(): string;
}

export function createMacHasher(macOnlyEncrypted: boolean): MacHasher {
  const hash = createHash("sha512");
  if (macOnlyEncrypted) {
    hash.update(MAC_ONLY_ENCRYPTED_PREFIX);
  }
  return {
    add(value, isSelected) {
      if (value.kind !== "null" && value.kind !== "uint" && (isSelected || !macOnlyEncrypted)) {
        hash.update(hashedForm(value));
      }
    },
    finish: () => hash.digest("hex").toUpperCase(),
  };
}

/** Text that is valid UTF-8 is handed to the hash as it is: one copy less a value. */
function hashedForm(value: EncryptableValue): string | Uint8Array {
  return value.kind === "string" && value.value.isWellFormed() ? value.value : plaintextOf(value);
}

/** @param lastModified the metadata's time stamp, which is the AAD */
export function sealMac(
  mac: string,
  dataKey: Uint8Array,
  lastModified: string,
  iv: Uint8Array,
): string {
  return seal(encodeText(mac), "str", dataKey, lastModified, iv);
}

/** @returns the recorded MAC text, or why it cannot be read */
export function unsealMac(
  text: string,
  dataKey: Uint8Array,
  lastModified: string,
): string | CipherFailure {
  const opened = unsealText(text, dataKey, lastModified);
  if ("reason" in opened) {
    return opened;
  }
  return opened.type === "str"
    ? Buffer.from(opened.plaintext).toString("utf8")
    : { reason: "the MAC is not a string" };
}

/** Constant-time comparison (security.md C4). */
export function equalMacs(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
