import { describe, expect, test } from "vitest";

import { applyHints, computeHints } from "../../../../src/document/layout.js";
import type { MapValue, TreeBranch } from "../../../../src/document/tree.js";
import { mapOf, stringValue } from "../../../../src/document/tree.js";
import { iniStore } from "../../../../src/formats/ini/store.js";
import type { RenderMode, SourceDocument } from "../../../../src/formats/store.js";
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
const SECTION = "[sops]\nage__list_0__map_enc = a\\nb\nversion              = 3.13.2\n";
/** How sealed leaves look: see `sealLeaf`. */
const [V, C] = ["ENC[type:string]", "ENC[type:comment]"];

function parse(text: string): SourceDocument {
  return iniStore.parse(encodeText(text));
}

function rootOf(document: SourceDocument): TreeBranch {
  return document.branches[0] ?? mapOf([]);
}

function seal(document: SourceDocument, metadata: MapValue = METADATA): string {
  const joined = iniStore.joinMetadata([mapLeaves(rootOf(document), sealLeaf)], metadata);
  return joinPieces(iniStore.render(document, joined, "encrypt"));
}

function unseal(text: string, plain: TreeBranch): string {
  const document = parse(text);
  const { branches } = iniStore.splitMetadata(document.branches);
  const opened = withLeavesOf(branches[0] ?? mapOf([]), plain);
  return joinPieces(iniStore.render(document, [opened], "decrypt"));
}

function changeValues(text: string, value: string, mode: RenderMode): string | null {
  const document = parse(text);
  const branch = mapLeaves(rootOf(document), (leaf) =>
    leaf.kind === "string" ? { ...leaf, value } : leaf,
  );
  const pieces = iniStore.render(document, [branch], mode);
  return pieces === null ? null : joinPieces(pieces);
}

describe("the encrypted file looks like the plain one and leads back to it", () => {
  test.each([
    ["", SECTION],
    ["\ufeff", `\ufeff${SECTION}`],
    ["a=1", `a=${V}\n${SECTION}`],
    ["a=1\r", `a=${V}\r\n${SECTION}`],
    ["\n\n a : 1\n\n", `\n\n a : ${V}\n\n\n${SECTION}`],
    ["[s]\r\na = 1\r\n", `[s]\r\na = ${V}\r\n\n${SECTION}`],
    [
      'a = \'x\'\nb="y"\nc = `z`\nd = """w"""\ne = `m\nn`\n',
      `a = '${V}'\nb="${V}"\nc = \`${V}\`\nd = """${V}"""\ne = \`${V}\`\n\n${SECTION}`,
    ],
    [";;; c\n#x\n k = v\n", `;;; ${C}\n k = ${V}\n\n${SECTION}`],
    ["[s]\nk = v;d\n", `[s]\nk = ${V};${C}\n\n${SECTION}`],
    ["- = a\n`#2` = b\n", `- = ${V}\n\`#2\` = ${V}\n\n${SECTION}`],
  ])("%j", (plain, sealed) => {
    const document = parse(plain);
    expect(seal(document)).toBe(sealed);
    expect(unseal(sealed, rootOf(document))).toBe(plain);
  });

  test("a comment behind a header moves above it: the ] of a ciphertext would end the name", () => {
    const document = parse("a = 1\n [s] ; c\r\n[t]#d");
    expect(seal(document)).toBe(`a = ${V}\n; ${C}\r\n [s]\r\n; ${C}\n[t]\n${SECTION}`);
    expect(unseal(seal(document), rootOf(document))).toBe("a = 1\n; c\r\n [s]\r\n; d\n[t]");
  });

  test("a scattered comment becomes one, above the key", () => {
    const document = parse("; above\na = 1 ; inline\n");
    expect(seal(document)).toBe(`; ${C}\na = ${V}\n\n${SECTION}`);
    expect(unseal(seal(document), rootOf(document))).toBe("; above\n; inline\na = 1\n");
  });

  test("a clear scattered comment stays where it is", () => {
    expect(changeValues("; above\na = 1 ; inline\n", "x", "encrypt")).toBe(
      "; above\na = x ; inline\n",
    );
  });
});

