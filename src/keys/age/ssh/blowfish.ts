/** Blowfish (Schneier 1993) with the key schedule of bcrypt: enough for one key derivation, not for encryption. */

const SUBKEYS = 18;
const BOX = 256;
const WORDS = SUBKEYS + 4 * BOX;

export interface Blowfish {
  /** Mixes `key` into the state and encrypts it with itself; `salt` is mixed in on the way. Words of 32 bits. */
  expand(key: Int32Array, salt: Int32Array | null): void;
  /** Encrypts pairs of words in place. */
  encrypt(words: Int32Array): void;
}

/** A cipher in its initial state, the same for everybody: the digits of pi. */
export function createBlowfish(): Blowfish {
  const state = initialState().slice();
  const subkeys = state.subarray(0, SUBKEYS);
  const [a, b, c, d] = [0, 1, 2, 3].map((box) => {
    const start = SUBKEYS + box * BOX;
    return state.subarray(start, start + BOX);
  }) as [Int32Array, Int32Array, Int32Array, Int32Array];

  function mix(half: number): number {
    const sum = (at(a, half >>> 24) + at(b, (half >>> 16) & 255)) | 0;
    return ((sum ^ at(c, (half >>> 8) & 255)) + at(d, half & 255)) | 0;
  }

  function encryptPair(words: Int32Array, index: number): void {
    let left = at(words, index) ^ at(subkeys, 0);
    let right = at(words, index + 1);
    for (let round = 1; round < SUBKEYS - 1; round += 2) {
      right ^= mix(left) ^ at(subkeys, round);
      left ^= mix(right) ^ at(subkeys, round + 1);
    }
    words[index] = right ^ at(subkeys, SUBKEYS - 1);
    words[index + 1] = left;
  }

  return {
    expand(key, salt) {
      for (let index = 0; index < SUBKEYS; index += 1) {
        subkeys[index] = at(subkeys, index) ^ at(key, index % key.length);
      }
      const pair = new Int32Array(2);
      for (let index = 0; index < WORDS; index += 2) {
        if (salt !== null) {
          pair[0] = at(pair, 0) ^ at(salt, index % salt.length);
          pair[1] = at(pair, 1) ^ at(salt, (index + 1) % salt.length);
        }
        encryptPair(pair, 0);
        state.set(pair, index);
      }
    },
    encrypt(words) {
      for (let index = 0; index < words.length; index += 2) {
        encryptPair(words, index);
      }
    },
  };
}

/** An element that is there; the checker cannot know it, and a test for it would cost a fifth of the time. */
function at(words: Int32Array, index: number): number {
  return words[index] as number;
}

let initial: Int32Array | undefined;

/** The fraction of pi in binary, word by word: computed, since that is shorter than the table and as quick to load. */
function initialState(): Int32Array {
  if (initial === undefined) {
    const guard = 64n;
    const unit = 1n << (BigInt(WORDS * 32) + guard);
    const pi = 4n * (4n * arcCotangent(5n, unit) - arcCotangent(239n, unit)); // Machin's formula
    const hex = ((pi % unit) >> guard).toString(16).padStart(WORDS * 8, "0");
    initial = Int32Array.from({ length: WORDS }, (_, index) =>
      Number.parseInt(hex.slice(index * 8, index * 8 + 8), 16),
    );
  }
  return initial;
}

function arcCotangent(x: bigint, unit: bigint): bigint {
  const square = x * x;
  let power = unit / x;
  let sum = power;
  for (let divisor = 3n, sign = -1n; power > 0n; divisor += 2n, sign = -sign) {
    power /= square;
    sum += (sign * power) / divisor;
  }
  return sum;
}
