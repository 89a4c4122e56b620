import { describe, expect, test } from "vitest";

import { equalTrees } from "../../../../src/document/compare.js";
import {
  mapOf,
  stringValue,
  type Leaf,
  type ListItem,
  type MapItem,
  type ScalarValue,
  type TreeBranch,
  type TreeValue,
} from "../../../../src/document/tree.js";
import type { Piece, RenderMode, SourceDocument } from "../../../../src/formats/store.js";
import { yamlStore } from "../../../../src/formats/yaml/store.js";
import { encodeText } from "../../../../src/support/text.js";
import { unitTable, vectorCases } from "../../../support/vectors.js";

const METADATA = mapOf([["version", stringValue("3.13.2")]]);
const BLOCK = "sops:\n    version: 3.13.2\n";

function textOf(pieces: readonly Piece[] | null): string | null {
  return pieces === null ? null : pieces.map((piece) => piece.text).join("");
}

/** The same tree with other leaves. */
function mapLeaves(branches: readonly TreeBranch[], change: (leaf: Leaf) => Leaf): TreeBranch[] {
  const mapItem = (item: MapItem | ListItem): MapItem | ListItem => {
    if (item.kind === "pair") {
      return { ...item, value: mapItem(item.value) as TreeValue };
    }
    return item.kind === "map" || item.kind === "list"
      ? ({ ...item, items: item.items.map(mapItem) } as TreeValue)
      : change(item);
  };
  return branches.map((branch) => mapItem(branch) as TreeBranch);
}

/** Looks like ciphertext, and is another one for every leaf. */
function createCipher(): (leaf: Leaf) => Leaf {
  let count = 0;
  return (leaf) => {
    count += 1;
    const text = `ENC[AES256_GCM,data:${count}/+==,type:x]`;
    if (leaf.kind === "comment") {
      return { ...leaf, text };
    }
    const isEmpty = leaf.kind === "null" || (leaf.kind === "string" && leaf.value === "");
    return isEmpty ? leaf : { kind: "string", value: text, place: leaf.place };
  };
}

/** The leaves of `plain` at the places of `encrypted`. */
function decrypted(encrypted: readonly TreeBranch[], plain: readonly TreeBranch[]): TreeBranch[] {
  const leaves: Leaf[] = [];
  mapLeaves(plain, (leaf) => {
    leaves.push(leaf);
    return leaf;
  });
  let next = 0;
  return mapLeaves(encrypted, (leaf) => {
    const value = leaves[next] ?? leaf;
    next += 1;
    return { ...value, place: leaf.place };
  });
}

function parse(text: string): SourceDocument {
  return yamlStore.parse(encodeText(text));
}

function encryptText(text: string): string | null {
  const document = parse(text);
  const branches = yamlStore.joinMetadata(mapLeaves(document.branches, createCipher()), METADATA);
  return textOf(yamlStore.render(document, branches, "encrypt"));
}

function render(
  text: string,
  change: (leaf: ScalarValue) => ScalarValue,
  mode: RenderMode,
): string | null {
  const document = parse(text);
  const branches = mapLeaves(document.branches, (leaf) =>
    leaf.kind === "comment" ? leaf : { ...change(leaf), place: leaf.place },
  );
  return textOf(yamlStore.render(document, branches, mode));
}

const SAMPLES: readonly (readonly [string, string])[] = [
  ...unitTable("yaml-comments").map(({ id, in: text }) => [String(id), String(text)] as const),
  ...vectorCases("yaml").map(
    ({ name, files }) => [name, new TextDecoder().decode(files.get("plain.yaml"))] as const,
  ),
].filter(([, text]) => {
  try {
    return parse(text).isSpliceable;
  } catch {
    return false;
  }
});

describe("segment", () => {
  test.each(SAMPLES)("%s: pieces alternate and are the text", (_, text) => {
    const document = parse(text);
    const pieces = yamlStore.segment(document);
    expect(textOf(pieces)).toBe(document.text);
    pieces.forEach((piece, index) => {
      expect(piece.leaf !== undefined).toBe(index % 2 === 1);
    });
    const leaves = new Set<Leaf>();
    mapLeaves(document.branches, (leaf) => {
      leaves.add(leaf);
      return leaf;
    });
    expect(new Set(pieces.flatMap((piece) => piece.leaf ?? []))).toEqual(leaves);
  });

  test("what sops's reading drops, tags and anchors are structure", () => {
    const pieces = yamlStore.segment(parse("a: &x !t v # c\nb: [ # gone\n  *x]\n... # gone too\n"));
    expect(pieces.map(({ text, leaf }) => (leaf === undefined ? text : `<${text}>`))).toEqual([
      "a: &x !t ",
      "<v>",
      " ",
      "<# c>",
      "\nb: [ # gone\n  ",
      "<*x>",
      "]\n... # gone too\n",
    ]);
  });
});

