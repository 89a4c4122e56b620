import { describe, expect, test } from "vitest";

import { parseTreePath, valueAt } from "../../../src/document/tree-path.js";
import { mapOf, stringValue, type MapValue } from "../../../src/document/tree.js";
import type { TreePath } from "../../../src/document/walk.js";

describe("the grammar (cli.md §5)", () => {
  test.each<[string, TreePath]>([
    ['["a"]["b"][0]', ["a", "b", 0]],
    ["['a']", ["a"]],
    ['["a.b"]', ["a.b"]],
    ['["q"q"]', ['q"q']],
    ['["a]b"]', ["a]b"]],
    ["[\"a']", ["a"]],
    ['"a"]', ["a"]],
    ["[007]", [7]],
    ["[-1]", [-1]],
    ["", []],
  ])("%s", (text, path) => {
    expect(parseTreePath(text)).toEqual(path);
  });

  test.each(["[str]", "[1.5]", '[ "a" ]', '["a"] ["b"]', '["a', "foo", "[]", '["]'])(
    "%s is refused",
    (text) => {
      expect(() => parseTreePath(text)).toThrowError(
        expect.objectContaining({ code: "INVALID_TREE_PATH", exitCode: 91 }) as Error,
      );
    },
  );
});

describe("looking up", () => {
  const tree: MapValue = mapOf([
    ["a", mapOf([["b", stringValue("x")]])],
    [
      "l",
      {
        kind: "list",
        items: [stringValue("0"), { kind: "comment", text: "c", inline: false }, stringValue("1")],
      },
    ],
  ]);

  test("counts real elements only", () => {
    expect(valueAt([tree], ["l", 1])).toMatchObject({ value: "1" });
    expect(valueAt([tree], ["a", "b"])).toMatchObject({ value: "x" });
  });

  test.each<[string, TreePath]>([
    ["component ['toString'] not found", ["toString"]],
    ["component ['__proto__'] not found", ["a", "__proto__"]],
    ["component ['x'] not found", ["l", "x"]],
    ["component [2] accesses out of bounds", ["l", 2]],
    ["component [-1] accesses out of bounds", ["l", -1]],
    ["component [1000000000] accesses out of bounds", ["l", 1_000_000_000]],
    ["component [0] is integer, but tree part is not a slice", ["a", 0]],
  ])("%s", (message, path) => {
    expect(() => valueAt([tree], path)).toThrowError(`error truncating tree: ${message}`);
  });
});
