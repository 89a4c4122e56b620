/** Random changes of random YAML texts: spliced texts say what they should, and leave lines alone. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { equalTrees } from "../../src/document/compare.js";
import type { TreeBranch, TreeValue } from "../../src/document/tree.js";
import { stringValue } from "../../src/document/tree.js";
import type { SourceDocument } from "../../src/formats/store.js";
import { yamlStore } from "../../src/formats/yaml/store.js";
import { ParseError } from "../../src/support/errors.js";
import { encodeText } from "../../src/support/text.js";
import { applyEdits, randomEdits } from "../support/tree-edits.js";
import { yamlText } from "../support/yaml-arbitrary.js";

const KEYS = fc.constantFrom("k0", "k1", "b0", "new", "yes", "a b", "x: y");
const scalar: fc.Arbitrary<TreeValue> = fc.constantFrom<TreeValue>(
  stringValue("plain"),
  stringValue("true"),
  stringValue("x\ny\n"),
  stringValue(""),
  { kind: "int", value: 7n },
  { kind: "null" },
  { kind: "map", items: [] },
  { kind: "list", items: [] },
);
const value: fc.Arbitrary<TreeValue> = fc.oneof(
  scalar,
  fc
    .array(scalar, { minLength: 1, maxLength: 3 })
    .map((items): TreeValue => ({ kind: "list", items })),
  fc.array(scalar, { minLength: 1, maxLength: 3 }).map((values): TreeValue => ({
    kind: "map",
    items: values.map((item, index) => ({ kind: "pair", key: `n${index}`, value: item })),
  })),
);

function parse(text: string): SourceDocument | null {
  try {
    return yamlStore.parse(encodeText(text));
  } catch (error) {
    if (error instanceof ParseError) {
      return null;
    }
    throw error;
  }
}

function render(document: SourceDocument, branches: readonly TreeBranch[]): string | null {
  const pieces = yamlStore.render(document, branches, "keep");
  return pieces === null ? null : pieces.map((piece) => piece.text).join("");
}

const edits = randomEdits(KEYS, value, 4);

test("a changed structure reads back as the changed tree, or is refused", () => {
  let rendered = 0;
  let refused = 0;
  fc.assert(
    fc.property(yamlText, edits, (text, changes) => {
      const document = parse(text);
      if (document === null || !document.isSpliceable) {
        return;
      }
      const branches = applyEdits(document.branches, changes);
      const changed = render(document, branches);
      if (changed === null) {
        refused += 1;
        return;
      }
      rendered += 1;
      const reread = parse(changed);
      // A change of leaves alone is not read again by the store, which leaves that to its callers.
      if (reread !== null && equalTrees(reread.branches, branches, "layout")) {
        return;
      }
      refused += 1;
    }),
    { numRuns: 1500 },
  );
  // Texts like these are full of comments that cannot stay where they are.
  expect(refused).toBeLessThan(rendered);
});

const simpleLines = fc.array(
  fc.tuple(fc.constantFrom("map", "list", "flow"), fc.nat({ max: 3 }), fc.boolean()),
  { minLength: 1, maxLength: 6 },
);

/** A file as people write it. */
const simpleText = fc
  .tuple(simpleLines, fc.constantFrom(2, 4), fc.boolean(), fc.constantFrom("\n", "\r\n"))
  .map(([parts, unit, isIndented, lineBreak]) => {
    const pad = " ".repeat(unit);
    const dash = isIndented ? `${pad}- ` : "- ";
    const lines = parts.flatMap(([kind, count, hasComment], index) => {
      const entries = Array.from({ length: count + 1 }, (_, entry) =>
        kind === "map" ? `${pad}x${entry}:   "v"` : `${dash}x${entry}:   'v'`,
      );
      const head = hasComment ? ["", `# about ${index}`] : [];
      return kind === "flow"
        ? [...head, `k${index}:   {a: 1,  b: [x,  y]}`]
        : [...head, `k${index}:`, ...entries];
    });
    return lines.join(lineBreak) + lineBreak;
  });

test("in plain files every change can be written, and lines that it does not touch stay", () => {
  fc.assert(
    fc.property(simpleText, edits, (text, changes) => {
      const document = parse(text);
      if (document === null) {
        throw new Error("not valid");
      }
      const branches = applyEdits(document.branches, changes.slice(0, 1));
      const changed = render(document, branches);
      if (branches[0]?.items.every(({ kind }) => kind === "comment") === true) {
        return;
      }
      expect(changed).not.toBeNull();
      const [before, after] = [text, changed ?? ""].map((side) => side.split(/\r?\n/));
      expect(equalTrees(parse(changed ?? "")?.branches ?? [], branches, "layout")).toBe(true);
      // What is the same at both ends leaves one stretch, of one entry at most.
      const head = commonStart(before ?? [], after ?? []);
      const tail = commonStart(
        (before ?? []).slice(head).toReversed(),
        (after ?? []).slice(head).toReversed(),
      );
      expect((before ?? []).length - head - tail).toBeLessThanOrEqual(5);
    }),
    { numRuns: 1500 },
  );
});

function commonStart(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < Math.min(a.length, b.length) && a[length] === b[length]) {
    length += 1;
  }
  return length;
}
