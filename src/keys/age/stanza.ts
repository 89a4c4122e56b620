import { hkdfSync } from "node:crypto";

import { NONCE_LENGTH, openChaCha, sealChaCha, TAG_LENGTH } from "./chacha20-poly1305.js";

export const FILE_KEY_LENGTH = 16;
/** Every wrap key is used once, so the nonce is always zero. */
const NONCE = new Uint8Array(NONCE_LENGTH);

/** One recipient's part of an age header: a type with arguments, and what it has wrapped. */
export interface Stanza {
  /** The type first. */
  args: string[];
  body: Uint8Array;
}

/** What is to be opened. */
export interface WrappedFileKey {
  readonly stanzas: readonly Stanza[];
  /** The whole age file, for identities that read its header themselves. */
  readonly file: Uint8Array;
}

/** A private key of age, of any kind. */
export interface AgeIdentity {
  /**
   * @returns the file key, `null` when no stanza is for this identity
   * @throws DamagedStanzaError when a stanza of its type is not well-formed, or its own does not open
   * @throws Error when the identity itself could not be used; never with key material
   */
  unwrap(wrapped: WrappedFileKey): Promise<Uint8Array | null>;
}

/** Wraps a file key for one recipient. @throws Error why it cannot be used */
export type FileKeyWrapper = (fileKey: Uint8Array) => Promise<Stanza[]>;

/** The age file is no age file, or damaged, so that no identity needs to be tried. Nothing of it in the message. */
export class DamagedFileError extends Error {
  constructor(cause?: unknown) {
    super("damaged, or no age file", { cause });
    this.name = "DamagedFileError";
  }
}

/** A stanza that its type does not allow. */
export class DamagedStanzaError extends DamagedFileError {
  constructor(type: string) {
    super(new Error(`the ${type} stanza is not well-formed`));
  }
}

/** Base64 without padding, canonical. @returns `null` for anything else */
export function decodeUnpadded(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, "base64");
  return encodeUnpadded(bytes) === text ? new Uint8Array(bytes) : null;
}

export function encodeUnpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}

/** HKDF-SHA-256 to 32 bytes, which is how age makes every key. */
export function deriveKey(secret: Uint8Array, salt: Uint8Array, label: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, salt, label, 32));
}

/** The body of a stanza: the file key under ChaCha20-Poly1305. */
export function sealFileKey(fileKey: Uint8Array, key: Uint8Array): Uint8Array {
  return sealChaCha(key, NONCE, fileKey);
}

/** @returns `null` when `key` is not the right one */
export function openFileKey(body: Uint8Array, key: Uint8Array, type: string): Uint8Array | null {
  if (body.length !== FILE_KEY_LENGTH + TAG_LENGTH) {
    throw new DamagedStanzaError(type);
  }
  return openChaCha(key, NONCE, body);
}

/** The arguments after the type, which must be `count`. */
export function argumentsOf(stanza: Stanza, count: number): readonly string[] {
  const [type = "", ...rest] = stanza.args;
  if (rest.length !== count) {
    throw new DamagedStanzaError(type);
  }
  return rest;
}
