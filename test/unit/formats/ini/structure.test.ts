import { describe, expect, test } from "vitest";

import { equalTrees } from "../../../../src/document/compare.js";
import { setAt, unsetAt } from "../../../../src/document/tree-edit.js";
import type { MapItem, MapValue, TreeBranch, TreeValue } from "../../../../src/document/tree.js";
import { mapOf, stringValue } from "../../../../src/document/tree.js";
import { iniStore } from "../../../../src/formats/ini/store.js";
import type { SourceDocument } from "../../../../src/formats/store.js";
import { encodeText } from "../../../../src/support/text.js";
import { joinPieces } from "../../../support/leaves.js";

const METADATA = mapOf([["mac", stringValue("ENC[m]")]]);
const SECTION = "[sops]\nmac = ENC[m]\n";

type Edit = (branches: readonly TreeBranch[]) => readonly TreeBranch[];

function parse(text: string): SourceDocument {
  return iniStore.parse(encodeText(text));
}

function change(text: string, edit: Edit): string | null {
  const document = parse(text);
  const changed = edit(document.branches);
  const pieces = iniStore.render(document, changed, "keep");
  if (pieces === null) return null;
  const rendered = joinPieces(pieces);
  expect(equalTrees(parse(rendered).branches, changed, "layout")).toBe(true);
  return rendered;
}

/** Edits the items of one section. */
function inSection(name: string, edit: (items: readonly MapItem[]) => MapItem[]): Edit {
  return (branches) =>
    branches.map((branch) => ({
      ...branch,
      items: branch.items.map((item) =>
        item.kind === "pair" && item.key === name && item.value.kind === "map"
          ? { ...item, value: { ...item.value, items: edit(item.value.items) } }
          : item,
      ),
    }));
}

function texts(entries: Record<string, string>): MapValue {
  return mapOf(Object.entries(entries).map(([key, value]) => [key, stringValue(value)]));
}

const pairOf = (key: string, value: TreeValue): MapItem => ({ kind: "pair", key, value });
const commentOf = (text: string): MapItem => ({ kind: "comment", text, inline: false });

describe("a key leaves with its line", () => {
  test.each<[string, string[], string | null]>([
    ["[s]\na = 1\n\nb = 2\n", ["s", "a"], "[s]\n\nb = 2\n"],
    ["[s]\na = 1\n\nb = 2\n", ["s", "b"], "[s]\na = 1\n\n"],
    ["[s]\r\na = 1\r\nb = 2", ["s", "b"], "[s]\r\na = 1"],
    ["[s]\na = 1\n", ["s", "a"], "[s]\n"],
    ["a = 1", ["DEFAULT", "a"], ""],
    ['[s]\na = """x\ny"""\nb = v \\\n  w\nc = 3\n', ["s", "a"], "[s]\nb = v \\\n  w\nc = 3\n"],
    ['[s]\na = """x\ny"""\nb = v \\\n  w\nc = 3\n', ["s", "b"], '[s]\na = """x\ny"""\nc = 3\n'],
    // An older line with the key would come to life.
    ["[s]\n; x\na = 1\nb = 2\na = 3\n", ["s", "a"], "[s]\nb = 2\n"],
    ["[s]\na = 1\n- = 2\n- = 3\n", ["s", "#2"], "[s]\na = 1\n- = 2\n"],
    ["[s]\na = 1\n- = 2\n- = 3\n", ["s", "#1"], null],
  ])("%j without %j", (text, path, expected) => {
    expect(change(text, (branches) => unsetAt(branches, path))).toBe(expected);
  });

  test.each<[string, string[], string | null]>([
    ["[s]\na = 1\n; c\nb = 2\nc = 3\n", ["s", "b"], "[s]\n; c\na = 1\nc = 3\n"],
    ["[s]\na = 1\nb = 2 # c\n", ["s", "b"], "[s]\n# c\na = 1\n"],
    ["[s]\n# c\n# d\na = 1\nb = 2\n", ["s", "a"], "# c\n# d\n[s]\nb = 2\n"],
    ["[s]\n; b\na = 1\n; c\nb = 2\n", ["s", "b"], null],
    ["; c\na = 1\nb = 2\n", ["DEFAULT", "a"], null],
  ])("its comment goes where the tree says: %j without %j", (text, path, expected) => {
    expect(change(text, (branches) => unsetAt(branches, path))).toBe(expected);
  });

  test.each<[string, string]>([
    ["[s]\na = 1\n; c\n; d\nb = 2 ; e\nc = 3\n", "[s]\na = 1\nc = 3\n"],
    ["[s]\na = 1\nb = 2 ; e\n", "[s]\na = 1\n"],
  ])("a comment that goes too takes its lines along: %j", (text, expected) => {
    const edit = inSection("s", (items) => items.toSpliced(1, 2));
    expect(change(text, edit)).toBe(expected);
  });

  test.each<[string, string]>([
    ["[s]\n; c\na = 1 ; d\nb = 2\n", "[s]\na = 1\nb = 2\n"],
    ["[s]\na = `1\n2` junk ; d\r\n", "[s]\na = `1\n2` junk\r\n"],
    ["[s]\na = 1\\ ; d\n", "[s]\na = `1\\`\n"],
    ["[s] ; h\na = 1\n", "[s]\na = 1\n"],
    ["; h\n[s]\na = 1\n", "[s]\na = 1\n"],
  ])("a comment that goes alone: %j", (text, expected) => {
    const edit = inSection("s", (items) => items.filter(({ kind }) => kind === "pair"));
    expect(change(text, edit)).toBe(expected);
  });
});

