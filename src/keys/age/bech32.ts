/**
 * Bech32 (BIP 173) as age uses it: without its limit of 90 characters.
 *
 * Our own, since a library's message would quote the text, which may be a private key (security.md M1).
 */
const ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const CHECKSUM_LENGTH = 6;
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

export interface Bech32 {
  /** Lower case. */
  readonly prefix: string;
  readonly bytes: Uint8Array;
}

/** @returns what is wrong, as a phrase without any of the text, when it is no Bech32 */
export function decodeBech32(text: string): Bech32 | string {
  const lower = text.toLowerCase();
  if (text !== lower && text !== text.toUpperCase()) {
    return "mixed case";
  }
  const separator = lower.lastIndexOf("1");
  if (separator < 1 || separator + 1 + CHECKSUM_LENGTH > lower.length) {
    return "no separator, or too short";
  }
  const prefix = lower.slice(0, separator);
  const groups: number[] = [];
  for (const char of lower.slice(separator + 1)) {
    const group = ALPHABET.indexOf(char);
    if (group === -1) {
      return "a character that is not allowed";
    }
    groups.push(group);
  }
  if (checksum([...expand(prefix), ...groups]) !== 1) {
    return "invalid checksum";
  }
  const bytes = toBytes(groups.slice(0, -CHECKSUM_LENGTH));
  return bytes === null ? "invalid padding" : { prefix, bytes };
}

/** @param prefix - in lower case */
export function encodeBech32(prefix: string, bytes: Uint8Array): string {
  const groups = toGroups(bytes);
  const blank = Array.from({ length: CHECKSUM_LENGTH }, () => 0);
  const sum = checksum([...expand(prefix), ...groups, ...blank]) ^ 1;
  const end = blank.map((_, index) => (sum >> (5 * (CHECKSUM_LENGTH - 1 - index))) & 31);
  const text = [...groups, ...end].map((group) => ALPHABET.charAt(group)).join("");
  return `${prefix}1${text}`;
}

/** Bytes to groups of five bits, the last filled up with zeros. */
function toGroups(bytes: Uint8Array): number[] {
  const groups: number[] = [];
  let bits = 0;
  let width = 0;
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xfff;
    for (width += 8; width >= 5;) {
      width -= 5;
      groups.push((bits >> width) & 31);
    }
  }
  return width === 0 ? groups : [...groups, (bits << (5 - width)) & 31];
}

function expand(prefix: string): number[] {
  const codes = Array.from(prefix, (char) => char.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

function checksum(groups: readonly number[]): number {
  let sum = 1;
  for (const group of groups) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ group;
    for (const [bit, generator] of GENERATOR.entries()) {
      sum ^= (top >> bit) & 1 ? generator : 0;
    }
  }
  return sum;
}

/** Groups of five bits to bytes; what is left over must be fewer than five bits, all zero. */
function toBytes(groups: readonly number[]): Uint8Array | null {
  const bytes = new Uint8Array(Math.floor((groups.length * 5) / 8));
  let bits = 0;
  let width = 0;
  let length = 0;
  for (const group of groups) {
    bits = ((bits << 5) | group) & 0xfff;
    width += 5;
    if (width >= 8) {
      width -= 8;
      bytes[length] = bits >> width;
      length += 1;
    }
  }
  const isPadded = width < 5 && (bits & ((1 << width) - 1)) === 0;
  return isPadded ? bytes : null;
}
