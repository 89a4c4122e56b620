import { randomBytes } from "node:crypto";

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { combineShares, splitSecret } from "../../../src/keys/shamir.js";
import { unitTable } from "../../support/vectors.js";

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

function combinations<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) {
    return [[]];
  }
  return items.flatMap((item, index) =>
    combinations(items.slice(index + 1), size - 1).map((rest) => [item, ...rest]),
  );
}

describe("files of sops", () => {
  const cases = unitTable("shamir").map((row) => ({
    from: String(row["from"]),
    threshold: Number(row["threshold"]),
    shares: (row["shares_hex"] as string[]).map((hex) => new Uint8Array(Buffer.from(hex, "hex"))),
    key: String(row["data_key_hex"]),
  }));

  test("there are some", () => {
    expect(cases.length).toBeGreaterThan(3);
  });

  test.each(cases)("$from: any $threshold shares and more give the key", (row) => {
    for (let size = row.threshold; size <= row.shares.length; size += 1) {
      for (const chosen of combinations(row.shares, size)) {
        expect(Buffer.from(combineShares(chosen)).toString("hex")).toBe(row.key);
        expect(Buffer.from(combineShares(chosen.toReversed())).toString("hex")).toBe(row.key);
      }
    }
  });
});

describe("our shares", () => {
  test("have the secret's length and the coordinate last", () => {
    const shares = splitSecret(random(32), 3, 2, random);
    expect(shares.map((share) => [share.length, share[32]])).toEqual([
      [33, 1],
      [33, 2],
      [33, 3],
    ]);
  });

  test("any k of n combine, k-1 do not", () => {
    const numbers = fc
      .integer({ min: 2, max: 6 })
      .chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 2, max: n })));
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 40 }), numbers, (secret, [n, k]) => {
        const shares = splitSecret(secret, n, k, random);
        for (const chosen of combinations(shares, k)) {
          expect(combineShares(chosen)).toEqual(secret);
        }
        for (const chosen of k > 2 ? combinations(shares, k - 1) : []) {
          expect(combineShares(chosen)).not.toEqual(secret);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("one share alone is uniform: every value of a byte can belong to it", () => {
    // With all coefficients possible, share(x) = s + c*x takes every value for every secret.
    const seen = new Set<number>();
    for (let coefficient = 0; coefficient < 256; coefficient += 1) {
      const [share] = splitSecret(Uint8Array.of(7), 2, 2, () => Uint8Array.of(coefficient));
      seen.add(share?.[0] ?? -1);
    }
    expect(seen.size).toBe(256);
  });

  test("255 parts work", () => {
    const secret = random(32);
    const shares = splitSecret(secret, 255, 255, random);
    expect(combineShares(shares)).toEqual(secret);
  });
});

describe("refusals", () => {
  test.each([
    [3, 4, "parts cannot be less than threshold"],
    [2, 1, "threshold must be at least 2"],
    [2, 0, "threshold must be at least 2"],
    [256, 2, "parts cannot exceed 255"],
  ])("%i parts, threshold %i", (parts, threshold, message) => {
    expect(() => splitSecret(random(32), parts, threshold, random)).toThrowError(message);
  });

  test.each([
    ["no share", [], "less than two parts"],
    ["one share", [[1, 1]], "less than two parts"],
    ["too short", [[1], [2]], "at least two bytes"],
    [
      "different lengths",
      [
        [1, 1],
        [1, 2, 2],
      ],
      "same length",
    ],
    [
      "the same coordinate",
      [
        [1, 2, 1],
        [3, 4, 1],
      ],
      "duplicate part",
    ],
    [
      "coordinate 0",
      [
        [1, 0],
        [3, 1],
      ],
      "coordinate 0",
    ],
  ])("%s", (_, shares, message) => {
    const combine = () => combineShares(shares.map((share) => Uint8Array.from(share)));
    const reason: unknown = expect.stringContaining(message);
    expect(combine).toThrowError(
      expect.objectContaining({ code: "INVALID_SHARES", message: reason }),
    );
  });
});
