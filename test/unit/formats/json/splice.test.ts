import { describe, expect, test } from "vitest";

import type { Leaf, TreeBranch } from "../../../../src/document/tree.js";
import { mapOf, stringValue } from "../../../../src/document/tree.js";
import { jsonStore } from "../../../../src/formats/json/store.js";
import type { SourceDocument } from "../../../../src/formats/store.js";
import {
  joinPieces,
  leavesOf,
  mapLeaves,
  sealLeaf,
  withLeavesOf,
} from "../../../support/leaves.js";
import { treeToJson } from "../../../support/tree-json.js";
import { vectorCases } from "../../../support/vectors.js";

function parse(text: string): SourceDocument {
  return jsonStore.parse(Buffer.from(text));
}

function rootOf(document: SourceDocument): TreeBranch {
  return document.branches[0] ?? mapOf([]);
}

const METADATA = mapOf([
  ["age", { kind: "list", items: [mapOf([["enc", stringValue("x\n")]])] }],
  ["mac", stringValue("ENC[m]")],
]);

const METADATA_TEXT =
  '\n\t"sops": {\n\t\t"age": [\n\t\t\t{\n\t\t\t\t"enc": "x\\n"\n\t\t\t}\n\t\t],\n\t\t"mac": "ENC[m]"\n\t}';

function seal(document: SourceDocument): string {
  const sealed = mapLeaves(rootOf(document), sealLeaf);
  return joinPieces(
    jsonStore.render(document, jsonStore.joinMetadata([sealed], METADATA), "encrypt"),
  );
}

function unseal(text: string, plain: TreeBranch): string {
  const document = parse(text);
  const { metadata, branches } = jsonStore.splitMetadata(document.branches);
  expect(metadata).not.toBeNull();
  const opened = withLeavesOf(branches[0] ?? mapOf([]), plain);
  return joinPieces(jsonStore.render(document, [opened], "decrypt"));
}

describe("the metadata follows the last value and leaves with its comma", () => {
  test.each([
    ['{"a":"x"}', `{"a":"ENC[type:string]",${METADATA_TEXT}}`],
    ['{ "a" : 1 }\n', `{ "a" : "ENC[type:int]",${METADATA_TEXT} }\n`],
    [
      '{\r\n  "a": [true, {}],\r\n  "b": null\r\n}',
      `{\r\n  "a": ["ENC[type:bool]", {}],\r\n  "b": null,${METADATA_TEXT}\r\n}`,
    ],
    ["{}", `{${METADATA_TEXT}}`],
    ["{ \n\t}\n", `{${METADATA_TEXT} \n\t}\n`],
  ])("%j", (plain, sealed) => {
    const document = parse(plain);
    expect(seal(document)).toBe(sealed);
    expect(unseal(sealed, rootOf(document))).toBe(plain);
  });

  test.each([
    ['{"sops":{"a":1}, "b": 2}', '{"b": 2}'],
    ['{\n\t"sops": {},\n\t"b": 2\n}', '{\n\t"b": 2\n}'],
    ['{\n\t"a": 1,\n\t"sops": {},\n\t"b": 2\n}', '{\n\t"a": 1,\n\t"b": 2\n}'],
    ['{\n\t"a": 1 ,\n\t"sops": {}\n}', '{\n\t"a": 1\n}'],
    ['{ "sops": {} }', "{ }"],
    ['{ "sops": 1, "sops": 2, "a": 3, "sops": 4 }', '{ "a": 3 }'],
  ])("%j without it", (text, plain) => {
    const document = parse(text);
    const items = rootOf(document).items.filter(
      (item) => item.kind === "pair" && item.key !== "sops",
    );
    const pieces = jsonStore.render(document, [{ ...rootOf(document), items }], "decrypt");
    expect(joinPieces(pieces)).toBe(plain);
  });

  test("an old entry is replaced by a new one at the end", () => {
    const document = parse('{"sops":{"mac":"old"},\n "a":1}');
    const { branches } = jsonStore.splitMetadata(document.branches);
    const pieces = jsonStore.render(document, jsonStore.joinMetadata(branches, METADATA), "keep");
    expect(joinPieces(pieces)).toBe(`{"a":1,${METADATA_TEXT}}`);
  });

  test("an entry that keeps its place keeps its text", () => {
    const text = '{"sops": {"mac":"\\u006f"}, "a":1}';
    const document = parse(text);
    expect(joinPieces(jsonStore.render(document, document.branches, "keep"))).toBe(text);
  });
});

