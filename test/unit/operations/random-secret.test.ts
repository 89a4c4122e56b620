import { expect, test } from "vitest";

import { randomSecret } from "../../../src/operations/random-secret.js";
import { createTestRuntime } from "../../support/runtime.js";

test("every letter and digit, equally often", () => {
  const counts = new Map<string, number>();
  for (const char of randomSecret(62_000, createTestRuntime())) {
    counts.set(char, (counts.get(char) ?? 0) + 1);
  }
  expect(counts.size).toBe(62);
  // Seven standard deviations of a fair draw; taking the remainder of a byte would be off by 250.
  for (const count of counts.values()) {
    expect(Math.abs(count - 1000)).toBeLessThan(225);
  }
});

test("bytes that would favour a letter are thrown away", () => {
  const bytes = [255, 248, 247, 0, 61, 62, 123];
  const randomBytes = (length: number): Uint8Array => Uint8Array.from(bytes.splice(0, length));
  expect(randomSecret(5, { randomBytes })).toBe("9A9A9");
});
