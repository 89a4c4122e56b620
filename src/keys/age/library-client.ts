/**
 * The one seam to the age library, for the keys that we do not have of our own: post-quantum ones and tags. It takes long
 * to load, so it is imported only where such a key is really used. Its messages may quote a header, so none of them
 * comes out.
 */
import { Decrypter, Encrypter, identityToRecipient } from "age-encryption";

import { DamagedFileError } from "./stanza.js";

/** The library's word for "all stanzas are for others"; a test holds it. */
const NO_MATCH = "no identity matched any of the file's recipients";

/** An age file with one recipient, which has been checked. */
export async function sealWithLibrary(content: Uint8Array, recipient: string): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return encrypter.encrypt(content);
}

/**
 * @returns the file key, by a post-quantum identity; `null` when no stanza is for it
 * @throws DamagedFileError
 */
export async function openWithHybrid(
  file: Uint8Array,
  identity: string,
): Promise<Uint8Array | null> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  try {
    return await decrypter.decryptHeader(file);
  } catch (error) {
    if (error instanceof Error && error.message === NO_MATCH) {
      return null;
    }
    throw new DamagedFileError(error);
  }
}

/** The public side of a post-quantum identity. */
export function hybridRecipientOf(identity: string): Promise<string> {
  return identityToRecipient(identity);
}