describe("encrypting and decrypting in place", () => {
  /** Where the encrypted text cannot say the tree; the caller falls back to the canonical layout. */
  const OTHER_PLACES = new Map([
    ["c0340", "the last comment is about the whole only because nothing follows it"],
    ["c0008", "the last comment is about the whole only because nothing follows it"],
  ]);
  const NOT_SPLICED = new Map([
    ["yaml/anchor-comment", "the copy of the alias holds comments"],
    ["yaml/doc-second-sops", "a reserved key, refused before"],
    ["yaml/err-sops-key", "a reserved key, refused before"],
  ]);

  test.each(SAMPLES)("%s", (name, text) => {
    const document = parse(text);
    const cipher = mapLeaves(document.branches, createCipher());
    const joined = yamlStore.joinMetadata(cipher, METADATA);
    const encrypted = textOf(yamlStore.render(document, joined, "encrypt"));
    if (NOT_SPLICED.has(name)) {
      return;
    }
    expect(encrypted).not.toBeNull();
    const reopened = parse(encrypted ?? "");
    const split = yamlStore.splitMetadata(reopened.branches);
    expect(split.metadata).toMatchObject({ items: [{ key: "version" }] });
    expect(equalTrees(split.branches, cipher, "layout")).toBe(!OTHER_PLACES.has(name));
    if (OTHER_PLACES.has(name)) {
      return;
    }
    const plain = decrypted(split.branches, document.branches);
    const restored = textOf(yamlStore.render(reopened, plain, "decrypt"));
    expect(restored).not.toBeNull();
    expect(equalTrees(parse(restored ?? "").branches, document.branches, "layout")).toBe(true);
  });

  test.each([
    ["a: x # c\n", `a: ENC2 #ENC1\n${BLOCK}`],
    ["a: 'x'\nb: \"y\"\n", `a: 'ENC1'\nb: "ENC2"\n${BLOCK}`],
    ["a: |+\n  x\n\nb: >\n  y\n  z\n", `a: |-\n  ENC1\nb: >-\n  ENC2\n${BLOCK}`],
    ["a: |2 # c\n    x", `a: |- #ENC1\n  ENC2\n${BLOCK}`],
    ["a: {b: x, c: 'y'}\n", `a: {b: "ENC1", c: 'ENC2'}\n${BLOCK}`],
    ["a: !t x\nb: !t [y]\n", `a: ENC1\nb: ["ENC2"]\n${BLOCK}`],
    ["%TAG !e! tag:e,2000:\n---\na: !e!t x\n", `---\na: ENC1\n${BLOCK}`],
    ["a: [ # gone\n  x]\n", `a: [\n  "ENC1"]\n${BLOCK}`],
    ["a: x\n... # gone\n", `a: ENC1\n${BLOCK}...\n`],
    ["a: x\n... \n\n# gone\n", `a: ENC1\n${BLOCK}... \n\n`],
    ["a: &x v\nb: *x\n", `a: &x ENC1\nb: ENC2\n${BLOCK}`],
    [
      "a: &x {k: v, l: [1]}\nb: {<<: *x}\n",
      `a: &x {k: "ENC1", l: ["ENC2"]}\nb: {<<: {k: "ENC3", l: ["ENC4"]}}\n${BLOCK}`,
    ],
    ["a: &x {k: ~}\nb: *x\n", `a: &x {k: ~}\nb: *x\n${BLOCK}`],
    ["a: &x k\n*x : v\n", `a: &x ENC1\nk : ENC2\n${BLOCK}`],
    ["!!str 1: v\n", `'1': ENC1\n${BLOCK}`],
    ["a: !!str\nb: !!null\n", `a: ''\nb:\n${BLOCK}`],
    ["a: x", `a: ENC1\n${BLOCK}`],
    ["a: x\r\n", `a: ENC1\r\n${BLOCK}`],
    ["a: 1\n---\nb: 2\n", `a: ENC1\n${BLOCK}---\nb: ENC2\n${BLOCK}`],
    ["---\n---\na: 1\n", `---\n${BLOCK}---\na: ENC1\n${BLOCK}`],
    ["a:\n- x\n# c\n", `a:\n- ENC1\n#ENC2\n\n${BLOCK}`],
  ])("%j", (text, expected) => {
    const actual = encryptText(text)?.replace(
      /ENC\[AES256_GCM,data:(\d+)\/\+==,type:x\]/g,
      "ENC$1",
    );
    expect(actual).toBe(expected);
  });

  test.each(["{a: x}\n", "  a: x\n", "null\n", "a: 1\n---\n~\n"])("not spliceable: %j", (text) => {
    expect(parse(text).isSpliceable).toBe(false);
    expect(encryptText(text)).toBeNull();
  });
});

