import { describe, expect, test } from "vitest";

import { equalTrees } from "../../../../src/document/compare.js";
import { alignPlaces } from "../../../../src/document/align.js";
import { setAt, unsetAt } from "../../../../src/document/tree-edit.js";
import type { TreeBranch, TreeValue } from "../../../../src/document/tree.js";
import type { TreePath } from "../../../../src/document/walk.js";
import type { SourceDocument } from "../../../../src/formats/store.js";
import { yamlStore } from "../../../../src/formats/yaml/store.js";
import { encodeText } from "../../../../src/support/text.js";

type Plain = string | number | null | readonly Plain[] | { readonly [key: string]: Plain };

function valueOf(plain: Plain): TreeValue {
  if (plain === null) {
    return { kind: "null" };
  }
  if (typeof plain === "string") {
    return { kind: "string", value: plain };
  }
  if (typeof plain === "number") {
    return { kind: "int", value: BigInt(plain) };
  }
  if (isList(plain)) {
    return { kind: "list", items: plain.map(valueOf) };
  }
  const items = Object.entries(plain).map(
    ([key, value]) => ({ kind: "pair", key, value: valueOf(value) }) as const,
  );
  return { kind: "map", items };
}

function isList(plain: Plain): plain is readonly Plain[] {
  return Array.isArray(plain);
}

function parse(text: string): SourceDocument {
  return yamlStore.parse(encodeText(text));
}

/** The changed text, which must say the changed tree. */
function change(
  text: string,
  edit: (branches: readonly TreeBranch[]) => TreeBranch[],
): string | null {
  const document = parse(text);
  const branches = edit(document.branches);
  const pieces = yamlStore.render(document, branches, "keep");
  if (pieces === null) {
    return null;
  }
  const changed = pieces.map((piece) => piece.text).join("");
  expect(equalTrees(parse(changed).branches, branches, "layout")).toBe(true);
  return changed;
}

