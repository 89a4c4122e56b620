import fc from "fast-check";
import { parse as parseOther } from "ini";
import { describe, expect, test } from "vitest";

import { equalTrees } from "../../src/document/compare.js";
import { applyHints, computeHints } from "../../src/document/layout.js";
import { mapOf, stringValue, type MapItem, type TreeBranch } from "../../src/document/tree.js";
import { asIniDocument } from "../../src/formats/ini/ini-document.js";
import { iniStore } from "../../src/formats/ini/store.js";
import type { SourceDocument } from "../../src/formats/store.js";
import { SopsError } from "../../src/support/errors.js";
import { decodeText, encodeText } from "../../src/support/text.js";
import { iniText } from "../support/ini-arbitrary.js";
import { applyEdits, randomEdits } from "../support/tree-edits.js";
import { joinPieces, mapLeaves, sealLeaf, withLeavesOf } from "../support/leaves.js";

const METADATA = mapOf([["version", stringValue("3.13.2")]]);
const RUNS = { numRuns: 1000 };

function tryParse(source: string | Uint8Array): SourceDocument | null {
  try {
    return iniStore.parse(typeof source === "string" ? encodeText(source) : source);
  } catch (error) {
    expect(error).toBeInstanceOf(SopsError);
    return null;
  }
}

function parse(text: string): SourceDocument {
  return iniStore.parse(encodeText(text));
}

function rootOf({ branches }: { branches: readonly TreeBranch[] }): TreeBranch {
  return branches[0] ?? mapOf([]);
}

/** The text of sections that did not change, and the lines of keys without comments that did not. */
function keptTexts(
  document: SourceDocument,
  before: readonly TreeBranch[],
  after: readonly TreeBranch[],
): string[] {
  const { sections } = asIniDocument(document);
  const textOf = (start: number, end: number): string => document.text.slice(start, end).trimEnd();
  const inner = (items: readonly MapItem[], key: string): readonly MapItem[] =>
    items.flatMap((item) =>
      item.kind === "pair" && item.key === key && item.value.kind === "map" ? item.value.items : [],
    );
  return rootOf({ branches: before }).items.flatMap((item, index) => {
    const section = sections[index];
    if (section === undefined || item.kind !== "pair" || item.value.kind !== "map") return [];
    if (rootOf({ branches: after }).items.includes(item))
      return [textOf(section.start, section.end)];
    const now = inner(rootOf({ branches: after }).items, item.key);
    const { items } = item.value;
    const lonely = items.map(
      (entry, at) =>
        items[at + 1]?.kind !== "comment" &&
        now.includes(entry) &&
        now[now.indexOf(entry) + 1]?.kind !== "comment",
    );
    const pairs = items.flatMap((entry, at) => (entry.kind === "pair" ? [lonely[at]] : []));
    return section.entries.flatMap(({ line }, at) =>
      pairs[at] === true ? [textOf(line.start, line.next)] : [],
    );
  });
}

function saysCanonically(branches: readonly TreeBranch[]): boolean {
  try {
    return equalTrees(iniStore.parse(iniStore.emit(branches, {})).branches, branches, "layout");
  } catch (error) {
    expect(error).toBeInstanceOf(SopsError);
    return false;
  }
}

const SPECIAL = "a=:[]#;\"'`\\ \n\r\t-\u00e9\u0085".split("");

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc
    .array(fc.constantFrom(...SPECIAL), { maxLength: 40 })
    .map((characters) => encodeText(characters.join(""))),
);

