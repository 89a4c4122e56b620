import * as fc from "fast-check";
import { expect, test } from "vitest";

import type { MapItem, TreeBranch } from "../../src/document/tree.js";
import { mapOf, stringValue } from "../../src/document/tree.js";
import { dotenvStore } from "../../src/formats/dotenv/store.js";
import { ParseError, SopsError } from "../../src/support/errors.js";
import { decodeText, encodeText } from "../../src/support/text.js";
import { joinPieces, mapLeaves, sealLeaf, withLeavesOf } from "../support/leaves.js";
import { applyEdits, randomEdits } from "../support/tree-edits.js";
import { treeToJson } from "../support/tree-json.js";

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.uint8Array({ maxLength: 12 }).map(decodeText),
  fc.string({
    unit: fc.constantFrom("\\", "n", "\n", "\r", "=", "#", " ", "a", "\ufeff"),
    maxLength: 8,
  }),
);

const line = anyText.map((text) => text.replaceAll("\n", ""));
const key = line.map((text) =>
  text
    .replaceAll("=", "")
    .replace(/^#+/, "")
    .replace(/^sops_/, ""),
);

const sourceLine = fc.oneof(
  fc.constant(""),
  line.map((text) => `#${text}`),
  fc.tuple(key, line).map(([name, value]) => `${name}=${value}`),
);

const source = fc
  .tuple(fc.array(sourceLine, { maxLength: 8 }), fc.boolean())
  .map(([lines, isTerminated]) => encodeText(lines.join("\n") + (isTerminated ? "\n" : "")));

function rootOf(branches: readonly TreeBranch[]): TreeBranch {
  return branches[0] ?? mapOf([]);
}

function bytesOf(text: string): Buffer {
  return Buffer.from(encodeText(text));
}

test("what is written reads back the same and is written the same again", () => {
  fc.assert(
    fc.property(source, (bytes) => {
      const { branches } = dotenvStore.parse(bytes);
      const written = dotenvStore.emit(branches, {});
      const again = dotenvStore.parse(written);
      expect(treeToJson(again.branches)).toEqual(treeToJson(branches));
      expect(dotenvStore.emit(again.branches, {})).toEqual(written);
    }),
  );
});

test("encrypted and decrypted in place, a file comes back byte for byte", () => {
  const metadata = mapOf([
    ["age", { kind: "list", items: [mapOf([["enc", stringValue("a\nb")]])] }],
    ["mac", stringValue("ENC[m]")],
  ]);
  fc.assert(
    fc.property(source, (bytes) => {
      const document = dotenvStore.parse(bytes);
      expect(bytesOf(joinPieces(dotenvStore.segment(document)))).toEqual(Buffer.from(bytes));
      const root = rootOf(document.branches);
      const joined = dotenvStore.joinMetadata([mapLeaves(root, sealLeaf)], metadata);
      const sealed = joinPieces(dotenvStore.render(document, joined, "encrypt"));
      const encrypted = dotenvStore.parse(encodeText(sealed));
      expect(treeToJson(encrypted.branches)).toEqual(treeToJson(joined));
      const split = dotenvStore.splitMetadata(encrypted.branches);
      expect(treeToJson(split.metadata === null ? [] : [split.metadata])).toEqual(
        treeToJson([metadata]),
      );
      const opened = withLeavesOf(rootOf(split.branches), root);
      const decrypted = joinPieces(dotenvStore.render(encrypted, [opened], "decrypt"));
      expect(bytesOf(decrypted)).toEqual(Buffer.from(bytes));
    }),
  );
});

test("set and unset: it reads back as the changed tree, and all other lines stay", () => {
  const metadata = mapOf([["mac", stringValue("ENC[m]")]]);
  // Escaped bytes that came together could be valid UTF-8, and so another text.
  const isStable = (text: string): boolean => decodeText(encodeText(text)) === text;
  const value = anyText.filter((text) => isStable(text) && !text.includes("\\n")).map(stringValue);
  const newKey = key.filter(isStable);
  fc.assert(
    fc.property(source, randomEdits(newKey, value, 1), fc.boolean(), (bytes, edits, isSealed) => {
      const plain = dotenvStore.parse(bytes);
      const joined = dotenvStore.joinMetadata(plain.branches, metadata);
      const sealed = joinPieces(dotenvStore.render(plain, joined, "encrypt"));
      const document = isSealed ? dotenvStore.parse(encodeText(sealed)) : plain;
      const { branches } = dotenvStore.splitMetadata(document.branches);
      const edited = applyEdits(branches, edits);
      const changed = isSealed ? dotenvStore.joinMetadata(edited, metadata) : edited;
      const rendered = joinPieces(dotenvStore.render(document, changed, "keep"));
      expect(treeToJson(dotenvStore.parse(encodeText(rendered)).branches)).toEqual(
        treeToJson(changed),
      );
      if (![document.text, rendered].some((text) => /^\n|\n\n|^$/.test(text))) {
        expect(rendered.endsWith("\n")).toBe(document.text.endsWith("\n"));
      }
      const before = rootOf(branches).items;
      const after = rootOf(edited).items;
      const lines = (of: string): string[] => of.split("\n").filter((each) => each !== "");
      const kept = before.map((item) => after.includes(item));
      const old = lines(plain.text).filter((_, index) => kept[index]);
      const current = lines(rendered).slice(0, after.length);
      expect(current.filter((_, index) => before.includes(after[index] as MapItem))).toEqual(old);
      const emptyLines = (of: string): number =>
        of.split("\n").filter((each) => each === "").length;
      expect(emptyLines(rendered)).toBeLessThanOrEqual(emptyLines(plain.text) + 1);
    }),
    { numRuns: 1000 },
  );
});

test("whatever is written, no entry becomes two and none changes its kind", () => {
  const item: fc.Arbitrary<MapItem> = fc.oneof(
    anyText.map((text): MapItem => ({ kind: "comment", text, inline: false })),
    fc
      .tuple(anyText, anyText)
      .map(([name, value]): MapItem => ({ kind: "pair", key: name, value: stringValue(value) })),
  );
  fc.assert(
    fc.property(fc.array(item, { maxLength: 5 }), (items) => {
      let bytes: Uint8Array;
      try {
        bytes = dotenvStore.emit([{ kind: "map", items }], {});
      } catch (error) {
        expect((error as SopsError).code).toBe("CANNOT_EMIT");
        return;
      }
      const again = rootOf(dotenvStore.parse(bytes).branches).items;
      const names = (of: readonly MapItem[]): string[] =>
        of.map((each) => (each.kind === "pair" ? `${each.key}=` : `#${each.text}`));
      expect(names(again)).toEqual(names(items));
    }),
  );
});

test("any bytes give a tree or a typed error that shows nothing of them", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      try {
        const document = dotenvStore.parse(bytes);
        expect(bytesOf(joinPieces(dotenvStore.segment(document)))).toEqual(Buffer.from(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(ParseError);
        expect((error as ParseError).message).toMatch(/^invalid dotenv input line: line \d+$/);
      }
    }),
  );
});

test("metadata of any names gives a map or a typed error", () => {
  const part = fc.constantFrom("a", "b", "0", "1", "__map_", "__list_", "_", "-1", "x");
  const name = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.array(name, { maxLength: 5 }), (names) => {
      const text = names.map((each) => `sops_${each}=v\n`).join("");
      try {
        const { metadata } = dotenvStore.splitMetadata(
          dotenvStore.parse(Buffer.from(text)).branches,
        );
        expect(metadata === null).toBe(names.length === 0);
      } catch (error) {
        expect(error).toBeInstanceOf(SopsError);
        expect((error as SopsError).code).toBe("METADATA_INVALID");
      }
    }),
  );
});