describe("an entry that goes takes its lines along, and nothing else", () => {
  test.each<[before: string, path: TreePath, after: string]>([
    ["a: 1\nb: 2\nc: 3\n", ["b"], "a: 1\nc: 3\n"],
    ["a: 1\nb: 2\n", ["a"], "b: 2\n"],
    ["a: 1\nb: 2\n", ["b"], "a: 1\n"],
    ["a: 1\nb: 2", ["b"], "a: 1"],
    ["a: |\n  x\nb: 2", ["b"], "a: |\n  x\n"],
    ["a: 1\r\nb:\r\n  c: 1\r\nd: 2\r\n", ["b"], "a: 1\r\nd: 2\r\n"],
    ["\ufeffa: 1\nb: 2\n", ["a"], "\ufeffb: 2\n"],
    ["a: 1\n\n\nb: 2\n\n\nc: 3\n", ["b"], "a: 1\n\n\n\n\nc: 3\n"],
    ["a: 1\n# about b\nb: 2 # in\nc: 3\n", ["b"], "a: 1\n# about b\n# in\nc: 3\n"],
    ["x:\n  a: 1\n  # about b\n  b: 2\ny: 3\n", ["x", "b"], "x:\n  a: 1\n  # about b\ny: 3\n"],
    ["x:\n- a\n# about b\n- b\ny: 3\n", ["x", 1], "x:\n- a\n# about b\n\ny: 3\n"],
    ["a:\n  x: 1\n  # in a\nb: 2\n", ["a"], "b: 2\n"],
    ["a: |\n  t\n\nb: |+\n  x\n\nc: 2\n", ["b"], "a: |\n  t\n\nc: 2\n"],
    ["a: |+\n  t\n\nb: 1\n\nc: 2\n", ["b"], "a: |+\n  t\n\nc: 2\n"],
    ["a: 'x\n\n  y'\nb: 1\n", ["a"], "b: 1\n"],
    ["? a\n: 1\n? b\n: 2\n", ["a"], "? b\n: 2\n"],
    ["a: 1\nb: 2\n...\n", ["b"], "a: 1\n...\n"],
    ["a: 1\nb: 2\n---\nc: 1\n", ["b"], "a: 1\n---\nc: 1\n"],
    ["l:\n  - a\n  - b\n  - c\n", ["l", 1], "l:\n  - a\n  - c\n"],
    ["l:\n- a: 1\n  b: 2\n- c: 3\n", ["l", 0], "l:\n- c: 3\n"],
    ["l:\n- a: 1\n  b: 2\n- c: 3\n", ["l", 0, "a"], "l:\n- b: 2\n- c: 3\n"],
    ["l:\n- a: 1\n  b: 2\n- c: 3\n", ["l", 0, "b"], "l:\n- a: 1\n- c: 3\n"],
    ["l:\n- a: 1 # i\n  b: 2\n", ["l", 0, "a"], "l:\n- # i\n  b: 2\n"],
    ["l:\n- a: 1\n  # about\n  b: 2\n", ["l", 0, "a"], "l:\n- # about\n  b: 2\n"],
    ["l:\n- - x\n  - y\n", ["l", 0, 0], "l:\n- - y\n"],
    ["a: [x, y, z]\n", ["a", 0], "a: [y, z]\n"],
    ["a: [x, y, z]\n", ["a", 1], "a: [x, z]\n"],
    ["a: [x, y, z]\n", ["a", 2], "a: [x, y]\n"],
    ["a: {x: 1, y: 2}\n", ["a", "x"], "a: {y: 2}\n"],
    ["a: [\n  x,\n  y,\n]\n", ["a", 0], "a: [\n  y,\n]\n"],
    ["a: [\n  x,\n  y,\n]\n", ["a", 1], "a: [\n  x,\n]\n"],
    ["a: [\n  x,\n  y, # gone\n  z]\n", ["a", 1], "a: [\n  x,\n   # gone\n  z]\n"],
    ["a: &x\n  k: 1\nb: *x\nc: 1\n", ["b"], "a: &x\n  k: 1\nc: 1\n"],
  ])("%j without %j", (before, path, after) => {
    expect(change(before, (branches) => unsetAt(branches, path))).toBe(after);
  });

  test.each<[before: string, path: TreePath, after: string]>([
    ["a:\n  x: 1\nb: 2\n", ["a", "x"], "a: {}\nb: 2\n"],
    ["a:\n- x\nb: 2\n", ["a", 0], "a: []\nb: 2\n"],
    ["a: &n\n  x: 1\n", ["a", "x"], "a: &n {}\n"],
    ["a:\n  # c\n  x: 1 # d\nb: 2\n", ["a", "x"], "a:\n  # c\n  # d\n  {}\nb: 2\n"],
    ["a: # c\n- x\nb: 2\n", ["a", 0], "a: # c\n  []\nb: 2\n"],
    ["l:\n- a: 1\n- b\n", ["l", 0, "a"], "l:\n- {}\n- b\n"],
    ["l:\n- - x\n", ["l", 0, 0], "l:\n- []\n"],
    ["a: [ x ]\n", ["a", 0], "a: []\n"],
    ["a: {\n  x: 1\n}\n", ["a", "x"], "a: {}\n"],
  ])("the last one of a collection: %j without %j", (before, path, after) => {
    expect(change(before, (branches) => unsetAt(branches, path))).toBe(after);
  });
});

