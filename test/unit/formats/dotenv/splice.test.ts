import { describe, expect, test } from "vitest";

import { setAt, unsetAt } from "../../../../src/document/tree-edit.js";
import type { MapItem, MapValue, TreeBranch } from "../../../../src/document/tree.js";
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
import { treeToJson } from "../../../support/tree-json.js";
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
  expect(dotenvStore.render(document, parse(other).branches, "encrypt")).toBeNull();
  expect(dotenvStore.render(parse(other), document.branches, "decrypt")).toBeNull();
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

describe("entries come and go with their lines", () => {
  const change = (
    text: string,
    edit: (branches: readonly TreeBranch[]) => readonly TreeBranch[],
  ): string => {
    const document = parse(text);
    const changed = edit(document.branches);
    const rendered = joinPieces(dotenvStore.render(document, changed, "keep"));
    expect(treeToJson(parse(rendered).branches)).toEqual(treeToJson(changed));
    return rendered;
  };
  const text = "# c\nA=1\n\nB = 2\r\n\n#d\n\n";

  test.each<[string, string, string]>([
    [text, "A", "# c\n\nB = 2\r\n\n#d\n\n"],
    [text, "B ", "# c\nA=1\n\n\n#d\n\n"],
    ["A=1\nB=2", "A", "B=2"],
    ["A=1\nB=2", "B", "A=1"],
    ["A=1\n", "A", ""],
    ["A=1", "A", ""],
    ["A=1\nA=2\n", "A", "A=2\n"],
  ])("%j without %s", (source, key, expected) => {
    expect(change(source, (branches) => unsetAt(branches, [key]))).toBe(expected);
  });

  test.each<[string, string, string]>([
    ["A=1\n", "x y", "A=1\nN=x y\n"],
    ["A=1", "x", "A=1\nN=x"],
    ["A=1\n\n\n", "a\nb", "A=1\nN=a\\nb\n\n\n"],
    [text, "", "# c\nA=1\n\nB = 2\r\n\n#d\nN=\n\n"],
    ["", "x", "N=x\n"],
    ["\n", "x", "\nN=x\n"],
    ["sops_x=1\n", "x", "sops_x=1\nN=x\n"],
  ])("%j with N=%j", (source, value, expected) => {
    expect(change(source, (branches) => setAt(branches, ["N"], stringValue(value)))).toBe(expected);
  });

  test("in front, between and in exchange", () => {
    const insert = (source: string, from: number, removed: number): string =>
      change(source, ([root]) => {
        const added: MapItem[] = [
          { kind: "comment", text: " n", inline: false },
          { kind: "pair", key: "N", value: stringValue("x") },
        ];
        return [{ ...mapOf([]), items: root?.items.toSpliced(from, removed, ...added) ?? [] }];
      });
    expect(insert("\nA=1\nB=2", 0, 0)).toBe("\n# n\nN=x\nA=1\nB=2");
    expect(insert("A=1\n\nB=2", 1, 0)).toBe("A=1\n# n\nN=x\n\nB=2");
    expect(insert("A=1\n\nB=2", 0, 1)).toBe("# n\nN=x\n\nB=2");
    expect(insert("A=1\n\nB=2", 0, 2)).toBe("# n\nN=x\n");
    expect(insert("A=1\nB=2", 1, 1)).toBe("A=1\n# n\nN=x");
  });

  test("the metadata stays last", () => {
    const rewrite = (source: string, edit: (branches: TreeBranch[]) => TreeBranch[]): string =>
      change(source, (branches) =>
        dotenvStore.joinMetadata(edit(dotenvStore.splitMetadata(branches).branches), METADATA),
      );
    const set = (branches: TreeBranch[]): TreeBranch[] =>
      setAt(branches, ["N"], stringValue("ENC[n]"));
    expect(rewrite("A=ENC[a]\nsops_x=1\n", set)).toBe(`A=ENC[a]\nN=ENC[n]\n${LINES}`);
    expect(rewrite("A=ENC[a]\n\nsops_x=1", set)).toBe(
      `A=ENC[a]\nN=ENC[n]\n\n${LINES.slice(0, -1)}`,
    );
    expect(rewrite("sops_x=1\nA=ENC[a]\nsops_y=1\n", set)).toBe(`A=ENC[a]\nN=ENC[n]\n${LINES}`);
    expect(rewrite("sops_x=1\n", set)).toBe(`N=ENC[n]\n${LINES}`);
    expect(rewrite("A=ENC[a]\nsops_x=1", (branches) => unsetAt(branches, ["A"]))).toBe(
      LINES.slice(0, -1),
    );
  });

  test.each<[string, (root: TreeBranch) => TreeBranch]>([
    ["moved", (root) => ({ ...root, items: root.items.toReversed() })],
    ["a map", (root) => ({ ...root, items: [...root.items, ...mapOf([["N", mapOf([])]]).items] })],
    [
      "what reads as a line feed",
      (root) => ({ ...root, items: [...root.items, ...mapOf([["N", stringValue("\\n")]]).items] }),
    ],
    [
      "a value that does",
      (root) => mapLeaves(root, (leaf) => ({ ...leaf, value: "\\n" }) as typeof leaf),
    ],
  ])("not spliced: %s", (_name, edit) => {
    const document = parse("A=1\nB=2\n");
    expect(dotenvStore.render(document, [edit(rootOf(document))], "keep")).toBeNull();
  });

  test.each(["a=b", "#a", "a\nb"])(
    "a key that would read as another entry is refused: %j",
    (key) => {
      const document = parse("A=1\n");
      const changed = setAt(document.branches, [key], stringValue("x"));
      expect(() => dotenvStore.render(document, changed, "keep")).toThrow("cannot use key");
    },
  );
});
