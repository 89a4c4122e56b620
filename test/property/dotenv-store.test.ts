import * as fc from "fast-check";
import { expect, test } from "vitest";

import type { MapItem, TreeBranch } from "../../src/document/tree.js";
import { mapOf, stringValue } from "../../src/document/tree.js";
import { dotenvStore } from "../../src/formats/dotenv/store.js";
import { ParseError, SopsError } from "../../src/support/errors.js";
import { decodeText, encodeText } from "../../src/support/text.js";
import { joinPieces, mapLeaves, sealLeaf, withLeavesOf } from "../support/leaves.js";
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
      expect(encodeText(joinPieces(dotenvStore.segment(document)))).toEqual(bytes);
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
      expect(encodeText(decrypted)).toEqual(bytes);
    }),
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
        expect(encodeText(joinPieces(dotenvStore.segment(document)))).toEqual(bytes);
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
