/** The one place that names the cipher of age, since not every runtime has it natively. */
import { createCipheriv, createDecipheriv } from "node:crypto";

import { concatBytes } from "../../support/text.js";

export const TAG_LENGTH = 16;
export const NONCE_LENGTH = 12;

const CIPHER = "chacha20-poly1305";
const OPTIONS = { authTagLength: TAG_LENGTH };

/** @returns the ciphertext with its tag */
export function sealChaCha(key: Uint8Array, nonce: Uint8Array, content: Uint8Array): Uint8Array {
  const cipher = createCipheriv(CIPHER, key, nonce, OPTIONS);
  return concatBytes([cipher.update(content), cipher.final(), cipher.getAuthTag()]);
}

/** @returns `null` when the tag does not hold; nothing of the content is left then */
export function openChaCha(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | null {
  const length = sealed.length - TAG_LENGTH;
  if (length < 0) {
    return null;
  }
  const decipher = createDecipheriv(CIPHER, key, nonce, OPTIONS);
  decipher.setAuthTag(sealed.subarray(length));
  const content = decipher.update(sealed.subarray(0, length));
  try {
    decipher.final();
    return new Uint8Array(content.buffer, content.byteOffset, content.length);
  } catch {
    content.fill(0);
    return null;
  }
}
