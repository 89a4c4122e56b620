import type { Runtime } from "../support/runtime.js";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** The largest multiple of the alphabet's size in a byte: above it, a byte is thrown away, so that all are equally likely. */
const LIMIT = 256 - (256 % ALPHABET.length);

/** `length` random letters and digits, about 5.95 bits each. */
export function randomSecret(length: number, runtime: Pick<Runtime, "randomBytes">): string {
  const chars: string[] = [];
  while (chars.length < length) {
    for (const byte of runtime.randomBytes(length - chars.length)) {
      if (byte < LIMIT) {
        chars.push(ALPHABET.charAt(byte % ALPHABET.length));
      }
    }
  }
  return chars.join("");
}