describe("an entry that comes looks like its siblings", () => {
  test.each<[before: string, path: TreePath, value: Plain, after: string]>([
    ["a: 1\n", ["b"], "new", "a: 1\nb: new\n"],
    ["a: 1", ["b"], "new", "a: 1\nb: new"],
    ["a: 1", ["b"], "x\ny\n", "a: 1\nb: |\n  x\n  y\n"],
    ["a: |\n  x", ["b"], "new", "a: |-\n  x\nb: new"],
    ["a: 1\r\n", ["b"], "x\ny", "a: 1\r\nb: |-\r\n  x\r\n  y\r\n"],
    ["a:\n  x: 1\n# about b\nb: 2\n", ["a", "z"], "new", "a:\n  x: 1\n  z: new\n# about b\nb: 2\n"],
    ["a:\n  x: 1 # i\n\nb: 2\n", ["a", "z"], 5, "a:\n  x: 1 # i\n  z: 5\n\nb: 2\n"],
    ["a:\n  x: 1\n  # foot\n\nb: 2\n", ["a", "z"], 5, "a:\n  x: 1\n  # foot\n  z: 5\n\nb: 2\n"],
    ["a: 1\n# end\n", ["b"], 5, "a: 1\n# end\nb: 5\n"],
    ["a: 1\n...\n", ["b"], 5, "a: 1\nb: 5\n...\n"],
    ["a: 1\n---\nb: 2\n", ["c"], 5, "a: 1\nc: 5\n---\nb: 2\n"],
    ["a: 1\n", ["b"], "true", "a: 1\nb: 'true'\n"],
    ['a: "x"\n', ["b"], "true", 'a: "x"\nb: "true"\n'],
    ["a:\n- x\nb: 2\n", ["a", 9], "new", "a:\n- x\n- new\nb: 2\n"],
    ["a:\n  - x\nb: 2\n", ["a", 9], "new", "a:\n  - x\n  - new\nb: 2\n"],
    ["a:\n- x\nb: 2\n", ["c"], [1, [2]], "a:\n- x\nb: 2\nc:\n- 1\n- - 2\n"],
    ["a:\n- x: 1\n", ["a", 9], { p: 1, q: [2] }, "a:\n- x: 1\n- p: 1\n  q:\n  - 2\n"],
    [
      "a:\n   x: 1\n",
      ["b"],
      { p: { q: 1, r: ["s", { t: "u", v: {} }] } },
      "a:\n   x: 1\nb:\n   p:\n      q: 1\n      r:\n         - s\n         - t: u\n           v: {}\n",
    ],
    [
      "a:\n    b:\n        c: 1\n",
      ["a", "d"],
      { e: 1 },
      "a:\n    b:\n        c: 1\n    d:\n        e: 1\n",
    ],
    ["a: {}\nb: 1\n", ["a", "k"], "new", "a:\n  k: new\nb: 1\n"],
    ["a: []\n", ["a", 0], "new", "a:\n  - new\n"],
    ["a:\nb: 1\n", ["a", "k"], "new", "a:\n  k: new\nb: 1\n"],
    ["a: ~ # c\nb: 1\n", ["a", "k"], "new", "a: # c\n  k: new\nb: 1\n"],
    ["a: [x]\n", ["a", 9], "n, m", 'a: [x, "n, m"]\n'],
    ["a: { x: 1 }\n", ["a", "z"], { q: [1] }, "a: { x: 1, z: {q: [1]} }\n"],
    ["a: [\n  x,\n  y\n]\n", ["a", 9], "z", "a: [\n  x,\n  y,\n  z\n]\n"],
    ["a: [\n  x,\n]\n", ["a", 9], "z", "a: [\n  x,\n  z,\n]\n"],
    ["a: [[]]\n", ["a", 0, 0], "z", "a: [[z]]\n"],
    ["---\n# only\n", ["a"], 1, "---\n# only\na: 1\n"],
  ])("%j with %j", (before, path, value, after) => {
    expect(change(before, (branches) => setAt(branches, path, valueOf(value)))).toBe(after);
  });

  test.each<[before: string, path: TreePath, value: Plain, after: string]>([
    ["a: 1 # c\nb: 1\n", ["a"], { x: 1 }, "a: # c\n  x: 1\nb: 1\n"],
    ["a: # c\n  x: 1\nb: 1\n", ["a"], 5, "# c\na: 5\nb: 1\n"],
    ["a:\n  x: 1\n  # in\nb: 1\n", ["a"], ["z"], "a:\n  - z\nb: 1\n"],
    ["a:\n- 1 # c\n- 2\n", ["a", 0], { x: 1, z: 2 }, "a:\n# c\n- x: 1\n  z: 2\n- 2\n"],
    ["a:\n- x: 1\n- 2\n", ["a", 0], "s", "a:\n- s\n- 2\n"],
    ["a: |\n  x\nb: 1\n", ["a"], 5, "a: 5\nb: 1\n"],
    ["a: | # c\n  x\nb: 1\n", ["a"], 5, "a: 5 # c\nb: 1\n"],
    ["a: !t x\n", ["a"], 5, "a: 5\n"],
    ["a: [x, {y: 1}]\n", ["a", 1], 5, "a: [x, 5]\n"],
    ["a: [x: 1]\n", ["a", 0, "z"], 5, "a: [{x: 1, z: 5}]\n"],
    ["? a\n: 1\n", ["a"], { x: 1 }, "? a\n:\n  x: 1\n"],
    ["a: &x {k: 1}\nb: *x\n", ["b", "k"], 2, "a: &x {k: 1}\nb: {k: 2}\n"],
    ["a: &x {k: 1}\nb: *x\n", ["b", "z"], 2, "a: &x {k: 1}\nb:\n  k: 1\n  z: 2\n"],
    ["a: &x {k: 1}\nb: *x\n", ["a", "z"], 2, "a: &x {k: 1, z: 2}\nb: {k: 1}\n"],
    ["a: &e {}\nb: *e\n", ["a", "x"], 1, "a:\n  x: 1\nb: {}\n"],
    [
      "a: &x\n  # c\n  k: 1\nb:\n  <<: *x\n  z: 1\n",
      ["a", "k"],
      2,
      "a: &x\n  # c\n  k: 2\nb:\n  <<:\n    # c\n    k: 1\n  z: 1\n",
    ],
  ])("a value of another kind, or an alias's: %j with %j", (before, path, value, after) => {
    expect(change(before, (branches) => setAt(branches, path, valueOf(value)))).toBe(after);
  });
});

