import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDocument } from "yaml";

import type {
  Comment,
  MapItem,
  MapValue,
  ScalarValue,
  TreeValue,
} from "../../src/document/tree.js";
import { emitYaml } from "../../src/formats/yaml/emit.js";
import { parseYaml } from "../../src/formats/yaml/parse.js";
import {
  type BlockStyle,
  type LineStyle,
  writeBlockScalar,
  writeScalar,
} from "../../src/formats/yaml/scalar-write.js";
import { decodeText, encodeText } from "../../src/support/text.js";
import { treeToJson, valueToJson, withoutComments } from "../support/tree-json.js";

const ODD_CHARACTERS = Array.from(
  " \t\n\r\u0085\u2028\u2029\u00a0\ufeff\u0000\u0007\u001b\u007f\u009f\ufffe" +
    "aé日😀0198.,:;#-?!&*|>'\"%@`[]{}<=~_+xe/\\",
);
const WORDS = [
  "null true yes off << --- ... 1_0 0x1F 12:30 2001-12-14 .inf 1e3".split(" "),
  ["ENC[AES256_GCM,data:a=,iv:b=,type:str]", ": ", " #", "- ", "\n\n", "  \n"],
].flat();
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...ODD_CHARACTERS, ...WORDS), maxLength: 8 }),
  fc.string({ unit: fc.constantFrom(" ", "\n", "\t", "a", "b", "#"), maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 12 }),
);
const anyText = fc.oneof(
  { weight: 9, arbitrary: text },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80 }).map((bytes) => decodeText(bytes)) },
);
const scalar: fc.Arbitrary<ScalarValue> = fc.oneof(
  anyText.map((value) => ({ kind: "string", value }) as const),
  fc
    .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    .map((value) => ({ kind: "int", value }) as const),
  fc
    .double()
    .filter(keepsItsType)
    .map((value) => ({ kind: "float", value }) as const),
  fc.boolean().map((value) => ({ kind: "bool", value }) as const),
  fc.constant({ kind: "null" } as const),
  fc.constant({ kind: "timestamp", value: "2001-12-14T21:59:43.1-05:00" } as const),
);
/** Whole floats below a million are written without a point, as sops does: `1.0` comes back as the integer 1. */
function keepsItsType(value: number): boolean {
  return !Number.isInteger(value) || Math.abs(value) >= 1e6;
}
const lineStyle = fc.constantFrom<LineStyle>("plain", "single", "double");

function read(document: string): unknown {
  return treeToJson(parseYaml(encodeText(document)).branches);
}

/** What the `yaml` package reads, all plain scalars taken as texts. */
function secondOpinion(document: string): unknown {
  const parsed = parseDocument(document, { schema: "failsafe", strict: false });
  expect(parsed.errors).toEqual([]);
  return parsed.toJS();
}

const PLACES = [
  { name: "value", flow: false, before: "k: ", after: "\nz: 1\n" },
  { name: "value before a comment", flow: false, before: "k: ", after: " # c\nz: 1\n" },
  { name: "element", flow: false, before: "k:\n- ", after: "\n- 1\n" },
  { name: "nested element", flow: false, before: "k:\n  - - ", after: "\n" },
  { name: "flow value", flow: true, before: "k: {a: ", after: ", b: 1}\n" },
  { name: "flow element", flow: true, before: "k: [1, ", after: ",2]\n" },
  { name: "last flow element", flow: true, before: "k: [", after: "]\n" },
] as const;

describe("a scalar written for a place reads back as the same value", () => {
  const marker = "@@";

  test.each(PLACES)("$name", ({ flow, before, after }) => {
    fc.assert(
      fc.property(scalar, lineStyle, (value, style) => {
        const written = writeScalar(value, style, { flow, key: false });
        expect(written).not.toMatch(/[\r\n\u0085\u2028\u2029]/);
        const expected = JSON.stringify(read(`${before}"${marker}"${after}`)).replace(
          JSON.stringify({ t: "str", v: marker }),
          () => JSON.stringify(valueToJson(value)),
        );
        // The order of the fields differs for comments only.
        expect(read(before + written + after)).toEqual(JSON.parse(expected));
      }),
      { numRuns: 1500 },
    );
  });

  test.each([
    { name: "key", flow: false, before: "", after: ": 1\n" },
    { name: "key in a list", flow: false, before: "k:\n- ", after: ": 1\n" },
    { name: "flow key", flow: true, before: "k: {", after: ": 1, other: 2}\n" },
  ])("$name", ({ flow, before, after }) => {
    fc.assert(
      fc.property(text, lineStyle, (key, style) => {
        const written = writeScalar({ kind: "string", value: key }, style, { flow, key: true });
        const document = JSON.stringify(read(`${before}"${marker}"${after}`));
        const expected = document.replace(JSON.stringify(marker), () => JSON.stringify(key));
        expect(read(before + written + after)).toEqual(JSON.parse(expected));
      }),
      { numRuns: 1500 },
    );
  });

  test("the `yaml` package agrees", () => {
    fc.assert(
      fc.property(text, lineStyle, fc.constantFrom(...PLACES), (value, style, place) => {
        const written = writeScalar({ kind: "string", value }, style, {
          flow: place.flow,
          key: false,
        });
        const expected = JSON.stringify(secondOpinion(`${place.before}"${marker}"${place.after}`));
        expect(secondOpinion(place.before + written + place.after)).toEqual(
          JSON.parse(expected.replace(JSON.stringify(marker), () => JSON.stringify(value))),
        );
      }),
      { numRuns: 1500 },
    );
  });
});