describe("decrypting in place", () => {
  test.each([
    ["a: ENC[x]\n", "two words", "a: two words\n"],
    ["a: ENC[x]\n", "x: y", "a: 'x: y'\n"],
    ["a: ENC[x]\n", "true", "a: 'true'\n"],
    ["a: ENC[x]\n", "x\ny", 'a: "x\\ny"\n'],
    ["a: ENC[x]\n", "#!/bin/sh", "a: '#!/bin/sh'\n"],
    ["a: 'ENC[x]'\n", "it's", "a: 'it''s'\n"],
    ["a: 'ENC[x]'\n", "\t\u0007", 'a: "\\t\\a"\n'],
    ["a: |-\n  ENC[x]\n", "x\n", "a: |\n  x\n"],
    ["a: |-\n  ENC[x]\n", "x\n\n", "a: |+\n  x\n\n"],
    ["a: |-\n  ENC[x]\n", "  x", "a: |2-\n    x\n"],
    ["a: |-\n  ENC[x]\n", "\u0001", 'a: \n  "\\x01"\n'],
    ["a: >-\n  ENC[x]\n", "x y\nz\n", "a: >\n  x y\n\n  z\n"],
    ['a: ["ENC[x]"]\n', "x, y", 'a: ["x, y"]\n'],
    ["a: &anchor !tag ENC[x]\n", "v", "a: v\n"],
    ["%YAML 1.1\n---\na: ENC[x]\n", "v", "---\na: v\n"],
    ["a: [ # planted\n  ENC[x]]\n", "v", "a: [\n  v]\n"],
  ])("%j with %j", (text, value, expected) => {
    const decrypt = (leaf: ScalarValue): ScalarValue =>
      leaf.kind === "string" && leaf.value.startsWith("ENC") ? stringValue(value) : leaf;
    expect(
      render(
        text.replace("ENC[x]]", '"ENC[x]"]').replace('""ENC[x]""', '"ENC[x]"'),
        decrypt,
        "decrypt",
      ),
    ).toBe(expected.replace("  v]", '  "v"]'));
  });

  test.each<[string, ScalarValue, string]>([
    ["a: |-\n  ENC[x]\n", { kind: "int", value: 5n }, "a: \n  5\n"],
    ["a: 'ENC[x]'\n", { kind: "bool", value: true }, "a: true\n"],
    ['a: ["ENC[x]"]\n', { kind: "float", value: 3 }, "a: [3.0]\n"],
    ["a: ENC[x]\n", { kind: "float", value: -0 }, "a: -0.0\n"],
    ["a: ENC[x]\n", { kind: "float", value: 1e21 }, "a: 1e+21\n"],
  ])("%s with a $1.kind", (text, value, expected) => {
    expect(render(text, () => value, "decrypt")).toBe(expected);
  });

  test("an alias in the encrypted file never reaches the plain one", () => {
    const text = "a: &x {k: v, i: 1}\nb: *x\nc: {<<: *x}\nd: &e {}\nf: *e\n";
    expect(render(text, (leaf) => leaf, "decrypt")).toBe(
      "a: {k: v, i: 1}\nb: {k: v, i: 1}\nc: {<<: {k: v, i: 1}}\nd: {}\nf: {}\n",
    );
    expect(render(text, (leaf) => leaf, "keep")).toBe(text);
  });

  test("a comment cannot bring live text with it", () => {
    const document = parse("a: 1 #ENC[x]\n");
    for (const lineBreak of ["\n", "\r", "\u0085", "\u2028", "\u2029"]) {
      const branches = mapLeaves(document.branches, (leaf) =>
        leaf.kind === "comment" ? { ...leaf, text: ` x${lineBreak}admin: true` } : leaf,
      );
      expect(yamlStore.render(document, branches, "decrypt")).toBeNull();
    }
  });

  test.each([
    [`a: 1\n${BLOCK}`, "a: 1\n"],
    [`a: 1\n${BLOCK}b: 2\n`, "a: 1\nb: 2\n"],
    [`a: 1\n# c\n${BLOCK}---\nb: 1\n${BLOCK}`, "a: 1\n# c\n---\nb: 1\n"],
    [
      "a: 1\nsops:\n  # in\n  mac: x # c\n  age:\n  - enc: |\n      y\n\n  # end\nb: 2\n",
      "a: 1\nb: 2\n",
    ],
    ["sops: {x: &a {}, y: *a} # c\nb: 2\n", "b: 2\n"],
    ["a:\n- 1\n# c\n\nsops:\n  x: 1\n", "a:\n- 1\n# c\n"],
  ])("the metadata goes with all its lines: %j", (text, expected) => {
    const document = parse(text);
    const { branches } = yamlStore.splitMetadata(document.branches);
    expect(textOf(yamlStore.render(document, branches, "decrypt"))).toBe(expected);
  });
});

