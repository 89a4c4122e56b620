import { decodeEd25519Point } from "./ed25519-point.js";
import { nameOf, readWire, unsigned, type WireReader } from "./wire.js";

const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 16384;
const ED25519_LENGTH = 32;

export interface Ed25519PublicKey {
  readonly type: "ssh-ed25519";
  /** The whole key as SSH encodes it. */
  readonly wire: Uint8Array;
  /** The same point in the form of X25519. */
  readonly montgomery: Uint8Array;
}

export interface RsaPublicKey {
  readonly type: "ssh-rsa";
  readonly wire: Uint8Array;
  /** Both big-endian, without leading zeros. */
  readonly modulus: Uint8Array;
  readonly exponent: Uint8Array;
}

export type SshPublicKey = Ed25519PublicKey | RsaPublicKey;

/**
 * A line of `authorized_keys` without options: a name, which does not count, the key in base64, a comment.
 *
 * @returns what is wrong, as a phrase
 */
export function parsePublicKeyLine(line: string): SshPublicKey | string {
  const [, text] = line.trim().split(/[ \t]+/);
  const wire = text === undefined ? null : decodeBase64(text);
  if (wire === null) {
    return "there is no base64 after the type";
  }
  const key = parsePublicKey(wire);
  if (typeof key !== "string" && key.type === "ssh-rsa") {
    const bits = bitLength(key.modulus);
    if (bits < MIN_RSA_BITS) {
      return `an RSA key of ${bits} bits is too short, ${MIN_RSA_BITS} are needed`;
    }
  }
  return key;
}

/** The type stands in the key itself (keys.md §5.1). @returns what is wrong, as a phrase */
export function parsePublicKey(wire: Uint8Array): SshPublicKey | string {
  const reader = readWire(wire);
  const type = nameOf(reader.string());
  switch (type) {
    case "ssh-ed25519":
      return parseEd25519(wire, reader);
    case "ssh-rsa":
      return parseRsa(wire, reader);
    case null:
      return "the key is cut short";
    default:
      return "only ssh-ed25519 and ssh-rsa keys can be used";
  }
}

function parseEd25519(wire: Uint8Array, reader: WireReader): Ed25519PublicKey | string {
  const point = reader.string();
  if (point?.length !== ED25519_LENGTH || reader.rest().length > 0) {
    return "the ssh-ed25519 key has a wrong length";
  }
  const montgomery = decodeEd25519Point(point);
  return montgomery === null
    ? "the ssh-ed25519 key is no point of its curve"
    : { type: "ssh-ed25519", wire, montgomery };
}

function parseRsa(wire: Uint8Array, reader: WireReader): RsaPublicKey | string {
  const exponent = unsigned(reader.string());
  const modulus = unsigned(reader.string());
  if (exponent === null || modulus === null || reader.rest().length > 0) {
    return "the ssh-rsa key is damaged";
  }
  const isOdd = ((exponent.at(-1) ?? 0) & 1) === 1 && ((modulus.at(-1) ?? 0) & 1) === 1;
  if (
    !isOdd ||
    exponent.length > 4 ||
    bitLength(exponent) < 2 ||
    bitLength(modulus) > MAX_RSA_BITS
  ) {
    return "the ssh-rsa key has impossible numbers";
  }
  return { type: "ssh-rsa", wire, modulus, exponent };
}

/** Of a number without leading zero bytes. */
function bitLength(number: Uint8Array): number {
  return number.length * 8 - Math.clz32(number[0] ?? 0) + 24;
}

function decodeBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? new Uint8Array(bytes) : null;
}
