/**
 * Shamir's secret sharing over GF(2^8), byte by byte (spec: crypto.md §11, keys.md §3).
 *
 * A share is one y value for each byte of the secret, then the x coordinate in the last byte.
 */
import { SopsError } from "../support/errors.js";

const MAX_PARTS = 255;
const MIN_THRESHOLD = 2;
/** x^8 + x^4 + x^3 + x + 1, the field of AES. */
const POLYNOMIAL = 0x11b;

/**
 * Deals `secret` into `parts` shares of which any `threshold` give it back.
 *
 * @param randomBytes - uniform random source for the coefficients
 * @returns shares with x = 1, 2, 3, ...; the caller wipes them
 * @throws SopsError INVALID_SHARES for numbers that make no sharing
 */
export function splitSecret(
  secret: Uint8Array,
  parts: number,
  threshold: number,
  randomBytes: (length: number) => Uint8Array,
): Uint8Array[] {
  checkNumbers(secret, parts, threshold);
  const coefficients = Array.from({ length: threshold - 1 }, () => randomBytes(secret.length));
  const shares: Uint8Array[] = [];
  for (let x = 1; x <= parts; x += 1) {
    // Horner's rule from the highest coefficient down to the secret itself.
    const share = new Uint8Array(secret.length + 1);
    for (const layer of [...coefficients, secret]) {
      for (let index = 0; index < secret.length; index += 1) {
        share[index] = multiply(share[index] ?? 0, x) ^ (layer[index] ?? 0);
      }
    }
    share[secret.length] = x;
    shares.push(share);
  }
  for (const layer of coefficients) {
    layer.fill(0);
  }
  return shares;
}

/**
 * The secret behind shares: interpolation at 0 over all of them. Too few or foreign shares give a wrong secret, which
 * only its use can show.
 *
 * @throws SopsError INVALID_SHARES for shares that cannot belong together
 */
export function combineShares(shares: readonly Uint8Array[]): Uint8Array {
  const length = checkShares(shares);
  const xs = shares.map((share) => share[length] ?? 0);
  const secret = new Uint8Array(length);
  for (const [number, share] of shares.entries()) {
    const weight = weightAtZero(xs, number);
    for (let index = 0; index < length; index += 1) {
      secret[index] = (secret[index] ?? 0) ^ multiply(share[index] ?? 0, weight);
    }
  }
  return secret;
}

function checkNumbers(secret: Uint8Array, parts: number, threshold: number): void {
  if (parts < threshold) {
    throw invalid("parts cannot be less than threshold");
  }
  if (parts > MAX_PARTS) {
    throw invalid("parts cannot exceed 255");
  }
  if (!Number.isInteger(threshold) || threshold < MIN_THRESHOLD) {
    throw invalid("threshold must be at least 2");
  }
  if (secret.length === 0) {
    throw invalid("cannot split an empty secret");
  }
}

function checkShares(shares: readonly Uint8Array[]): number {
  const [first] = shares;
  if (first === undefined || shares.length < MIN_THRESHOLD) {
    throw invalid("less than two parts cannot be used to reconstruct the secret");
  }
  if (first.length < 2) {
    throw invalid("parts must be at least two bytes");
  }
  if (shares.some((share) => share.length !== first.length)) {
    throw invalid("all parts must be the same length");
  }
  const length = first.length - 1;
  const xs = shares.map((share) => share[length] ?? 0);
  if (new Set(xs).size !== xs.length) {
    throw invalid("duplicate part detected");
  }
  if (xs.includes(0)) {
    // No sharing deals the secret itself.
    throw invalid("a part has the coordinate 0");
  }
  return length;
}

function invalid(reason: string): SopsError {
  return new SopsError("INVALID_SHARES", reason);
}

/** Lagrange: the product of x_j / (x_j - x_i) over all other x_j; subtraction is exclusive or. */
function weightAtZero(xs: readonly number[], own: number): number {
  const x = xs[own] ?? 0;
  let weight = 1;
  for (const [number, other] of xs.entries()) {
    if (number !== own) {
      weight = multiply(weight, multiply(other, invert(other ^ x)));
    }
  }
  return weight;
}

/** Product in the field, eight fixed steps: neither branches nor table look-ups depend on the secret. */
function multiply(a: number, b: number): number {
  let product = 0;
  let factor = a;
  for (let bit = 0; bit < 8; bit += 1) {
    product ^= factor & -((b >> bit) & 1);
    factor = (factor << 1) ^ (POLYNOMIAL & -(factor >> 7));
  }
  return product;
}

/** a^254: the inverse, since a^255 = 1 for all but 0. */
function invert(a: number): number {
  const a2 = multiply(a, a);
  const a3 = multiply(a2, a);
  const a12 = square(square(a3));
  const a15 = multiply(a12, a3);
  const a240 = square(square(square(square(a15))));
  return multiply(a240, multiply(a12, a2));
}

function square(a: number): number {
  return multiply(a, a);
}