describe("INI store", () => {
  test("any bytes: a tree whose pieces are the text, or a typed refusal", () => {
    fc.assert(
      fc.property(fc.oneof(anyBytes, iniText.map(encodeText)), (bytes) => {
        const document = tryParse(bytes);
        if (document === null) return;
        expect(Buffer.from(encodeText(document.text))).toEqual(Buffer.from(bytes));
        expect(joinPieces(iniStore.segment(document))).toBe(document.text);
        const kept = iniStore.render(document, document.branches, "keep");
        expect(joinPieces(kept)).toBe(document.text);
      }),
      RUNS,
    );
  });

  test("sealed leaves read back as the same shape, and lead back to the text with their hints", () => {
    let restored = 0;
    fc.assert(
      fc.property(iniText, (text) => {
        const document = tryParse(text);
        if (document === null) return;
        const sealed = mapLeaves(rootOf(document), sealLeaf);
        const joined = iniStore.joinMetadata([sealed], METADATA);
        const pieces = iniStore.render(document, joined, "encrypt");
        if (pieces === null) return;
        const encrypted = parse(joinPieces(pieces));
        const { metadata, branches } = iniStore.splitMetadata(encrypted.branches);
        expect(metadata).not.toBeNull();
        expect(equalTrees(branches, [sealed], "layout")).toBe(true);

        const opened = [withLeavesOf(rootOf({ branches }), rootOf(document))];
        const rendered = iniStore.render(encrypted, opened, "decrypt");
        if (rendered === null) {
          // Only where a line end inside a comment hides from us but not from other readers.
          expect(document.text).toMatch(/[;#][^]*[\r\u0085\u2028\u2029]/u);
          return;
        }
        const hints = computeHints(iniStore.segment(document), rendered, document.branches);
        expect(hints === null ? null : applyHints(rendered, opened, hints)).toBe(document.text);
        expect(equalTrees(parse(joinPieces(rendered)).branches, document.branches, "layout")).toBe(
          true,
        );
        restored += 1;
      }),
      RUNS,
    );
    expect(restored).toBeGreaterThan(RUNS.numRuns / 3);
  });

  test("nothing of a sealed file's text stays clear but keys, names and marks", () => {
    const word = "s3cret";
    fc.assert(
      fc.property(iniText, (text) => {
        const marked = text.replaceAll(/junk|[xyv]\b/g, word).replaceAll("[t]", "[s]");
        const document = tryParse(marked);
        if (document === null) return;
        const sealed = mapLeaves(rootOf(document), sealLeaf);
        const pieces = iniStore.render(document, [sealed], "encrypt");
        if (pieces === null) return;
        const keys = sealed.items.flatMap((item) =>
          item.kind === "pair" && item.value.kind === "map"
            ? [
                item.key,
                ...item.value.items.map((entry) => (entry.kind === "pair" ? entry.key : "")),
              ]
            : [],
        );
        if (keys.some((key) => key.includes(word))) return;
        expect(joinPieces(pieces)).not.toContain(word);
      }),
      RUNS,
    );
  });

  test("set and unset: what is spliced reads back as the changed tree, and other lines stay", () => {
    const name = fc.constantFrom("a", "b", "n", "e f", "a=b", "-", "#1", "k`q", "[", "é");
    const text = fc.oneof(
      fc.constantFrom("", "v", " v", "a;b", "a\nb", "x\\", "'q'", "`"),
      fc.string({ maxLength: 5 }).filter((value) => !/[\r\n]/.test(value)),
    );
    const section = fc.array(fc.tuple(name, text.map(stringValue)), { maxLength: 3 }).map(mapOf);
    const edits = randomEdits(name, fc.oneof(text.map(stringValue), section), 2);
    let spliced = 0;
    fc.assert(
      fc.property(iniText, edits, fc.boolean(), (source, changes, isSealed) => {
        const plain = tryParse(source);
        if (plain === null) return;
        const joined = iniStore.joinMetadata(plain.branches, METADATA);
        const sealed = isSealed ? iniStore.render(plain, joined, "keep") : null;
        const document = sealed === null ? plain : parse(joinPieces(sealed));
        const { branches } = iniStore.splitMetadata(document.branches);
        const edited = applyEdits(branches, changes);
        const changed = sealed === null ? edited : iniStore.joinMetadata(edited, METADATA);
        const pieces = iniStore.render(document, changed, "keep");
        if (pieces === null) {
          // Then the canonical text does not say it either; but the first section cannot go, nor a `-` before another.
          const first = rootOf({ branches: edited }).items[0]?.place;
          const isPassedOver =
            first !== rootOf({ branches }).items[0]?.place || /^\s*-/m.test(source);
          expect(!isPassedOver && saysCanonically(changed)).toBe(false);
          return;
        }
        spliced += 1;
        for (const kept of keptTexts(document, branches, edited)) {
          expect(joinPieces(pieces)).toContain(kept);
        }
        const read = parse(joinPieces(pieces)).branches;
        expect(equalTrees(read, changed, "layout") ? [] : read).toEqual(
          equalTrees(read, changed, "layout") ? [] : changed,
        );
      }),
      RUNS,
    );
    expect(spliced).toBeGreaterThan(RUNS.numRuns / 6);
  });

  test("canonical text is refused, or says the same entries, values and comments", () => {
    const name = fc.oneof(
      fc.constantFrom("a", "-", "#1", "[x", "a=b", "k`q", '"', ";", " p", "a]"),
      fc.string({ maxLength: 4 }),
    );
    const value = fc.oneof(
      fc
        .array(fc.constantFrom(...SPECIAL), { maxLength: 9 })
        .map((characters) => characters.join("")),
      fc.constantFrom('"""', 'a\n"""\nk = 1', "x\\", '"""x', "'q'"),
      fc.string({ maxLength: 6 }),
    );
    const section = fc
      .array(fc.tuple(name, value.map(stringValue)), { maxLength: 4 })
      .map((entries) => mapOf(entries));
    const branch = fc.array(fc.tuple(name, section), { maxLength: 3 }).map((pairs) => mapOf(pairs));
    fc.assert(
      fc.property(branch, (tree) => {
        let text: string;
        try {
          text = decodeText(iniStore.emit(iniStore.joinMetadata([tree], METADATA), {}));
        } catch (error) {
          expect(error).toBeInstanceOf(SopsError);
          return;
        }
        const { branches } = iniStore.splitMetadata(parse(text).branches);
        const items = rootOf({ branches }).items.slice(tree.items.length === 0 ? 1 : 0);
        const read = items.length > tree.items.length ? items.slice(1) : items;
        const numbered = JSON.stringify(tree).includes('"key":"-"');
        if (tree.items[0]?.kind === "pair" && tree.items[0].key.toUpperCase() === "DEFAULT") return;
        if (!numbered)
          expect(
            equalTrees([mapOf([]), { kind: "map", items: read }], [mapOf([]), tree], "content"),
          ).toBe(true);
      }),
      RUNS,
    );
  });

  test("plain canonical text never has other keys than the tree", () => {
    const value = fc
      .array(fc.constantFrom("a", "\n", '"""', "`", "\\", "k = 1", "[s]", "#", "'"), {
        maxLength: 6,
      })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), (values) => {
        const entries = values.map((text, index) => [`e${index}`, stringValue(text)] as const);
        let text: string;
        try {
          text = decodeText(iniStore.emit([mapOf([["s", mapOf(entries)]])], {}));
        } catch (error) {
          expect(error).toBeInstanceOf(SopsError);
          return;
        }
        const reread = tryParse(text);
        const names = (reread === null ? [] : rootOf(reread).items.slice(1)).flatMap((item) =>
          item.kind === "pair" && item.value.kind === "map"
            ? item.value.items.flatMap((entry) => (entry.kind === "pair" ? [entry.key] : []))
            : [],
        );
        expect(names.filter((key) => !/^e\d$/.test(key))).toEqual([]);
      }),
      RUNS,
    );
  });

  test("simple files mean the same to the ini package", () => {
    const word = fc
      .stringMatching(/^[a-z][a-z0-9]{0,5}$/)
      .filter((text) => !["true", "false", "null"].includes(text));
    const section = fc.uniqueArray(fc.tuple(word, word), {
      maxLength: 4,
      selector: ([key]) => key,
    });
    const file = fc.uniqueArray(fc.tuple(word, section), {
      maxLength: 3,
      selector: ([key]) => key,
    });
    fc.assert(
      fc.property(file, (sections) => {
        const tree = mapOf(
          sections.map(([key, entries]) => [
            key,
            mapOf(entries.map(([name, text]) => [name, stringValue(text)])),
          ]),
        );
        if (sections[0]?.[0] === "default") return;
        const other = parseOther(decodeText(iniStore.emit([tree], {})));
        const got = Object.entries(other).map(([key, entries]) => [
          key,
          Object.entries(entries as Record<string, string>),
        ]);
        const sort = (list: readonly (readonly unknown[])[]): unknown =>
          list.map((entry) => JSON.stringify(entry)).toSorted();
        expect(sort(got)).toEqual(sort(sections));
      }),
    );
  });
});