describe("edits within one side", () => {
  test("old metadata is replaced, everything else stays", () => {
    const document = parse("%YAML 1.1\n---\na: &x !t v\nsops: {old: 1}\nb: *x\n");
    const { branches } = yamlStore.splitMetadata(document.branches);
    const text = textOf(
      yamlStore.render(document, yamlStore.joinMetadata(branches, METADATA), "keep"),
    );
    expect(text).toBe(`%YAML 1.1\n---\na: &x !t v\nb: *x\n${BLOCK}`);
  });

  test("an alias whose target changes becomes its own copy", () => {
    let count = 0;
    const text = render(
      "a: &x 1\nb: *x\n",
      (leaf) => {
        count += 1;
        return count === 1 ? { kind: "int", value: 2n } : leaf;
      },
      "keep",
    );
    expect(text).toBe("a: &x 2\nb: 1\n");
  });

  test.each([
    ["a:\n", "a: v\n"],
    ["a: # c\n", "# c\na: v\n"],
    ["-a:\n", "-a: v\n"],
    ["a: [x: ]\n", "a: [x: v ]\n"],
    ["a: &x\n", "a: &x v\n"],
    ["? a\n", null],
    ["a: {b}\n", null],
  ])("a value for a null: %j", (text, expected) => {
    expect(render(text, () => stringValue("v"), "keep")).toBe(expected);
  });

  test.each(["encrypt", "decrypt"] as const)("another shape is refused to %s", (mode) => {
    const document = parse("a: 1\nb: [x]\n");
    for (const other of [
      "a: 1\n",
      "a: 1\nc: [x]\n",
      "a: 1\nb: [x, y]\n",
      "a: 1\nb: x\n",
      "a: [1]\nb: [x]\n",
    ]) {
      expect(yamlStore.render(document, parse(other).branches, mode)).toBeNull();
    }
    expect(yamlStore.render(document, [], mode)).toBeNull();
  });
});

describe("metadata", () => {
  test.each([
    ["a: 1\nsops: x\n", "Found sops entry that is not a mapping"],
    ["a: 1\nsops: [x]\n", "Found sops entry that is not a mapping"],
  ])("%j", (text, message) => {
    expect(() => yamlStore.splitMetadata(parse(text).branches)).toThrow(message);
  });

  test("later documents lose theirs unread", () => {
    const { metadata, branches } = yamlStore.splitMetadata(
      parse("a: 1\nsops: {v: 1}\n---\nsops: x\nb: 2\n").branches,
    );
    expect(metadata?.items).toHaveLength(1);
    expect(branches.map((branch) => branch.items.length)).toEqual([1, 1]);
  });

  test("an empty file has no document", () => {
    expect(() => yamlStore.parse(new Uint8Array())).toThrow(
      "File cannot be completely empty, it must contain at least one document",
    );
  });
});