describe("what reading drops does not outlive encrypting or decrypting", () => {
  test.each([
    ["duplicate", "; s3cret\nk = s3cret ; s3cret\n; c\nk = v\n", "; c\nk = x\n"],
    ["duplicate over lines", 'k = """s3cret\ns3cret"""\nk = v', "k = x"],
    ["behind a quote", 'k = """v""" s3cret ; s3cret\n', 'k = """x"""\n'],
    ["behind lines", "k = `v\nw` s3cret ; c\n", "k = x ; c\n"],
    ["behind a section", "[s] s3cret ; c\n[t] s3cret\r\n", "[s] ; c\n[t]\r\n"],
    ["behind a key", '"k" s3cret = v\n', '"k" = x\n'],
    ["end of the file", "k = v\n\n; s3cret\n # s3cret", "k = x\n\n"],
    ["comments only", "; s3cret\n", ""],
  ])("%s", (_name, text, expected) => {
    expect(changeValues(text, "x", "encrypt")).toBe(expected);
    expect(changeValues(text, "x", "decrypt")).toBe(expected);
  });

  test("keeping keeps it, except behind a value that changes", () => {
    const text = '[s] junk\n"k" junk = """v""" junk\n; end\n';
    expect(changeValues(text, "v", "keep")).toBe(text);
    expect(changeValues(text, "x", "keep")).toBe('[s] junk\n"k" junk = """x"""\n; end\n');
  });

  test.each(["a = 1\nb = 2\na = 3\n", "- = 1\n`#1` = 2\n- = 3\n"])(
    "a duplicate that would move a key cannot be spliced: %j",
    (text) => {
      expect(changeValues(text, "x", "encrypt")).toBeNull();
      expect(changeValues(text, "x", "keep")).not.toBeNull();
    },
  );
});

describe("a new value takes the old style, or one that can say it", () => {
  test.each<[string, string, string | null]>([
    ["k = v\n", "a b", "k = a b\n"],
    ["k = v\n", "a;b", "k = `a;b`\n"],
    ["k = v\n", " a", 'k = " a"\n'],
    ["k = v\n", "a\nb", 'k = """a\nb"""\n'],
    ["k = v\n", "a\\", "k = `a\\`\n"],
    ["k = v\n", "'a'", "k = `'a'`\n"],
    ["k = 'v'\n", "it's", "k = it's\n"],
    ['k = "v"\n', "", 'k = ""\n'],
    ["k =\r\n", "v", "k =v\r\n"],
    ["k = \n", "v", "k = v\n"],
    ["k = a \\\n  b\nl = c\n", "v", "k = v\nl = v\n"],
    ["k = v ; c\n", "a`b", "k = a`b ; c\n"],
    ["k = v ; c\n", "a#b", "; c\nk = `a#b`\n"],
    ["k = v ; c\n", "a\nb", 'k = """a\nb""" ; c\n'],
    ["k = v\n", 'a`\n"""\nb', null],
  ])("%j with %j", (text, value, expected) => {
    expect(changeValues(text, value, "keep")).toBe(expected);
  });

  test.each<[string, string, string | null]>([
    ["#c\n[s]\n", "x", "#x\n[s]\n"],
    ["#c\n[s]\n", "# x", "; # x\n[s]\n"],
    ["; c\n[s]\n", " x", null],
    ["; c\n[s]\n", "a\n; b", "; a\n; b\n[s]\n"],
    ["; c\n[s]\n", "a\nb", null],
    ["; c\n[s]\n", "a\rb = 1", null],
    ["; c\n[s]\n", "a\u2028b", null],
    ["; c\r\n[s]\r\n", "a\r\n;b", "; a\r\n;b\r\n[s]\r\n"],
    ["[s] ; c\n", "a\n; b", "; a\n; b\n[s]\n"],
    ["[s] ; c\n", "a]", "; a]\n[s]\n"],
    ["[s]# c\n", "a\nb", null],
    ["[s]# c\n", "a\\", "; a\\\n[s]\n"],
    ["k = v ; c\n", "a\\", null],
    ["k = v ; c\n", "a]", "k = v ; a]\n"],
    ["[s] ; c\n", "", "[s] ; \n"],
  ])("comment of %j with %j", (text, comment, expected) => {
    const document = parse(text);
    const branch = mapLeaves(rootOf(document), (leaf) =>
      leaf.kind === "comment" ? { ...leaf, text: comment } : leaf,
    );
    const pieces = iniStore.render(document, [branch], "decrypt");
    expect(pieces === null ? null : joinPieces(pieces)).toBe(expected);
  });
});

