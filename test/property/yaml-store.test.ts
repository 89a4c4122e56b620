import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";

import { equalTrees } from "../../src/document/compare.js";
import { applyHints, computeHints } from "../../src/document/layout.js";
import { mapOf, stringValue, type TreeBranch, type TreeValue } from "../../src/document/tree.js";
import type { SourceDocument } from "../../src/formats/store.js";
import { yamlStore } from "../../src/formats/yaml/store.js";
import { SopsError } from "../../src/support/errors.js";
import { encodeText } from "../../src/support/text.js";
import { joinPieces, mapLeaves, sealLeaf, withLeavesOf } from "../support/leaves.js";
import { brokenYamlText, SECRET, yamlText } from "../support/yaml-arbitrary.js";

const METADATA = mapOf([["version", stringValue("3.13.2")]]);
const RUNS = { numRuns: 1000 };

function tryParse(source: string | Uint8Array): SourceDocument | null {
  try {
    return yamlStore.parse(typeof source === "string" ? encodeText(source) : source);
  } catch (error) {
    expect(error).toBeInstanceOf(SopsError);
    expect((error as SopsError).message).not.toContain(SECRET);
    return null;
  }
}

function textOrNull(pieces: ReturnType<typeof yamlStore.render>): string | null {
  return pieces === null ? null : joinPieces(pieces);
}

/** Every leaf as ciphertext; comments differ, as real ones do. */
function sealed({ branches }: SourceDocument): TreeBranch[] {
  let count = 0;
  return branches.map((branch) =>
    mapLeaves(branch, (leaf) => {
      count += 1;
      return leaf.kind === "comment" ? { ...leaf, text: `ENC[${count}]` } : sealLeaf(leaf);
    }),
  );
}