describe("a new key stands as the others of its section do", () => {
  test.each<[string, string, string]>([
    ["[s]\na = 1\n", "v", "[s]\na = 1\nnew = v\n"],
    ["[s]\na=1", "v", "[s]\na=1\nnew=v"],
    [
      "[s]\r\n\ta : '1'\r\n\r\n; c\r\n[t]\r\n",
      "v",
      "[s]\r\n\ta : '1'\r\n\tnew : 'v'\r\n\r\n; c\r\n[t]\r\n",
    ],
    ["[s]\na     = 1\nbcdef = 2\n", "v", "[s]\na     = 1\nbcdef = 2\nnew   = v\n"],
    ["[s]\na  = 1\nbc = 2\n", "v", "[s]\na  = 1\nbc = 2\nnew = v\n"],
    ["[s]\na  =1\nbc =2\n", "v", "[s]\na  =1\nbc =2\nnew =v\n"],
    ["[s]\na = 1 ; c\n; d\n", "v", "[s]\na = 1 ; c\nnew = v\n; d\n"],
    ["[s]\na = 1\n", "x;y", "[s]\na = 1\nnew = `x;y`\n"],
    ["[s]\na = 1\nb =\n", "x", "[s]\na = 1\nb =\nnew = x\n"],
    ["[s]\na=\n", "x", "[s]\na=\nnew=x\n"],
    ["[s]\na = x\\", "v", "[s]\na = x\\\n\nnew = v"],
    ["[s]\na = x\\\n", "v", "[s]\na = x\\\n\nnew = v\n"],
    ["a : 1\n[s]\n[t]\n", "v", "a : 1\n[s]\nnew : v\n[t]\n"],
    ["[s]\n", "", "[s]\nnew = \n"],
    ["[s]", "v", "[s]\nnew = v"],
  ])("%j with %j", (text, value, expected) => {
    const edit: Edit = (branches) => setAt(branches, ["s", "new"], stringValue(value));
    expect(change(text, edit)).toBe(expected);
  });

  test.each<[string, string]>([
    ["", "new = v\n"],
    ["\ufeff", "\ufeffnew = v\n"],
    ["; c\n[s]\na = 1\n", "new = v\n\n; c\n[s]\na = 1\n"],
    ["\n[s]\n", "new = v\n\n[s]\n"],
    ["a = 1\n[s]\n", "a = 1\nnew = v\n[s]\n"],
    ["; end\n", "new = v\n; end\n"],
  ])("before any section: %j", (text, expected) => {
    const edit: Edit = (branches) => setAt(branches, ["DEFAULT", "new"], stringValue("v"));
    expect(change(text, edit)).toBe(expected);
  });

  test("in front, between, with comments, in exchange", () => {
    const text = "[s]\n; c\na = 1\n\nb = 2\n";
    const added = [pairOf("n", stringValue("v")), commentOf("new")];
    const insert = (start: number, removed: number): string | null =>
      change(
        text,
        inSection("s", (items) => items.toSpliced(start, removed, ...added)),
      );
    expect(insert(0, 0)).toBe("[s]\n; new\nn = v\n; c\na = 1\n\nb = 2\n");
    expect(insert(2, 0)).toBe("[s]\n; c\na = 1\n; new\nn = v\n\nb = 2\n");
    expect(insert(0, 2)).toBe("[s]\n; new\nn = v\n\nb = 2\n");
    expect(insert(0, 3)).toBe("[s]\n; new\nn = v\n\n");
  });

  test.each<[string, Edit]>([
    ["a number", (branches) => setAt(branches, ["s", "-"], stringValue("v"))],
    ["a line break in the key", (branches) => setAt(branches, ["s", "a\nb"], stringValue("v"))],
    [
      "a value without a spelling",
      (branches) => setAt(branches, ["s", "n"], stringValue('a`\n"""\nb')),
    ],
    ["a map", (branches) => setAt(branches, ["s", "n", "m"], stringValue("v"))],
    ["a text for a section", (branches) => setAt(branches, ["s"], stringValue("v"))],
    ["a key twice", inSection("s", (items) => [...items, pairOf("a", stringValue("v"))])],
    ["an empty comment", inSection("s", (items) => [...items, commentOf("")])],
    ["several lines", inSection("s", (items) => [...items, commentOf("a\nb = 1")])],
    ["moved", inSection("s", (items) => items.toReversed())],
    ["no first section", (branches) => unsetAt(branches, ["DEFAULT"])],
    ["a comment before any section", inSection("DEFAULT", () => [commentOf("c")])],
    ["a section without a name", (branches) => setAt(branches, ["", "a"], stringValue("v"))],
  ])("not spliced: %s", (_name, edit) => {
    expect(change("[s]\na = 1\nb = 2\n", edit)).toBeNull();
  });
});

