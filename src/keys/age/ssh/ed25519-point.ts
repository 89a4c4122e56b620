/** Arithmetic of the curve of Ed25519, for public keys only: it takes time that depends on the numbers. */
const P = 2n ** 255n - 19n;
const SIGN = 2n ** 255n;

/**
 * Turns a public key of Ed25519 into the one of X25519 that belongs to the same private key (RFC 7748 §4.1).
 *
 * @returns `null` when the bytes are no point of the curve
 */
export function decodeEd25519Point(bytes: Uint8Array): Uint8Array | null {
  const d = mod(-121665n * invert(121666n));
  const y = mod(fromLittleEndian(bytes) % SIGN);
  const square = mod((y * y - 1n) * invert(d * y * y + 1n));
  if (square !== 0n && power(square, (P - 1n) / 2n) !== 1n) {
    return null;
  }
  return toLittleEndian(mod((1n + y) * invert(1n - y)));
}

function mod(number: bigint): bigint {
  const rest = number % P;
  return rest < 0n ? rest + P : rest;
}

/** The inverse of zero is zero. */
function invert(number: bigint): bigint {
  return power(mod(number), P - 2n);
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let factor = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) {
      result = (result * factor) % P;
    }
    factor = (factor * factor) % P;
  }
  return result;
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes.toReversed()).toString("hex")}`);
}

function toLittleEndian(number: bigint): Uint8Array {
  return new Uint8Array(Buffer.from(number.toString(16).padStart(64, "0"), "hex")).toReversed();
}
