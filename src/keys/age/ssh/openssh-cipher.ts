import { createDecipheriv, type CipherGCMTypes } from "node:crypto";

import { concatBytes } from "../../../support/text.js";
import { bcryptPbkdf } from "./bcrypt-pbkdf.js";
import { WRONG_PASSPHRASE } from "./key-file.js";
import { readWire } from "./wire.js";

export interface LockedKey {
  readonly cipher: string;
  readonly kdf: string;
  readonly kdfOptions: Uint8Array;
  readonly secret: Uint8Array;
  /** What follows the secret section: the tag of a cipher that has one. */
  readonly tag: Uint8Array;
}

const IV_LENGTH = 16;
const GCM_IV_LENGTH = 12;
const GCM_TAG_LENGTH = 16;
/** A thousand times the usual work; a file that asks for more is a trap. */
const MAX_ROUNDS = 16_384;

/** `aes256-ctr`, the default of OpenSSH, and its relatives. */
const CIPHER = /^aes(128|192|256)-(ctr|cbc|gcm@openssh\.com)$/;

/**
 * @returns the secret section, which the caller wipes
 * @throws Error a wrong passphrase, a cipher that is not known
 */
export function unlockOpenssh(key: LockedKey, passphrase: Uint8Array): Uint8Array {
  const [, bits, mode = ""] = CIPHER.exec(key.cipher) ?? [];
  if (bits === undefined || key.kdf !== "bcrypt") {
    throw new Error("the private key is protected by a cipher that is not known here");
  }
  const options = readWire(key.kdfOptions);
  const salt = options.string();
  const rounds = options.number();
  if (salt === null || salt.length === 0 || rounds === null || rounds < 1 || rounds > MAX_ROUNDS) {
    throw new Error("the protection of the private key has impossible settings");
  }
  const isGcm = mode.startsWith("gcm");
  const keyLength = Number(bits) / 8;
  const ivLength = isGcm ? GCM_IV_LENGTH : IV_LENGTH;
  const material = bcryptPbkdf(passphrase, salt, rounds, keyLength + ivLength);
  try {
    const cipherKey = material.subarray(0, keyLength);
    const iv = material.subarray(keyLength);
    const section = isGcm
      ? openGcm(`aes-${bits}-gcm` as CipherGCMTypes, cipherKey, iv, key)
      : openPlain(`aes-${bits}-${mode}`, cipherKey, iv, key.secret);
    return checked(section);
  } finally {
    material.fill(0);
  }
}

function openPlain(algorithm: string, key: Uint8Array, iv: Uint8Array, secret: Uint8Array) {
  const decipher = createDecipheriv(algorithm, key, iv).setAutoPadding(false);
  try {
    return concatBytes([decipher.update(secret), decipher.final()]);
  } catch {
    throw new Error("the OpenSSH private key is damaged");
  }
}

function openGcm(algorithm: CipherGCMTypes, key: Uint8Array, iv: Uint8Array, locked: LockedKey) {
  const decipher = createDecipheriv(algorithm, key, iv, { authTagLength: GCM_TAG_LENGTH });
  try {
    decipher.setAuthTag(locked.tag);
    return concatBytes([decipher.update(locked.secret), decipher.final()]);
  } catch {
    throw new Error(WRONG_PASSPHRASE);
  }
}

/** A wrong passphrase shows by two numbers that differ; with GCM, by the tag. */
function checked(section: Uint8Array): Uint8Array {
  const reader = readWire(section);
  if (reader.number() !== reader.number()) {
    section.fill(0);
    throw new Error(WRONG_PASSPHRASE);
  }
  return section;
}
