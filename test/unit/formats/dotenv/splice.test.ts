import { describe, expect, test } from "vitest";

import type { MapValue, TreeBranch } from "../../../../src/document/tree.js";
import { mapOf, stringValue } from "../../../../src/document/tree.js";
import { dotenvStore } from "../../../../src/formats/dotenv/store.js";
import type { SourceDocument } from "../../../../src/formats/store.js";
import { encodeText } from "../../../../src/support/text.js";
import {
  joinPieces,
  leavesOf,
  mapLeaves,
  sealLeaf,
  withLeavesOf,
} from "../../../support/leaves.js";
import { vectorCases } from "../../../support/vectors.js";

const METADATA = mapOf([
  ["age", { kind: "list", items: [mapOf([["enc", stringValue("a\nb")]])] }],
  ["version", stringValue("3.13.2")],
]);
const LINES = "sops_age__list_0__map_enc=a\\nb\nsops_version=3.13.2\n";

function parse(text: string): SourceDocument {
  return dotenvStore.parse(encodeText(text));
}

function rootOf(document: SourceDocument): TreeBranch {
  return document.branches[0] ?? mapOf([]);
}

function seal(document: SourceDocument, metadata: MapValue = METADATA): string {
  const joined = dotenvStore.joinMetadata([mapLeaves(rootOf(document), sealLeaf)], metadata);
  return joinPieces(dotenvStore.render(document, joined, "encrypt"));
}

function unseal(text: string, plain: TreeBranch): string {
  const document = parse(text);
  const { branches } = dotenvStore.splitMetadata(document.branches);
  const opened = withLeavesOf(branches[0] ?? mapOf([]), plain);
  return joinPieces(dotenvStore.render(document, [opened], "decrypt"));
}

describe("metadata lines come last and leave without a trace", () => {
  test.each([
    ["A=1\n", `A=ENC[type:string]\n${LINES}`],
    ["A=1", `A=ENC[type:string]\n${LINES.slice(0, -1)}`],
    ["", LINES],
    ["\n", `\n${LINES}`],
    ["\n\n#c", `\n\n#ENC[type:comment]\n${LINES.slice(0, -1)}`],
    [
      "# c \n\n A = x\\ny\r\nA=\n\n",
      `#ENC[type:comment]\n\n A =ENC[type:string]\nA=ENC[type:string]\n\n${LINES}`,
    ],
  ])("%j", (plain, sealed) => {
    const document = parse(plain);
    expect(seal(document)).toBe(sealed);
    expect(unseal(sealed, rootOf(document))).toBe(plain);
  });

  test.each([
    ["sops_a=1\nA=1\nsops_b=2\nB=2\n", "A=1\nB=2\n"],
    ["A=1\nsops_a=1\n\nsops_b=2", "A=1\n"],
    ["sops_a=1\nA=1", "A=1"],
    ["sops_a=1\nsops_b=1", ""],
  ])("%j without them", (text, plain) => {
    const document = parse(text);
    const { branches } = dotenvStore.splitMetadata(document.branches);
    expect(joinPieces(dotenvStore.render(document, branches, "decrypt"))).toBe(plain);
  });

  test.each([
    ["A=1\nsops_x=1\n", `A=1\n${LINES}`],
    ["sops_x=1\nA=1\nsops_y=1", `A=1\n${LINES.slice(0, -1)}`],
    ["sops_x=1\nA=1", `A=1\n${LINES.slice(0, -1)}`],
    ["sops_x=1", LINES.slice(0, -1)],
  ])("%j with new ones", (text, result) => {
    const document = parse(text);
    const { branches } = dotenvStore.splitMetadata(document.branches);
    const joined = dotenvStore.joinMetadata(branches, METADATA);
    expect(joinPieces(dotenvStore.render(document, joined, "keep"))).toBe(result);
  });

  test("lines that keep their place keep their text", () => {
    const document = parse("sops_x=1\nA=1\n");
    expect(joinPieces(dotenvStore.render(document, document.branches, "keep"))).toBe(document.text);
  });
});

test("pieces alternate, their leaves are those of the tree, in order", () => {
  const document = parse("#c\n\nA==x\nB=\n\n");
  const pieces = dotenvStore.segment(document);
  expect(pieces.map((piece) => piece.text)).toEqual(["#", "c", "\n\nA=", "=x", "\nB=", "", "\n\n"]);
  const leaves = pieces.flatMap((piece) => (piece.leaf === undefined ? [] : [piece.leaf]));
  expect(leaves).toEqual(leavesOf(rootOf(document)));
});

test.each([
  ["another key", "B=1\n"],
  ["one more", "A=1\nB=1\n"],
  ["none", ""],
  ["a comment for a pair", "#A=1\n"],
])("a tree of another shape is not spliced: %s", (_name, other) => {
  const document = parse("A=1\n");
  expect(dotenvStore.render(document, parse(other).branches, "keep")).toBeNull();
  expect(dotenvStore.render(parse(other), document.branches, "keep")).toBeNull();
});

test("a comment of several lines is refused, a value of several lines is escaped", () => {
  const document = parse("#c\nA=1\n");
  const evil = mapLeaves(rootOf(document), (leaf) =>
    leaf.kind === "comment" ? { ...leaf, text: "c\nEVIL=1" } : leaf,
  );
  expect(() => dotenvStore.render(document, [evil], "decrypt")).toThrow("several lines");
  const tame = mapLeaves(rootOf(document), (leaf) =>
    leaf.kind === "string" ? { ...leaf, value: "c\nEVIL=1" } : leaf,
  );
  expect(joinPieces(dotenvStore.render(document, [tame], "decrypt"))).toBe("#c\nA=c\\nEVIL=1\n");
});

test.each(vectorCases("dotenv").filter(({ files }) => files.has("encrypted.env")))(
  "$name comes back byte for byte",
  ({ files }) => {
    const plain = files.get("plain.env") ?? Buffer.alloc(0);
    const document = dotenvStore.parse(plain);
    const opened = unseal(seal(document), rootOf(document));
    expect(Buffer.from(encodeText(opened))).toEqual(Buffer.from(plain));
  },
);