describe("a changed value", () => {
  test.each<[string, string, string]>([
    ["[s]\na = 1 ; c\n", "x;y", "[s]\n; c\na = `x;y`\n"],
    ["[s]\n# b\na = 1 # c\nb = 2\n", "x#y", "[s]\n# b\n# c\na = `x#y`\nb = 2\n"],
    ["[s]\na = 1 ; c\n", "x y", "[s]\na = x y ; c\n"],
  ])(
    "moves a comment that it cannot stand before above it: %j with %j",
    (text, value, expected) => {
      const edit: Edit = (branches) => setAt(branches, ["s", "a"], stringValue(value));
      expect(change(text, edit)).toBe(expected);
    },
  );

  test("a section that is replaced differs only where its keys do", () => {
    const text = "[s]\n; c\na = 1\nb = '2'\nc=3\n";
    const edit: Edit = (branches) => setAt(branches, ["s"], texts({ a: "1", n: "x", c: "4" }));
    expect(change(text, edit)).toBe("[s]\na = 1\nn=x\nc=4\n");
  });
});

describe("sections", () => {
  test.each<[string, string, string]>([
    ["[s]\na = 1\n\n[t]\nb = 2\n\n[u]\n", "t", "[s]\na = 1\n\n[u]\n"],
    ["[s]\na = 1\n\n[t]\nb = 2\n", "t", "[s]\na = 1\n"],
    ["[s]\r\na = 1\r\n\r\n[t]\r\nb = 2", "t", "[s]\r\na = 1"],
    ["[s]\na = 1\n[t]\nb = 2\n", "t", "[s]\na = 1\n"],
    ["[t]\n\n[s]\n", "t", "[s]\n"],
    ["[s]\n\n; c\n; d\n[t] ; e\n; f\nb = 2 ; g\n\n; end\n", "t", "[s]\n\n; end\n"],
    ["[t]\na = 1\n[t]\nb = 2\n", "t", "[t]\nb = 2\n"],
    ["[t]", "t", ""],
  ])("%j without %s", (text, name, expected) => {
    expect(change(text, (branches) => unsetAt(branches, [name]))).toBe(expected);
  });

  test.each<[string, Record<string, string>, string]>([
    ["[s]\na = 1\n", { b: "2" }, "[s]\na = 1\n\n[n]\nb = 2\n"],
    ["[s]\na=1", { b: "2", ccc: "3" }, "[s]\na=1\n\n[n]\nb=2\nccc=3"],
    [
      "[s]\na  = 1\nbc = 2\n",
      { b: "2", ccc: "3" },
      "[s]\na  = 1\nbc = 2\n\n[n]\nb   = 2\nccc = 3\n",
    ],
    ["[s]\r\na = 1\r\n\r\n", {}, "[s]\r\na = 1\r\n\r\n[n]\r\n\r\n"],
    ["", { b: "2", ccc: "3" }, "[n]\nb   = 2\nccc = 3\n"],
    ["\ufeff", { b: "2" }, "\ufeff[n]\nb = 2\n"],
    ["[s]\na = x\\", { b: "2" }, "[s]\na = x\\\n\n\n[n]\nb = 2"],
    ["[s]\n; end\n", { b: "2" }, "[s]\n\n[n]\nb = 2\n; end\n"],
  ])("%j with %j", (text, entries, expected) => {
    expect(change(text, (branches) => setAt(branches, ["n"], texts(entries)))).toBe(expected);
  });

  test("one goes where the comment of the next one comes", () => {
    const edit: Edit = (branches) => unsetAt(unsetAt(branches, ["t", "a"]), ["s"]);
    expect(change("\ufeff[s]\n[t]\na = 1 ; c", edit)).toBe("\ufeff; c\n[t]");
  });

  test("in front and between, with comments", () => {
    const section = pairOf("n]", {
      kind: "map",
      items: [commentOf("c"), pairOf("a", stringValue("1")), commentOf("d")],
    });
    const insert = (text: string, index: number): string | null =>
      change(text, ([root]) => [
        { ...mapOf([]), items: root?.items.toSpliced(index, 0, section) ?? [] },
      ]);
    const lines = "; c\n[n]]\n; d\na = 1\n";
    expect(insert("[s]\n\n[t]\n", 1)).toBe(`${lines}\n[s]\n\n[t]\n`);
    expect(insert("[s]\n\n[t]\n", 2)).toBe(`[s]\n\n${lines}\n[t]\n`);
    expect(insert("[s]\n[t]\n", 2)).toBe(`[s]\n\n${lines}\n[t]\n`);
    expect(insert("x = 1\n[t]\n", 1)).toBe(`x = 1\n\n${lines}\n[t]\n`);
    expect(insert("[s]\n[t]\n", 0)).toBeNull();
  });
});