describe("a block scalar reads back as the same text", () => {
  const blockText = fc.string({
    unit: fc.constantFrom(...Array.from(" \n\tab#-:😀é")),
    maxLength: 14,
  });
  const blockStyle = fc.constantFrom<BlockStyle>("literal", "folded");

  test.each([
    { name: "in the root", before: "k: ", parentIndent: 0, after: "\nz: 1\n" },
    { name: "at the end", before: "k: ", parentIndent: 0, after: "\n" },
    { name: "in a map", before: "m:\n  k: ", parentIndent: 2, after: "\n  z: 1\n" },
    { name: "in a list", before: "m:\n  - ", parentIndent: 2, after: "\n  - z\n" },
    { name: "in a list without indentation", before: "m:\n- ", parentIndent: 0, after: "\n- z\n" },
  ])("$name", ({ before, parentIndent, after }) => {
    fc.assert(
      fc.property(blockText, blockStyle, fc.integer({ min: 1, max: 9 }), (value, style, step) => {
        const block = writeBlockScalar(value, style, parentIndent + step, parentIndent);
        if (block === null) {
          expect(value).toMatch(/(^|\n)[ \t]+\n*$/);
          return;
        }
        const document = `${before}${block.header}\n${block.content}${after}`;
        const expected = JSON.stringify(read(`${before}"@@"${after}`));
        expect(read(document)).toEqual(
          JSON.parse(expected.replace('"@@"', () => JSON.stringify(value))),
        );
        const opinion = JSON.stringify(secondOpinion(`${before}"@@"${after}`));
        expect(secondOpinion(document)).toEqual(
          JSON.parse(opinion.replace('"@@"', () => JSON.stringify(value))),
        );
      }),
      { numRuns: 1500 },
    );
  });
});

describe("canonical text reads back as the same tree", () => {
  const key = fc.oneof(text, fc.constantFrom("a", "b", "c"));

  test("for any values and indentation", () => {
    const noComments = fc.constant<Comment[]>([]);
    fc.assert(
      fc.property(branchesOf(key, scalar, noComments), fc.nat(10), (branches, indent) => {
        expect(read(emitYaml(branches, { indent }))).toEqual(treeToJson(branches));
      }),
      { numRuns: 1500 },
    );
  });

  test("with any comments around the values", () => {
    const comment = fc.record<Comment>({
      kind: fc.constant("comment"),
      text: fc.constantFrom(" c1", " c2", "c3", "", "a\nb: c", "\r"),
      inline: fc.boolean(),
    });
    const leaf = fc
      .constantFrom("a", "long value", "x\ny\n", "x\n\n", " x\ny", "\n", "x\u2028y", "x\t")
      .map((value) => ({ kind: "string", value }) as const);
    const comments = fc.array(comment, { maxLength: 2 });
    fc.assert(
      fc.property(
        branchesOf(fc.constantFrom("a", "b", "c", "x\ny"), leaf, comments),
        (branches) => {
          const reread = parseYaml(encodeText(emitYaml(branches, {}))).branches;
          expect(treeToJson(reread.map(withoutComments))).toEqual(
            treeToJson(branches.map(withoutComments)),
          );
        },
      ),
      { numRuns: 3000 },
    );
  });
});

/** One to three documents, with comments before and behind every pair and element. */
function branchesOf(
  key: fc.Arbitrary<string>,
  leaf: fc.Arbitrary<ScalarValue>,
  comments: fc.Arbitrary<Comment[]>,
): fc.Arbitrary<MapValue[]> {
  const { map } = fc.letrec<{ map: MapValue; value: TreeValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthSize: "medium" },
      leaf,
      fc
        .tuple(fc.array(fc.tuple(comments, tie("value")), { maxLength: 4 }), comments)
        .map(([items, last]) => ({ kind: "list", items: [...items.flat(2), ...last] }) as const),
      tie("map"),
    ),
    map: fc
      .tuple(
        fc.uniqueArray(fc.tuple(key, tie("value"), comments), {
          maxLength: 5,
          selector: ([name]) => name,
        }),
        comments,
      )
      .map(([pairs, last]) => ({
        kind: "map",
        items: [
          ...pairs.flatMap(([name, value, before]): MapItem[] => [
            ...before,
            { kind: "pair", key: name, value },
          ]),
          ...last,
        ],
      })),
  }));
  return fc.array(map, { minLength: 1, maxLength: 3 });
}
