import { createCipheriv, createDecipheriv } from "node:crypto";

import { concatBytes, encodeText } from "../support/text.js";

/**
 * Framing of one encrypted value (crypto.md §3, §4): `ENC[AES256_GCM,data:...,iv:...,tag:...,type:...]`.
 *
 * Stricter than sops on purpose when reading (security.md C1, C2): the whole string must match, base64 must be
 * canonical, the tag has exactly 16 bytes.
 */
export interface Ciphertext {
  readonly data: Uint8Array;
  readonly iv: Uint8Array;
  readonly tag: Uint8Array;
  readonly type: string;
}

/** Why a text cannot be opened; never holds content. */
export interface CipherFailure {
  readonly reason: string;
}

const ALGORITHM = "aes-256-gcm";
const TAG_LENGTH = 16;
export const IV_LENGTH = 32;
const PREFIX = "ENC[AES256_GCM,data:";
const FORMAT_MISMATCH: CipherFailure = { reason: "Input string does not match sops' data format" };

/** True for any text that claims to be a ciphertext; cheap. */
export function looksEncrypted(text: string): boolean {
  return text.startsWith(PREFIX) && text.endsWith("]");
}

/** The `type:` name of a text in ciphertext form, `null` when it has none. */
export function ciphertextType(text: string): string | null {
  if (!looksEncrypted(text)) {
    return null;
  }
  const start = text.lastIndexOf(",type:");
  return start < 0 ? null : text.slice(start + 6, -1);
}

export function parseCiphertext(text: string): Ciphertext | CipherFailure {
  const ivAt = text.indexOf(",iv:");
  const tagAt = text.indexOf(",tag:", ivAt + 1);
  const typeAt = text.indexOf(",type:", tagAt + 1);
  if (!looksEncrypted(text) || ivAt <= PREFIX.length || tagAt <= ivAt + 4 || typeAt <= tagAt + 5) {
    return FORMAT_MISMATCH;
  }
  const type = text.slice(typeAt + 6, -1);
  if (!/^[^\n,\]]+$/.test(type)) {
    return FORMAT_MISMATCH;
  }
  const data = decodeBase64(text.slice(PREFIX.length, ivAt));
  const iv = decodeBase64(text.slice(ivAt + 4, tagAt));
  const tag = decodeBase64(text.slice(tagAt + 5, typeAt));
  if (data === null || iv === null || tag === null) {
    const field = data === null ? "data" : iv === null ? "iv" : "tag";
    return { reason: `Error base64-decoding ${field}: illegal base64 data` };
  }
  return { data, iv, tag, type };
}

/** Standard alphabet, padded, canonical; `null` otherwise (Node's own decoder takes nearly anything). */
function decodeBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : null;
}

/** @returns the plaintext, only after the tag has been checked; or the reason */
export function unseal(
  ciphertext: Ciphertext,
  dataKey: Uint8Array,
  aad: string,
): Uint8Array | CipherFailure {
  if (ciphertext.tag.length !== TAG_LENGTH || ciphertext.iv.length > 64) {
    return { reason: "Could not decrypt with AES_GCM: wrong length of tag or iv" };
  }
  const decipher = createDecipheriv(ALGORITHM, dataKey, ciphertext.iv, {
    authTagLength: TAG_LENGTH,
  });
  decipher.setAuthTag(ciphertext.tag);
  decipher.setAAD(encodeText(aad));
  const start = decipher.update(ciphertext.data);
  try {
    const end = decipher.final();
    return end.length === 0 ? start : concatBytes([start, end]);
  } catch {
    start.fill(0);
    return { reason: "Could not decrypt with AES_GCM: cipher: message authentication failed" };
  }
}

/** Encrypts `plaintext` (not empty) under a fresh 32-byte `iv`. */
export function seal(
  plaintext: Uint8Array,
  type: string,
  dataKey: Uint8Array,
  aad: string,
  iv: Uint8Array,
): string {
  const cipher = createCipheriv(ALGORITHM, dataKey, iv, { authTagLength: TAG_LENGTH });
  cipher.setAAD(encodeText(aad));
  const data = cipher.update(plaintext);
  cipher.final();
  return (
    `${PREFIX}${data.toString("base64")},iv:${base64(iv)},` +
    `tag:${cipher.getAuthTag().toString("base64")},type:${type}]`
  );
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** Parses and opens in one step. */
export function unsealText(
  text: string,
  dataKey: Uint8Array,
  aad: string,
):
  | { readonly type: string; readonly plaintext: Uint8Array; readonly iv: Uint8Array }
  | CipherFailure {
  const parsed = parseCiphertext(text);
  if ("reason" in parsed) {
    return parsed;
  }
  const plaintext = unseal(parsed, dataKey, aad);
  return "reason" in plaintext ? plaintext : { type: parsed.type, plaintext, iv: parsed.iv };
}
