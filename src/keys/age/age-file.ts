/** Age files, format version 1, natively: loading the library takes longer than all the rest of a small decryption. */
import { concatBytes } from "../../support/text.js";
import { checkHeader, readHeader, writeHeader } from "./header.js";
import { openPayload, PAYLOAD_NONCE_LENGTH, sealPayload } from "./payload.js";
import {
  DamagedFileError,
  FILE_KEY_LENGTH,
  type FileKeyWrapper,
  type WrappedFileKey,
} from "./stanza.js";

/** An age file with one recipient. @throws what `wrap` throws */
export async function sealAgeFile(
  content: Uint8Array,
  wrap: FileKeyWrapper,
  randomBytes: (length: number) => Uint8Array,
): Promise<Uint8Array> {
  const fileKey = randomBytes(FILE_KEY_LENGTH);
  try {
    const header = writeHeader(await wrap(fileKey), fileKey);
    return concatBytes([header, sealPayload(content, fileKey, randomBytes(PAYLOAD_NONCE_LENGTH))]);
  } finally {
    fileKey.fill(0);
  }
}

/**
 * The payload is not looked at before the MAC of the header holds.
 *
 * @param unwrap - gets the stanzas and gives the file key, which is wiped, or `null` when none is for it
 * @returns the content, `null` when `unwrap` did not know any of the stanzas
 * @throws DamagedFileError, and what `unwrap` throws
 */
export async function openAgeFile(
  file: Uint8Array,
  unwrap: (wrapped: WrappedFileKey) => Promise<Uint8Array | null>,
): Promise<Uint8Array | null> {
  const header = readHeader(file);
  const fileKey = await unwrap({ stanzas: header.stanzas, file });
  if (fileKey === null) {
    return null;
  }
  try {
    if (fileKey.length !== FILE_KEY_LENGTH) {
      throw new DamagedFileError(new Error("the file key has a wrong length"));
    }
    checkHeader(header, fileKey);
    return openPayload(file.subarray(header.length), fileKey);
  } finally {
    fileKey.fill(0);
  }
}