describe("YAML store", () => {
  test("any text: a tree whose pieces are the text, or a typed refusal", () => {
    const anyBytes = fc.oneof(
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
      { weight: 5, arbitrary: fc.oneof(yamlText, brokenYamlText).map(encodeText) },
    );
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const document = tryParse(bytes);
        if (document === null) return;
        const pieces = yamlStore.segment(document);
        expect(joinPieces(pieces)).toBe(document.text);
        pieces.forEach((piece, index) => {
          expect(piece.leaf !== undefined).toBe(index % 2 === 1);
        });
        const kept = textOrNull(yamlStore.render(document, document.branches, "keep"));
        expect(kept).toBe(document.isSpliceable ? document.text : null);
      }),
      RUNS,
    );
  });

  test("what is not a key or an anchor is found nowhere in the encrypted text", () => {
    fc.assert(
      fc.property(fc.oneof(yamlText, brokenYamlText), (source) => {
        const document = tryParse(source);
        if (document === null || JSON.stringify(keysOf(document.branches)).includes(SECRET)) return;
        const branches = yamlStore.joinMetadata(sealed(document), METADATA);
        const text = textOrNull(yamlStore.render(document, branches, "encrypt"));
        // An anchor is a name like a key.
        expect(text?.replace(/&[\w-]*/g, "") ?? "").not.toContain(SECRET);
      }),
      RUNS,
    );
  });

  test("sealed leaves read back as the same shape, and lead back to the text with their hints", () => {
    let valid = 0;
    let restored = 0;
    fc.assert(
      fc.property(yamlText, (source) => {
        const document = tryParse(source);
        if (document === null) return;
        valid += 1;
        const branches = sealed(document);
        const joined = yamlStore.joinMetadata(branches, METADATA);
        const text = textOrNull(yamlStore.render(document, joined, "encrypt"));
        const reopened = text === null ? null : yamlStore.parse(encodeText(text));
        const split = reopened === null ? null : yamlStore.splitMetadata(reopened.branches);
        // Where the text reads as another tree, the caller writes the canonical layout.
        if (
          reopened === null ||
          split === null ||
          !equalTrees(split.branches, branches, "layout")
        ) {
          return;
        }
        const plain = split.branches.map((branch, index) =>
          withLeavesOf(branch, document.branches[index] ?? mapOf([])),
        );
        const rendered = yamlStore.render(reopened, plain, "decrypt");
        if (rendered === null) {
          // An alias to something with comments has no copy in flow style.
          expect(text).toMatch(/\*a\d/);
          return;
        }
        const hints = computeHints(yamlStore.segment(document), rendered, document.branches);
        expect(hints).not.toBeNull();
        if (hints !== null) {
          expect(applyHints(rendered, plain, hints)).toBe(document.text);
          restored += 1;
        }
      }),
      RUNS,
    );
    expect(valid).toBeGreaterThan(RUNS.numRuns * 0.6);
    expect(restored).toBeGreaterThan(valid * 0.7);
  });

  test("nothing of an encrypted text but keys, leaves and comments is handed on", () => {
    fc.assert(
      fc.property(yamlText, (source) => {
        const document = tryParse(source);
        if (document === null) return;
        const text = textOrNull(yamlStore.render(document, document.branches, "decrypt"));
        const again = text === null ? null : tryParse(text);
        // Where it does not read as what was decrypted, nothing of it is written.
        if (again === null || !equalTrees(again.branches, document.branches, "layout")) return;
        expect(again).toMatchObject({ extras: [], aliases: [] });
      }),
      RUNS,
    );
  });

  test("values are those of another reader", () => {
    let compared = 0;
    fc.assert(
      fc.property(yamlText, (source) => {
        // Without a line break at the end, readers differ on the text of a last block scalar.
        if (!source.endsWith("\n")) return;
        const document = tryParse(source);
        const others = parseAllDocuments(source, { version: "1.1", resolveKnownTags: false });
        if (document === null || !Array.isArray(others)) return;
        // Where it refuses, doubts or sees other documents there is nothing to compare; tags are no doubt.
        const isDoubtful = others.some(
          ({ errors, warnings }) =>
            errors.length > 0 || warnings.some(({ code }) => code !== "TAG_RESOLVE_FAILED"),
        );
        if (isDoubtful || others.length !== document.branches.length) return;
        compared += 1;
        others.forEach((other, index) => {
          expect(shapeOf(document.branches[index] ?? mapOf([]))).toEqual(
            shapeOfOther(other.toJS({ maxAliasCount: -1 })),
          );
        });
      }),
      { numRuns: 300 },
    );
    expect(compared).toBeGreaterThan(50);
  });
});

function keysOf(branches: readonly TreeValue[]): string[] {
  return branches.flatMap((value) => {
    if (value.kind === "list") {
      return keysOf(value.items.filter((item) => item.kind !== "comment"));
    }
    if (value.kind !== "map") {
      return [];
    }
    return value.items.flatMap((item) =>
      item.kind === "pair" ? [item.key, ...keysOf([item.value])] : [],
    );
  });
}

/** Collections, keys and strings; what is typed is left to other tests. */
function shapeOf(value: TreeValue): unknown {
  switch (value.kind) {
    case "map":
      return value.items.flatMap((item) =>
        item.kind === "pair" ? [[item.key, shapeOf(item.value)]] : [],
      );
    case "list":
      return {
        items: value.items.flatMap((item) => (item.kind === "comment" ? [] : [shapeOf(item)])),
      };
    case "string":
      return value.value.includes(SECRET) ? value.value : "typed";
    default:
      return "typed";
  }
}

function shapeOfOther(value: unknown): unknown {
  if (Array.isArray(value)) {
    return { items: value.map(shapeOfOther) };
  }
  if (typeof value === "string") {
    return value.includes(SECRET) ? value : "typed";
  }
  if (typeof value !== "object" || value === null || value instanceof Date) {
    return "typed";
  }
  return Object.entries(value).map(([key, item]) => [key, shapeOfOther(item)]);
}
