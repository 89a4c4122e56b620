import { describe, expect, test } from "vitest";

import { equalData, jsonOf, mergeDocuments } from "../../../src/operations/publish/secret-data.js";
import { loadStore } from "../../../src/formats/registry.js";
import type { MapValue } from "../../../src/document/tree.js";
import { encodeText } from "../../../src/support/text.js";

async function dataOf(yaml: string): Promise<MapValue> {
  return mergeDocuments((await loadStore("yaml")).parse(encodeText(yaml)).branches);
}

async function jsonData(json: string): Promise<MapValue> {
  return mergeDocuments((await loadStore("json")).parse(encodeText(json)).branches);
}

describe("the data of a file as a secret (config.md §6)", () => {
  test.each([
    ["a: 1\n---\nb: two\n", { a: 1, b: "two" }],
    ["a: 1\n---\na: 2\n", { a: 2 }],
    ["# comment\na: x # more\n", { a: "x" }],
    [
      "l:\n    - k: 1\n      m: [x, {n: null}]\n    - []\n    - {}\n",
      { l: [{ k: 1, m: ["x", { n: null }] }, [], {}] },
    ],
    [
      "f: 1.5\nb: true\nn: null\nd: 2024-01-01\n",
      { f: 1.5, b: true, n: null, d: "2024-01-01T00:00:00Z" },
    ],
    ["__proto__: x\n", JSON.parse('{"__proto__": "x"}') as unknown],
  ])("%j", async (yaml, expected) => {
    expect(JSON.parse(jsonOf(await dataOf(yaml)))).toEqual(expected);
  });

  test("whole numbers keep every digit", async () => {
    expect(jsonOf(await dataOf("n: 9223372036854775807\n"))).toContain("9223372036854775807");
  });

  test.each([
    ["a: 1\nb: 2\n", '{"b":2,"a":1}', true],
    ["a: 1\n", '{"a":1.0}', true],
    ["a: 1\n", '{"a":"1"}', false],
    ["a: 1\n", '{"a":1,"b":2}', false],
    ["a: 1\nb: 2\n", '{"a":1}', false],
    ["a: [1, 2]\n", '{"a":[2,1]}', false],
    ["a: [1, {b: [x]}]\n", '{"a":[1,{"b":["x"]}]}', true],
    ["a: {}\n", '{"a":[]}', false],
    ["a: []\n", '{"a":null}', false],
    ["a: {'0': x}\n", '{"a":["x"]}', false],
    ["n: 9223372036854775807\n", '{"n":9223372036854775806}', false],
    ["n: 9223372036854775807\n", '{"n":9223372036854775807}', true],
  ])("%j and %s: the same is %s", async (yaml, json, isSame) => {
    expect(equalData(await dataOf(yaml), await jsonData(json))).toBe(isSame);
    expect(equalData(await jsonData(json), await dataOf(yaml))).toBe(isSame);
  });
});
