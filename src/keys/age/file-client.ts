/** The one seam to the age library: files in and out. Its messages may quote a header, so none of them comes out. */
import { armor, Decrypter, Encrypter, identityToRecipient } from "age-encryption";

import {
  DamagedFileError,
  type FileKeyWrapper,
  type Stanza,
  type WrappedFileKey,
} from "./stanza.js";

/** The library's word for "all stanzas are for others"; a test holds it. */
const NO_MATCH = "no identity matched any of the file's recipients";

export function encodeArmor(file: Uint8Array): string {
  return armor.encode(file);
}

/** @returns `null` when it is not armored age text */
export function decodeArmor(text: string): Uint8Array | null {
  try {
    return armor.decode(text);
  } catch {
    return null;
  }
}

/**
 * An age file with one recipient.
 *
 * @param recipient - in text, for the kinds that the library knows
 */
export async function sealAgeFile(
  content: Uint8Array,
  recipient: string | FileKeyWrapper,
): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(
    typeof recipient === "string" ? recipient : { wrapFileKey: (fileKey) => recipient(fileKey) },
  );
  return encrypter.encrypt(content);
}

/**
 * @param unwrap - gets the stanzas and gives the file key, or `null` when none is for it
 * @returns the content, `null` when `unwrap` did not know any of the stanzas
 * @throws DamagedFileError, and what `unwrap` throws
 */
export async function openAgeFile(
  file: Uint8Array,
  unwrap: (wrapped: WrappedFileKey) => Promise<Uint8Array | null>,
): Promise<Uint8Array | null> {
  const decrypter = new Decrypter();
  let failure: { readonly cause: unknown } | null = null;
  decrypter.addIdentity({
    unwrapFileKey: (stanzas: Stanza[]) =>
      unwrap({ stanzas, file }).catch((cause: unknown) => {
        failure = { cause };
        return null;
      }),
  });
  try {
    return await decrypter.decrypt(file);
  } catch (error) {
    throwFailure(failure);
    return nullIfForOthers(error);
  }
}

/** The file key, by a post-quantum identity. @returns, throws as {@link openAgeFile} */
export async function openWithHybrid(
  file: Uint8Array,
  identity: string,
): Promise<Uint8Array | null> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  try {
    return await decrypter.decryptHeader(file);
  } catch (error) {
    return nullIfForOthers(error);
  }
}

function throwFailure(failure: { readonly cause: unknown } | null): void {
  if (failure !== null) {
    throw failure.cause;
  }
}

function nullIfForOthers(error: unknown): null {
  if (error instanceof Error && error.message === NO_MATCH) {
    return null;
  }
  throw new DamagedFileError(error);
}

/** The public side of a native identity. */
export function recipientOf(identity: string): Promise<string> {
  return identityToRecipient(identity);
}
