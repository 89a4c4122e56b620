import { expect, test } from "vitest";

import type { MapValue } from "../../../src/document/tree.js";
import { mapOf, stringValue } from "../../../src/document/tree.js";
import { flattenMetadata, unflattenMetadata } from "../../../src/formats/flatten.js";
import { SopsError } from "../../../src/support/errors.js";
import { treeToJson } from "../../support/tree-json.js";

function metadataError(entries: [string, string][]): string {
  try {
    unflattenMetadata(entries);
  } catch (error) {
    expect(error).toBeInstanceOf(SopsError);
    expect((error as SopsError).code).toBe("METADATA_INVALID");
    return (error as SopsError).message;
  }
  throw new Error("accepted");
}

const NESTED: MapValue = mapOf([
  [
    "age",
    {
      kind: "list",
      items: [
        mapOf([
          ["enc", stringValue("E0")],
          ["recipient", stringValue("R0")],
        ]),
        mapOf([["enc", stringValue("E1")]]),
      ],
    },
  ],
  ["empty_list", { kind: "list", items: [] }],
  ["empty_map", mapOf([])],
  [
    "key_groups",
    {
      kind: "list",
      items: [
        mapOf([
          ["age", { kind: "list", items: [mapOf([["enc", stringValue("G0")]])] }],
          ["hc_vault", { kind: "list", items: [] }],
        ]),
      ],
    },
  ],
  ["mac_only_encrypted", { kind: "bool", value: true }],
  ["nothing", { kind: "null" }],
  ["shamir_threshold", { kind: "int", value: 2n }],
  ["version", stringValue("3.13.2")],
]);

const FLAT: [string, string][] = [
  ["age__list_0__map_enc", "E0"],
  ["age__list_0__map_recipient", "R0"],
  ["age__list_1__map_enc", "E1"],
  ["key_groups__list_0__map_age__list_0__map_enc", "G0"],
  ["mac_only_encrypted", "true"],
  ["shamir_threshold", "2"],
  ["version", "3.13.2"],
];

test("nested metadata is flattened in its order, empty collections vanish", () => {
  expect(flattenMetadata(NESTED)).toEqual(FLAT);
});

test("flat names nest again, whatever their order", () => {
  const nested = unflattenMetadata(FLAT);
  expect(flattenMetadata(nested)).toEqual(FLAT);
  const reversed = unflattenMetadata(FLAT.toReversed());
  expect(new Map(flattenMetadata(reversed))).toEqual(new Map(FLAT));
});

test("a comment in a list takes no index", () => {
  const list = {
    kind: "list",
    items: [{ kind: "comment", text: "c", inline: false }, stringValue("x")],
  } as const;
  expect(flattenMetadata(mapOf([["l", list]]))).toEqual([["l__list_0", "x"]]);
});

test("names of object members are plain data", () => {
  const tree = unflattenMetadata([
    ["__proto__", "a"],
    ["constructor__map___proto__", "b"],
    ["10", "c"],
    ["2", "d"],
  ]);
  expect(treeToJson([tree])).toEqual([
    {
      t: "map",
      v: [
        { k: "__proto__", v: { t: "str", v: "a" } },
        { k: "constructor", v: { t: "map", v: [{ k: "__proto__", v: { t: "str", v: "b" } }] } },
        { k: "10", v: { t: "str", v: "c" } },
        { k: "2", v: { t: "str", v: "d" } },
      ],
    },
  ]);
});

test("an index that is no number counts as 0", () => {
  const tree = unflattenMetadata([["age__list_x__map_enc", "E"]]);
  expect(flattenMetadata(tree)).toEqual([["age__list_0__map_enc", "E"]]);
});

test.each([
  [
    [
      ["version", "1"],
      ["version", "2"],
    ],
    'Error while unflattening "version": Duplicate value',
  ],
  [
    [
      ["l__list_0", "1"],
      ["l__list_x", "2"],
    ],
    'Error while unflattening "l__list_x": Duplicate value',
  ],
  [
    [
      ["age", "1"],
      ["age__list_0", "2"],
    ],
    "Error while unflattening: Type mismatch",
  ],
  [
    [
      ["age__list_0", "2"],
      ["age", "1"],
    ],
    "Error while unflattening: Type mismatch",
  ],
  [
    [
      ["age__map_a", "2"],
      ["age__list_0", "1"],
    ],
    "Error while unflattening: Type mismatch",
  ],
  [
    [
      ["age__list_0__map_a", "2"],
      ["age__list_0", "1"],
    ],
    "Error while unflattening: Type mismatch",
  ],
  [
    [
      ["l__list_0", "1"],
      ["l__list_2", "2"],
    ],
    "Error while unflattening: Incomplete list",
  ],
  [[["l__list_1000000000", "1"]], "Error while unflattening: Incomplete list"],
  [[["l__list_-1", "1"]], "Error while unflattening: Incomplete list"],
  [[["l__list_99999999999999999999999", "1"]], "Error while unflattening: Incomplete list"],
] as [[string, string][], string][])("%j is refused", (entries, message) => {
  expect(metadataError(entries)).toBe(message);
});

test("control characters of a name are shown escaped", () => {
  expect(
    metadataError([
      ["a\u001b", "1"],
      ["a\u001b", "2"],
    ]),
  ).toContain('"a\\x1b"');
});

test("a name of 20,000 levels costs no stack", () => {
  const name = "a" + "__map_b".repeat(20_000);
  const tree = unflattenMetadata([[name, "deep"]]);
  expect(flattenMetadata(tree)).toEqual([[name, "deep"]]);
});
