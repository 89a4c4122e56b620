/** The payload of an age file: chunks that are sealed one by one, where the last is marked as such (STREAM). */
import { concatBytes } from "../../support/text.js";
import { NONCE_LENGTH, openChaCha, sealChaCha, TAG_LENGTH } from "./chacha20-poly1305.js";
import { DamagedFileError, deriveKey } from "./stanza.js";

export const PAYLOAD_NONCE_LENGTH = 16;

const LABEL = "payload";
const CHUNK_LENGTH = 64 * 1024;
const SEALED_LENGTH = CHUNK_LENGTH + TAG_LENGTH;
/** Far more than what is read: data keys and identity files. */
export const MAX_CONTENT_LENGTH: number = 64 * 1024 * 1024;

/** @param nonce - of 16 random bytes */
export function sealPayload(
  content: Uint8Array,
  fileKey: Uint8Array,
  nonce: Uint8Array,
): Uint8Array {
  const key = deriveKey(fileKey, nonce, LABEL);
  const count = Math.max(1, Math.ceil(content.length / CHUNK_LENGTH));
  const sealed = Array.from({ length: count }, (_, index) => {
    const chunk = content.subarray(index * CHUNK_LENGTH, (index + 1) * CHUNK_LENGTH);
    return sealChaCha(key, chunkNonce(index, index === count - 1), chunk);
  });
  key.fill(0);
  return concatBytes([nonce, ...sealed]);
}

/**
 * Nothing is given back before all of it has been checked.
 *
 * @throws DamagedFileError
 */
export function openPayload(payload: Uint8Array, fileKey: Uint8Array): Uint8Array {
  const sealed = payload.subarray(PAYLOAD_NONCE_LENGTH);
  const count = Math.max(1, Math.ceil(sealed.length / SEALED_LENGTH));
  const contentLength = sealed.length - count * TAG_LENGTH;
  // Only the content that is empty altogether may have an empty chunk.
  const isShort = sealed.length - (count - 1) * SEALED_LENGTH < TAG_LENGTH + (count > 1 ? 1 : 0);
  if (payload.length < PAYLOAD_NONCE_LENGTH || isShort) {
    throw damaged("the payload is cut");
  }
  if (contentLength > MAX_CONTENT_LENGTH) {
    throw damaged("the payload is too long");
  }
  const key = deriveKey(fileKey, payload.subarray(0, PAYLOAD_NONCE_LENGTH), LABEL);
  const content = new Uint8Array(contentLength);
  try {
    for (let index = 0; index < count; index += 1) {
      const chunk = sealed.subarray(index * SEALED_LENGTH, (index + 1) * SEALED_LENGTH);
      const opened = openChaCha(key, chunkNonce(index, index === count - 1), chunk);
      if (opened === null) {
        content.fill(0);
        throw damaged("a chunk of the payload does not open");
      }
      content.set(opened, index * CHUNK_LENGTH);
      opened.fill(0);
    }
    return content;
  } finally {
    key.fill(0);
  }
}

/** A counter of 11 bytes, of which the limit leaves the last four, and whether it is the last chunk. */
function chunkNonce(index: number, isLast: boolean): Uint8Array {
  const nonce = new Uint8Array(NONCE_LENGTH);
  new DataView(nonce.buffer).setUint32(NONCE_LENGTH - 5, index);
  nonce[NONCE_LENGTH - 1] = isLast ? 1 : 0;
  return nonce;
}

function damaged(reason: string): DamagedFileError {
  return new DamagedFileError(new Error(reason));
}
