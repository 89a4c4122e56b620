import { spawnSync } from "node:child_process";

import * as fc from "fast-check";
import { expect, test } from "vitest";

import { splitShellWords } from "../../../src/support/shell-words.js";

test.each([
  ["", []],
  ["  \t\n ", []],
  ["a b", ["a", "b"]],
  ["  a   b  ", ["a", "b"]],
  ["'a b' c", ["a b", "c"]],
  ['"a b" c', ["a b", "c"]],
  ["''", [""]],
  ["a\"\" ''b", ["a", "b"]],
  ["a'b'\"c\"d", ["abcd"]],
  ["a\\ b", ["a b"]],
  ["\\'", ["'"]],
  ["'\\n'", ["\\n"]],
  ['"\\n"', ["\\n"]],
  ['"\\"\\\\\\$\\`"', ['"\\$`']],
  ["a\\\nb", ["ab"]],
  ['"a\\\nb"', ["ab"]],
  ["a # b 'c\nd", ["a", "d"]],
  ["a#b", ["a#b"]],
  ["'#' a", ["#", "a"]],
  ["$(id) `id` $HOME *", ["$(id)", "`id`", "$HOME", "*"]],
  ["'a", null],
  ['"a', null],
  ['"a\\"', null],
  ["a\\", null],
])("%j gives %j", (text, words) => {
  expect(splitShellWords(text)).toEqual(words);
});

test("splits as the shell does", () => {
  // Only what needs no expansion; the shell would run the rest.
  const text = fc.string({
    unit: fc.constantFrom("a", "'", '"', "\\", " ", "\t", "#", "é"),
    maxLength: 12,
  });
  fc.assert(
    fc.property(text, (line) => {
      const words = splitShellWords(line);
      fc.pre(words !== null);
      const result = spawnSync("/bin/bash", ["--posix", "-c", `printf '%s\\n' begin ${line}\n`], {
        encoding: "utf8",
      });
      expect(result.stdout).toBe(["begin", ...words, ""].join("\n"));
    }),
    { numRuns: 150 },
  );
});
