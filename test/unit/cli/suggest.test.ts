import { expect, test } from "vitest";

import { nearest } from "../../../src/cli/suggest.js";

const WORDS = ["encrypt", "decrypt", "filestatus", "set", "in-place", "i"];

test.each([
  ["encypt", "encrypt"],
  ["ecnrypt", "encrypt"],
  ["Decrypt", "decrypt"],
  ["fliestatus", "filestatus"],
  ["inplace", "in-place"],
  ["st", "set"],
  ["secrets.yaml", null],
  ["x", null],
  ["", null],
])("%s -> %s", (typed, expected) => {
  expect(nearest(typed, WORDS)).toBe(expected);
});