describe("spelling of leaves", () => {
  const spell = (source: string, leaf: Leaf): string | null => {
    const document = parse(`{"k":${source}}`);
    const branch = mapLeaves(rootOf(document), (old) => ({ ...leaf, place: old.place }));
    const pieces = jsonStore.render(document, [branch], "decrypt");
    return pieces === null ? null : joinPieces(pieces).slice(5, -1);
  };

  test.each<[string, Leaf, string]>([
    ['"\\u0061"', stringValue("a"), '"\\u0061"'],
    ["1.50", { kind: "float", value: 1.5 }, "1.50"],
    ["-0", { kind: "int", value: 0n }, "-0"],
    ["0.0", { kind: "float", value: -0 }, "-0.0"],
    ["2", { kind: "float", value: 1 }, "1.0"],
    ["1", { kind: "float", value: 1e21 }, "1e+21"],
    ["1", stringValue('<&>"\u2028\n'), '"<&>\\"\u2028\\n"'],
    ["1", { kind: "null" }, "null"],
    ["1", { kind: "bool", value: true }, "true"],
    ["1", { kind: "timestamp", value: "2024-01-01T00:00:00Z" }, '"2024-01-01T00:00:00Z"'],
    ["1", { kind: "bytes", value: Buffer.from("é") }, '"é"'],
  ])("%s becomes %o", (source, leaf, text) => {
    expect(spell(source, leaf)).toBe(text);
  });

  test.each<Leaf>([
    stringValue("\udcff"),
    { kind: "bytes", value: Uint8Array.of(0xff) },
    { kind: "float", value: Number.NaN },
    { kind: "comment", text: "c", inline: false },
  ])("%o cannot be spliced", (leaf) => {
    expect(spell("1", leaf)).toBeNull();
  });
});

test.each([
  ["another key", '{"b":1}'],
  ["one more", '{"a":1,"b":1}'],
  ["none", "{}"],
  ["a map for a scalar", '{"a":{}}'],
  ["a list for a scalar", '{"a":[1]}'],
])("a tree of another shape is not spliced: %s", (_name, other) => {
  const document = parse('{"a":1}');
  expect(jsonStore.render(document, parse(other).branches, "encrypt")).toBeNull();
  expect(jsonStore.render(parse(other), document.branches, "decrypt")).toBeNull();
});

test("leaves of a list that changed places are not spliced", () => {
  const document = parse('{"a":[1,2]}');
  const swapped = parse('{"a":[1,2]}');
  const pair = rootOf(swapped).items[0];
  const list = pair?.kind === "pair" && pair.value.kind === "list" ? pair.value : null;
  const items = list?.items.toReversed() ?? [];
  const branch = mapOf([["a", { kind: "list", items }]]);
  expect(jsonStore.render(document, [branch], "keep")).toBeNull();
});

test("two documents are not spliced", () => {
  const document = parse("{}");
  expect(jsonStore.render(document, [mapOf([]), mapOf([])], "keep")).toBeNull();
  expect(jsonStore.render(document, [], "keep")).toBeNull();
});

test("pieces alternate, their leaves are those of the tree, in order", () => {
  const document = parse(' {"a":[1, [ ], {"b":"x"}],"c":null} ');
  const pieces = jsonStore.segment(document);
  expect(pieces.map((piece) => piece.text)).toEqual([
    ' {"a":[',
    "1",
    ', [ ], {"b":',
    '"x"',
    '}],"c":',
    "null",
    "} ",
  ]);
  const leaves = pieces.flatMap((piece) => (piece.leaf === undefined ? [] : [piece.leaf]));
  expect(leaves).toEqual(leavesOf(rootOf(document)));
  expect(leaves[0]).toBe(leavesOf(rootOf(document))[0]);
});

test("10,000 levels are spliced", () => {
  const text = `{"a":${"[".repeat(9_999)}1${"]".repeat(9_999)}}`;
  const document = parse(text);
  expect(joinPieces(jsonStore.segment(document))).toBe(text);
  expect(joinPieces(jsonStore.render(document, document.branches, "keep"))).toBe(text);
});

describe("vectors", () => {
  const cases = vectorCases("json").filter(
    ({ name, files }) =>
      files.has("encrypted.json") && !/truncated|trailing|lone|invalid/.test(name),
  );

  test.each(cases)("$name takes sops's ciphertexts in its own layout", ({ files }) => {
    const document = jsonStore.parse(files.get("plain.json") ?? Buffer.alloc(0));
    const encrypted = jsonStore.parse(files.get("encrypted.json") ?? Buffer.alloc(0));
    const theirs = jsonStore.splitMetadata(encrypted.branches);
    const sealed = withLeavesOf(rootOf(document), theirs.branches[0] ?? mapOf([]));
    const joined = jsonStore.joinMetadata([sealed], theirs.metadata ?? mapOf([]));
    const text = joinPieces(jsonStore.render(document, joined, "encrypt"));
    expect(treeToJson(parse(text).branches)).toEqual(treeToJson(encrypted.branches));
    expect(text).toContain('\t\t"mac": "ENC[');
    const opened = unseal(text, rootOf(document));
    expect(treeToJson(parse(opened).branches)).toEqual(treeToJson(document.branches));
  });
});
