/** Makes two encrypted files comparable: all that is random or a time stamp becomes a constant. */

const CIPHERTEXT = /ENC\[AES256_GCM,data:[^,\]]*,iv:[^,\]]*,tag:[^,\]]*,type:([a-z]+)\]/g;
const ARMOR = /-----BEGIN (AGE ENCRYPTED FILE|PGP MESSAGE)-----[\s\S]*?-----END \1-----/g;
const TIMES = /((?:lastmodified|created_at)"?\s*[:=]\s*"?)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g;

/**
 * Replaces ciphertexts by `ENC<type>`, armored blocks by `ARMOR` and time stamps by `TIME`.
 *
 * Takes and returns text that stands for bytes one to one (latin1), so that a file that is not UTF-8 keeps its bytes.
 */
export function maskEncrypted(file: Uint8Array): string {
  return Buffer.from(file)
    .toString("latin1")
    .replaceAll(CIPHERTEXT, "ENC<$1>")
    .replaceAll(ARMOR, "ARMOR")
    .replaceAll(TIMES, "$1TIME");
}

function show(text: string | undefined): string {
  return JSON.stringify(text ?? "(end)").slice(0, 200);
}

/** First line where two texts differ, for a message; our vectors hold no real secrets. */
export function firstDifference(actual: string, expected: string): string {
  const left = actual.split("\n");
  const right = expected.split("\n");
  const line = left.findIndex((text, index) => text !== right[index]);
  const at = line === -1 ? left.length : line;
  return `line ${at + 1}: ours ${show(left[at])}, expected ${show(right[at])}`;
}