test.each([
  ["an anchor goes, its alias stays", "a: &x {k: 1}\nb: *x\n", "b: {k: 1}\n"],
  ["an anchor without anything in it", "a: &e {}\nb: *e\n", "b: {}\n"],
])("%s", (_, before, after) => {
  expect(change(before, (branches) => unsetAt(branches, ["a"]))).toBe(after);
});

describe("a text that was edited as a whole", () => {
  test.each<[name: string, before: string, fresh: string, after: string]>([
    [
      "comments come and go",
      "a:   1\n# old\nb:   2 # i\n",
      "# new\na: 1\nb: 2 # i\n# end\n",
      "# new\na:   1\nb:   2 # i\n# end\n",
    ],
    [
      "a comment at the end of a line",
      "a:   1\nb:   2\n",
      "a: 1 # c\nb: 2\n",
      "a:   1 # c\nb:   2\n",
    ],
    ["entries in the middle", "a:   1\nb:   2\n", "a: 1\nc: 3\nb: 2\n", "a:   1\nc: 3\nb:   2\n"],
    ["entries in front", "x:\n  a:   1\n", "x:\n  c: 3\n  a: 1\n", "x:\n  c: 3\n  a:   1\n"],
    ["another order", "a:   1\nb:   2\nc:   3\n", "c: 3\na: 1\nb: 2\n", "c: 3\na:   1\nb:   2\n"],
    [
      "in front of a compact map",
      "l:\n- a:   1\n  b:   2\n",
      "l:\n- c: 3\n  a: 1\n  b: 2\n",
      "l:\n- c: 3\n  a:   1\n  b:   2\n",
    ],
    ["in front in flow style", "l: [ a,  b ]\n", "l: [c, a, b]\n", "l: [ c, a,  b ]\n"],
    [
      "several at once",
      "a:\n    x:   1\n    y:   2\nb: [1,  2]\n",
      "a:\n    y: 2\n    z: {}\nb: [2]\nc: []\n",
      "a:\n    y:   2\n    z: {}\nb: [2]\nc: []\n",
    ],
  ])("%s", (_, before, fresh, after) => {
    expect(change(before, (old) => alignPlaces(parse(fresh).branches, old))).toBe(after);
  });
});

test("new entries stand before the metadata, which is written anew", () => {
  const document = parse("a: ENC[1]\n# about the end\nsops:\n    version: 3.1.0\n");
  const { branches } = yamlStore.splitMetadata(document.branches);
  const changed = setAt(unsetAt(branches, ["a"]), ["b"], valueOf({ c: ["ENC[2]"] }));
  const joined = yamlStore.joinMetadata(changed, { kind: "map", items: [] });
  const pieces = yamlStore.render(document, joined, "keep");
  expect(pieces?.map((piece) => piece.text).join("")).toBe(
    "# about the end\nb:\n    c:\n        - ENC[2]\nsops: {}\n",
  );
});

describe("what is refused", () => {
  test.each<[name: string, before: string, path: TreePath, value: Plain]>([
    ["a comment behind the end of the document", "a: 1\n...\n# t\n", ["b"], 1],
    ["a merge of what cannot be merged", "a: &x {k: 1}\nb:\n  <<: *x\n", ["b", "<<"], "x"],
    ["a key in flow style without a value", "a: {b}\n", ["a", "b"], [1]],
  ])("%s", (_, before, path, value) => {
    expect(change(before, (branches) => setAt(branches, path, valueOf(value)))).toBeNull();
  });

  test("another number of documents", () => {
    const document = parse("a: 1\n---\nb: 2\n");
    expect(yamlStore.render(document, document.branches.slice(1), "keep")).toBeNull();
  });
});