describe("in an encrypted file", () => {
  const rewrite = (text: string, edit: (branches: TreeBranch[]) => TreeBranch[]): string | null =>
    change(text, (branches) =>
      iniStore.joinMetadata(edit(iniStore.splitMetadata(branches).branches), METADATA),
    );
  const set =
    (...path: string[]) =>
    (branches: TreeBranch[]): TreeBranch[] =>
      setAt(branches, path, stringValue("ENC[n]"));
  const sealed = "[s]\na    = ENC[a]\nlong = ENC[l]\n\n[sops]\nmac = old\n";

  test.each<[string, (branches: TreeBranch[]) => TreeBranch[], string]>([
    [sealed, set("s", "n"), `[s]\na    = ENC[a]\nlong = ENC[l]\nn    = ENC[n]\n\n${SECTION}`],
    [sealed, set("t", "n"), `[s]\na    = ENC[a]\nlong = ENC[l]\n\n[t]\nn = ENC[n]\n\n${SECTION}`],
    [sealed, (branches) => unsetAt(branches, ["s", "a"]), `[s]\nlong = ENC[l]\n\n${SECTION}`],
    [sealed, (branches) => unsetAt(branches, ["s"]), SECTION],
    ["a = 1\n[sops]\nmac = old\n", set("DEFAULT", "n"), `a = 1\nn = ENC[n]\n${SECTION}`],
    ["[sops]\nmac = old\n\n[s]\na = 1\n", set("s", "n"), `[s]\na = 1\nn = ENC[n]\n\n${SECTION}`],
    ["[sops]\nmac = old\n", set("DEFAULT", "n"), `n = ENC[n]\n\n${SECTION}`],
    ["[sops]\nmac = old\n", set("s", "n"), `[s]\nn = ENC[n]\n\n${SECTION}`],
    [
      "[s]\na = x\\\n\n[sops]\nmac = old\n",
      set("s", "n"),
      `[s]\na = x\\\n\nn = ENC[n]\n\n${SECTION}`,
    ],
  ])("%j", (text, edit, expected) => {
    expect(rewrite(text, edit)).toBe(expected);
  });
});

test("many changes cost no more than the text is long", () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => `; c${index}\nk${index} = v`);
  const text = `[s]\n${lines.join("\n")}\n${"[t]\nx = 1\nx = 2\n".repeat(3_000)}${"x = 1\n".repeat(9_000)}`;
  const document = parse(text);
  const edit = inSection("s", (items) =>
    items.flatMap((item, index) => {
      if (index % 4 > 1) return [];
      return index % 4 === 0 ? [item] : [item, pairOf(`n${index}`, stringValue("v"))];
    }),
  );
  const started = performance.now();
  const changed = setAt(unsetAt(edit(document.branches), ["t"]), ["u", "a"], stringValue("b"));
  const rendered = joinPieces(iniStore.render(document, changed, "keep"));
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(rendered.length).toBeGreaterThan(text.length / 2);
});