describe("the metadata section", () => {
  const removed = (text: string): string => {
    const document = parse(text);
    const { branches } = iniStore.splitMetadata(document.branches);
    return joinPieces(iniStore.render(document, branches, "keep"));
  };

  test.each([
    ["[s]\na = 1\n\n[sops]\nversion = 1\n", "[s]\na = 1\n"],
    ["[s]\na = 1\r\n\r\n[sops]\r\nversion = 1\r\n\r\n", "[s]\na = 1\r\n"],
    ["a = 1\n[sops]\nversion = 1", "a = 1"],
    ["a = 1\n\n; c\n[sops] ; d\n; e\nversion = 1 ; f\n\n\n", "a = 1\n"],
    ["[sops]\nversion = 1\n\n[s]\na = 1\n", "[s]\na = 1\n"],
    ["[sops]\n[s]\na = 1\n", "[s]\na = 1\n"],
    ["a = 1\n[sops]\nversion = 1\n[s]\nb = 2\n", "a = 1\n[s]\nb = 2\n"],
    ["a = 1\n\n[sops]\nversion = 1\n\n; c\n[s]\nb = 2\n", "a = 1\n\n; c\n[s]\nb = 2\n"],
    ["\n[sops]\n", ""],
    ["\n\n[sops]\n", "\n"],
  ])("removed from %j", (text, expected) => {
    expect(removed(text)).toBe(expected);
  });

  test("it stays in place, or is written anew at the end", () => {
    const text = "[sops]\nversion = 1\n\n[s]\na = 1\n";
    const document = parse(text);
    const kept = iniStore.render(document, document.branches, "keep");
    expect(joinPieces(kept)).toBe(text);
    const { branches } = iniStore.splitMetadata(document.branches);
    const joined = iniStore.joinMetadata(branches, METADATA);
    expect(joinPieces(iniStore.render(document, joined, "keep"))).toBe(`[s]\na = 1\n\n${SECTION}`);
  });

  test.each(["a = x\\", "[s]\na = x\\ \t"])(
    "a last line that goes on does not swallow it: %j",
    (text) => {
      const document = parse(text);
      const joined = iniStore.joinMetadata(document.branches, METADATA);
      const whole = joinPieces(iniStore.render(document, joined, "encrypt"));
      const { metadata, branches } = iniStore.splitMetadata(parse(whole).branches);
      expect(metadata).not.toBeNull();
      expect(leavesOf(branches[0] ?? mapOf([]))).toHaveLength(1);
    },
  );
});

describe("pieces", () => {
  test("alternate and hold the tree's own leaves", () => {
    const document = parse("; c\n[s]\na=\nb='x' ; d\n");
    const pieces = iniStore.segment(document);
    expect(pieces.map(({ text, leaf }) => [text, leaf?.kind])).toEqual([
      ["; ", undefined],
      ["c", "comment"],
      ["\n[s]\na=", undefined],
      ["", "string"],
      ["\nb=", undefined],
      ["'x'", "string"],
      [" ; ", undefined],
      ["d", "comment"],
      ["\n", undefined],
    ]);
    const leaves = new Set(pieces.map(({ leaf }) => leaf));
    expect(leavesOf(rootOf(document)).every((leaf) => leaves.has(leaf))).toBe(true);
  });

  test("another shape is not spliced", () => {
    const document = parse("[s]\na = 1\nb = 2\n");
    const shapes = [
      parse("[s]\na = 1\n"),
      parse("[s]\na = 1\nc = 2\n"),
      parse("[t]\na = 1\nb = 2\n"),
      parse("[s]\na = 1\n;c\nb = 2\n"),
      parse("[s]\na = 1\nb = 2\n[t]\n"),
    ];
    for (const { branches } of shapes) {
      expect(iniStore.render(document, branches, "encrypt")).toBeNull();
    }
    expect(iniStore.render(document, [], "encrypt")).toBeNull();
  });
});

describe("vectors", () => {
  const cases = vectorCases("ini").filter(({ files }) => files.has("encrypted.ini"));
  test.each(cases.map(({ name, files }) => ({ name, files })))("$name", ({ files }) => {
    for (const file of ["plain.ini", "encrypted.ini"]) {
      const source = files.get(file) ?? new Uint8Array();
      const document = iniStore.parse(source);
      expect(joinPieces(iniStore.segment(document))).toBe(document.text);
      const kept = iniStore.render(document, document.branches, "keep");
      expect(Buffer.from(encodeText(joinPieces(kept)))).toEqual(Buffer.from(source));
    }
  });

  const plains = vectorCases("ini").filter(({ result }) => result.encrypt?.exit === 0);
  test.each(plains.map(({ name, files }) => ({ name, files })))("$name comes back", ({ files }) => {
    const document = iniStore.parse(files.get("plain.ini") ?? new Uint8Array());
    const encrypted = parse(seal(document));
    const { branches } = iniStore.splitMetadata(encrypted.branches);
    const opened = [withLeavesOf(branches[0] ?? mapOf([]), rootOf(document))];
    const rendered = iniStore.render(encrypted, opened, "decrypt") ?? [];
    const hints = computeHints(iniStore.segment(document), rendered, document.branches);
    expect(hints).not.toBeNull();
    expect(hints === null ? "" : applyHints(rendered, opened, hints)).toBe(document.text);
  });
});
