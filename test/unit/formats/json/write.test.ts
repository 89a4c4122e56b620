import { describe, expect, test } from "vitest";

import type { ListItem, TreeBranch, TreeValue } from "../../../../src/document/tree.js";
import { mapOf, stringValue } from "../../../../src/document/tree.js";
import { jsonStore } from "../../../../src/formats/json/store.js";
import { SopsError } from "../../../../src/support/errors.js";
import { treeFromJson } from "../../../support/tree-json.js";
import { unitTable, vectorCases } from "../../../support/vectors.js";

function emitText(branches: readonly TreeBranch[], indent?: number): string {
  return Buffer.from(jsonStore.emit(branches, { indent })).toString();
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect((error as SopsError).code).toBe("CANNOT_EMIT");
    return (error as SopsError).message;
  }
  throw new Error("accepted");
}

describe("vectors", () => {
  const cases = vectorCases("json").map(({ name, result, files }) => ({
    name,
    isExact: result.conformance === "exact",
    tree: files.get("tree.json"),
    decrypted: files.get("decrypted.json"),
    encrypted: files.get("encrypted.json"),
  }));

  test.each(cases.filter(({ isExact }) => isExact))(
    "$name is written as sops does",
    ({ tree, decrypted }) => {
      const branches = treeFromJson(JSON.parse(Buffer.from(tree ?? []).toString()));
      expect(emitText(branches)).toBe(Buffer.from(decrypted ?? []).toString());
    },
  );

  test.each(cases.filter(({ encrypted }) => encrypted !== undefined))(
    "$name: sops's encrypted file is written as it was read",
    ({ encrypted }) => {
      const split = jsonStore.splitMetadata(jsonStore.parse(encrypted ?? Buffer.alloc(0)).branches);
      expect(split.metadata).not.toBeNull();
      const joined = jsonStore.joinMetadata(split.branches, split.metadata ?? mapOf([]));
      expect(emitText(joined)).toBe(Buffer.from(encrypted ?? []).toString());
    },
  );

  test.each(unitTable("floats"))("$json_in is written as $json", ({ json_in: source, json }) => {
    const { branches } = jsonStore.parse(Buffer.from(`{"a":${String(source)}}`));
    expect(emitText(branches)).toBe(`{\n\t"a": ${String(json)}\n}\n`);
  });
});

test.each([
  [undefined, '{\n\t"a": [\n\t\t1,\n\t\t{}\n\t],\n\t"b": []\n}\n'],
  [-1, '{\n\t"a": [\n\t\t1,\n\t\t{}\n\t],\n\t"b": []\n}\n'],
  [0, '{\n"a": [\n1,\n{}\n],\n"b": []\n}\n'],
  [2, '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": []\n}\n'],
])("indentation %s", (indent, text) => {
  expect(emitText(jsonStore.parse(Buffer.from('{"a":[1,{}],"b":[]}')).branches, indent)).toBe(text);
});

test("indentation below -1 is refused", () => {
  expect(refusal(() => emitText([mapOf([])], -2))).toBe(
    "Error marshaling to json: JSON Indentation parameter smaller than -1 is not accepted",
  );
});

test("comments and further documents are left out", () => {
  const comment = { kind: "comment", text: " c", inline: false } as const;
  const branch: TreeBranch = {
    kind: "map",
    items: [
      comment,
      { kind: "pair", key: "l", value: { kind: "list", items: [comment, stringValue("x")] } },
      { kind: "pair", key: "m", value: { kind: "list", items: [comment] } },
    ],
  };
  expect(emitText([branch, mapOf([["z", stringValue("z")]])])).toBe(
    '{\n\t"l": [\n\t\t"x"\n\t],\n\t"m": []\n}\n',
  );
});

test.each([
  ["<&>", '"\\u003c\\u0026\\u003e"'],
  ["\u2028\u2029", '"\\u2028\\u2029"'],
  ['"\\/\b\f\n\r\t', '"\\"\\\\/\\b\\f\\n\\r\\t"'],
  ["\u0000\u001f\u007f\u0085😀", '"\\u0000\\u001f\u007f\u0085😀"'],
  ["a\udcffb\udc80", '"a\\ufffdb\\ufffd"'],
])("string %j", (value, text) => {
  expect(emitText([mapOf([["k", stringValue(value)]])])).toBe(`{\n\t"k": ${text}\n}\n`);
  expect(emitText([mapOf([[value, stringValue("v")]])])).toBe(`{\n\t${text}: "v"\n}\n`);
});

test.each([
  [Number.NaN, "NaN"],
  [Number.POSITIVE_INFINITY, "+Inf"],
  [Number.NEGATIVE_INFINITY, "-Inf"],
])("%s has no JSON form", (value, name) => {
  const message = refusal(() => emitText([mapOf([["k", { kind: "float", value }]])]));
  expect(message).toBe(`Error marshaling to json: json: unsupported value: ${name}`);
});

test("10,000 levels are written, one more is refused", () => {
  const nested = (levels: number): TreeBranch => {
    let value: TreeValue = stringValue("x");
    for (let level = 1; level < levels; level += 1) {
      value = { kind: "list", items: [value] };
    }
    return mapOf([["a", value]]);
  };
  expect(emitText([nested(10_000)], 0)).toContain('[\n"x"\n]');
  expect(refusal(() => emitText([nested(10_001)], 0))).toContain("exceeded max depth");
});

describe("one value", () => {
  const list = (...items: ListItem[]): TreeValue => ({ kind: "list", items });
  test.each<[string, TreeValue, string]>([
    ["a string raw", stringValue('a\n"<\udcff'), 'a\n"<\xff'],
    ["a map as a document", mapOf([["k", stringValue("<")]]), '{\n  "k": "\\u003c"\n}\n'],
    ["a list without final line feed", list(stringValue("x"), list()), '[\n  "x",\n  []\n]'],
    ["a whole number", { kind: "int", value: 9007199254740993n }, "9007199254740993"],
    ["a float", { kind: "float", value: 1e20 }, "100000000000000000000"],
    ["a boolean", { kind: "bool", value: false }, "false"],
    ["a null", { kind: "null" }, "null"],
    ["a timestamp", { kind: "timestamp", value: "2024-01-01T00:00:00Z" }, '"2024-01-01T00:00:00Z"'],
    ["bytes raw", { kind: "bytes", value: Uint8Array.of(0xff) }, "\xff"],
  ])("%s", (_name, value, text) => {
    const bytes = jsonStore.emitValue(value, { indent: 2 });
    expect(Buffer.from(bytes).toString("latin1")).toBe(text);
  });
});

test("metadata: none, doubled, no mapping", () => {
  const split = (text: string): unknown =>
    jsonStore.splitMetadata(jsonStore.parse(Buffer.from(text)).branches);
  expect(split('{"a":{"sops":{}}}')).toMatchObject({ metadata: null });
  expect(split('{"sops":{"a":1},"b":2}')).toMatchObject({
    metadata: { kind: "map" },
    branches: [{ items: [{ key: "b" }] }],
  });
  expect(() => split('{"sops":{},"a":1,"sops":{}}')).toThrow("Found duplicate sops entry");
  for (const value of ["null", "[]", '""', "1"]) {
    expect(() => split(`{"sops":${value}}`)).toThrow("Found sops entry that is not a mapping");
  }
});

test("only a top-level entry is reserved", () => {
  const isReserved = (text: string): boolean =>
    jsonStore.isReserved(jsonStore.parse(Buffer.from(text)).branches);
  expect(isReserved('{"sops":1}')).toBe(true);
  expect(isReserved('{"a":{"sops":1},"Sops":1}')).toBe(false);
});
