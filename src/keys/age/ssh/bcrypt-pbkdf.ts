import { createHash } from "node:crypto";

import { concatBytes, encodeText } from "../../../support/text.js";
import { createBlowfish } from "./blowfish.js";

const BLOCK = encodeText("OxychromaticBlowfishSwatDynamite");
const REPEATS = 64;

/**
 * The key derivation that protects OpenSSH private keys: bcrypt in place of the hash of PBKDF2, and the bytes of its
 * blocks dealt out in turn.
 *
 * Our own, since what is published for Node has been left alone for years. A wrong result cannot go unnoticed: it opens
 * no key.
 */
export function bcryptPbkdf(
  passphrase: Uint8Array,
  salt: Uint8Array,
  rounds: number,
  length: number,
): Uint8Array {
  const key = new Uint8Array(length);
  const blocks = Math.ceil(length / BLOCK.length);
  const hashedPassphrase = sha512(passphrase);
  for (let block = 0; block < blocks; block += 1) {
    const bytes = deriveBlock(hashedPassphrase, salt, block + 1, rounds);
    for (let index = block, next = 0; index < length; index += blocks, next += 1) {
      key[index] = bytes[next] ?? 0;
    }
    bytes.fill(0);
  }
  hashedPassphrase.fill(0);
  return key;
}

function deriveBlock(
  passphrase: Uint8Array,
  salt: Uint8Array,
  number: number,
  rounds: number,
): Uint8Array {
  const counter = new Uint8Array(4);
  new DataView(counter.buffer).setUint32(0, number);
  let previous = bcryptHash(passphrase, sha512(concatBytes([salt, counter])));
  const result = previous.slice();
  for (let round = 1; round < rounds; round += 1) {
    previous = bcryptHash(passphrase, sha512(previous));
    for (const [index, byte] of previous.entries()) {
      result[index] = (result[index] ?? 0) ^ byte;
    }
  }
  return result;
}

/** bcrypt over a fixed text, with 2^6 rounds, and little-endian at the end. */
function bcryptHash(passphrase: Uint8Array, salt: Uint8Array): Uint8Array {
  const cipher = createBlowfish();
  const key = words(passphrase);
  const saltWords = words(salt);
  cipher.expand(key, saltWords);
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    cipher.expand(saltWords, null);
    cipher.expand(key, null);
  }
  const block = words(BLOCK);
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    cipher.encrypt(block);
  }
  const bytes = new Uint8Array(BLOCK.length);
  const view = new DataView(bytes.buffer);
  block.forEach((word, index) => {
    view.setInt32(index * 4, word, true);
  });
  return bytes;
}

function words(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int32Array.from({ length: bytes.length / 4 }, (_, index) => view.getInt32(index * 4));
}

function sha512(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha512").update(bytes).digest());
}
