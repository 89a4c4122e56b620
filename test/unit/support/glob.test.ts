import { describe, expect, test } from "vitest";

import { compileGlob, globBase, isGlob } from "../../../src/support/glob.js";

describe("patterns", () => {
  test.each<[string, string, boolean]>([
    ["*.yaml", "a.yaml", true],
    ["*.yaml", "sub/a.yaml", false],
    ["**/*.yaml", "a.yaml", true],
    ["**/*.yaml", "x/y/z/a.yaml", true],
    ["sub/**", "sub/a/b", true],
    ["sub/**", "sub", true],
    ["sub/**/b", "sub/b", true],
    ["sub/**/b/*", "sub/b/x/b/c", true],
    ["sub/*/b", "sub/b", false],
    ["a?c", "abc", true],
    ["a?c", "a\u{1F600}c", true],
    ["a?c", "ac", false],
    ["[a-c]x", "bx", true],
    ["[!a-c]x", "bx", false],
    ["[!a-c]x", "dx", true],
    ["[]]", "]", true],
    ["[a-]", "-", true],
    ["a[", "a[", true],
    ["./a//*", "a/b", true],
    ["*", "", false],
    ["*a*b*c*", "xxaxxbxxc", true],
    ["*a*b*c*", "xxaxxcxxb", false],
    ["a.b", "axb", false],
  ])("%j %j", (pattern, path, expected) => {
    expect(compileGlob(pattern)(path)).toBe(expected);
  });

  test("time does not explode", () => {
    const started = performance.now();
    expect(compileGlob(`${"*a".repeat(50)}b`)("a".repeat(2000))).toBe(false);
    expect(compileGlob(`${"**/a/".repeat(50)}b`)("a/".repeat(2000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

test.each([
  ["a/b/*.yaml", "a/b"],
  ["*.yaml", ""],
  ["/x/*", "/x"],
  ["/*", "/"],
  ["a/b*/c", "a"],
])("the part of %j before the first pattern is %j", (pattern, base) => {
  expect(isGlob(pattern)).toBe(true);
  expect(globBase(pattern)).toBe(base);
});
