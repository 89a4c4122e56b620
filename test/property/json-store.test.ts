import * as fc from "fast-check";
import { expect, test } from "vitest";

import type { MapValue, ScalarValue, TreeBranch, TreeValue } from "../../src/document/tree.js";
import { mapOf, stringValue } from "../../src/document/tree.js";
import { jsonStore } from "../../src/formats/json/store.js";
import { ParseError } from "../../src/support/errors.js";
import { joinPieces, leavesOf, mapLeaves, sealLeaf, withLeavesOf } from "../support/leaves.js";
import { asSpanned } from "../../src/formats/splice.js";
import { applyEdits, randomEdits } from "../support/tree-edits.js";
import { treeToJson } from "../support/tree-json.js";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("__proto__", "sops", "10", "2", "a", '\u2028<&>\u0000\\n"', "ENC["),
);

const scalar: fc.Arbitrary<ScalarValue> = fc.oneof(
  text.map(stringValue),
  fc
    .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    .map((value): ScalarValue => ({ kind: "int", value })),
  // Canonical text of a whole float reads back as int, so only others are stable.
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .filter((value) => !Number.isInteger(value))
    .map((value): ScalarValue => ({ kind: "float", value })),
  fc.boolean().map((value): ScalarValue => ({ kind: "bool", value })),
  fc.constant<ScalarValue>({ kind: "null" }),
);

const { value: treeValue } = fc.letrec<{ value: TreeValue; map: TreeValue; list: TreeValue }>(
  (tie) => ({
    value: fc.oneof({ depthSize: "small", withCrossShrink: true }, scalar, tie("map"), tie("list")),
    map: fc.array(fc.tuple(text, tie("value")), { maxLength: 5 }).map(mapOf),
    list: fc
      .array(tie("value"), { maxLength: 5 })
      .map((items): TreeValue => ({ kind: "list", items })),
  }),
);

const branch: fc.Arbitrary<MapValue> = fc
  .array(fc.tuple(text, treeValue), { maxLength: 6 })
  .map((entries) => mapOf(entries.filter(([key]) => key !== "sops")));

const space = fc.constantFrom("", "", " ", "\n", "\r\n  ", "\t");

/** The tree as JSON text with random white space, escapes and number spellings. */
function spell(value: TreeValue, pick: () => string, loose: boolean): string {
  switch (value.kind) {
    case "map": {
      const pairs = value.items.flatMap((item) =>
        item.kind === "pair"
          ? `${pick()}${JSON.stringify(item.key)}${pick()}:${spell(item.value, pick, loose)}`
          : [],
      );
      return `${pick()}{${pairs.join(",")}${pick()}}${pick()}`;
    }
    case "list": {
      const items = value.items.flatMap((item) =>
        item.kind === "comment" ? [] : spell(item, pick, loose),
      );
      return `${pick()}[${items.join(",")}${pick()}]${pick()}`;
    }
    case "string": {
      const literal = JSON.stringify(value.value);
      return pick() + (loose ? literal.replaceAll("a", "\\u0061") : literal) + pick();
    }
    case "float":
      return `${pick()}${loose ? value.value.toExponential() : String(value.value)}${pick()}`;
    case "null":
      return `${pick()}null${pick()}`;
    case "bytes":
    case "timestamp":
    case "uint":
      throw new Error("not generated");
    default:
      return `${pick()}${String(value.value)}${pick()}`;
  }
}

const source = fc
  .tuple(branch, fc.infiniteStream(space), fc.boolean())
  .map(([tree, spaces, loose]) =>
    spell(tree, () => (spaces.next().value as string | undefined) ?? "", loose),
  );

function rootOf(branches: readonly TreeBranch[]): TreeBranch {
  return branches[0] ?? mapOf([]);
}

test("what is written reads back as the same tree, and is written the same again", () => {
  fc.assert(
    fc.property(branch, fc.integer({ min: -1, max: 4 }), (tree, indent) => {
      const bytes = jsonStore.emit([tree], { indent });
      const { branches } = jsonStore.parse(bytes);
      expect(treeToJson(branches)).toEqual(treeToJson([tree]));
      expect(Buffer.from(jsonStore.emit(branches, { indent }))).toEqual(Buffer.from(bytes));
      expect(() => JSON.parse(Buffer.from(bytes).toString()) as unknown).not.toThrow();
    }),
  );
});

test("the pieces are the source, byte for byte", () => {
  fc.assert(
    fc.property(source, (json) => {
      const document = jsonStore.parse(Buffer.from(json));
      const pieces = jsonStore.segment(document);
      expect(joinPieces(pieces)).toBe(json);
      expect(joinPieces(jsonStore.render(document, document.branches, "keep"))).toBe(json);
      pieces.forEach((piece, index) => {
        expect(piece.leaf !== undefined).toBe(index % 2 === 1);
      });
    }),
  );
});

test("encrypted and decrypted in place, a file comes back with its layout", () => {
  const metadata = mapOf([["mac", stringValue("ENC[m]")]]);
  fc.assert(
    fc.property(source, (json) => {
      const document = jsonStore.parse(Buffer.from(json));
      const root = rootOf(document.branches);
      const joined = jsonStore.joinMetadata([mapLeaves(root, sealLeaf)], metadata);
      const sealed = joinPieces(jsonStore.render(document, joined, "encrypt"));
      const encrypted = jsonStore.parse(Buffer.from(sealed));
      expect(treeToJson(encrypted.branches)).toEqual(treeToJson(joined));

      const split = jsonStore.splitMetadata(encrypted.branches);
      const opened = withLeavesOf(rootOf(split.branches), root);
      const decrypted = joinPieces(jsonStore.render(encrypted, [opened], "decrypt"));
      const again = jsonStore.parse(Buffer.from(decrypted));
      expect(treeToJson(again.branches)).toEqual(treeToJson(document.branches));
      const structure = (of: typeof document): string[] =>
        jsonStore.segment(of).flatMap((piece) => (piece.leaf === undefined ? [piece.text] : []));
      expect(structure(again)).toEqual(structure(document));
      expect(leavesOf(rootOf(again.branches))).toHaveLength(leavesOf(root).length);
    }),
  );
});

function expectTreeOrParseError(bytes: Uint8Array): void {
  try {
    expect(jsonStore.parse(bytes).branches).toHaveLength(1);
  } catch (error) {
    expect(error).toBeInstanceOf(ParseError);
  }
}

test("any bytes give a tree or a typed error", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), expectTreeOrParseError));
});

test("damaged JSON is accepted only where JSON.parse accepts it", () => {
  const damage = fc.tuple(
    fc.nat(),
    fc.nat(2),
    fc.constantFrom(...Array.from('{}[]",:\\0-1e.+ntu \n\u0000\ufeff')),
  );
  fc.assert(
    fc.property(source, fc.array(damage, { minLength: 1, maxLength: 3 }), (json, damages) => {
      let damaged = json;
      for (const [position, cut, added] of damages) {
        const at = position % (damaged.length + 1);
        damaged = damaged.slice(0, at) + added + damaged.slice(at + cut);
      }
      damaged = damaged.toWellFormed();
      let accepted = true;
      try {
        jsonStore.parse(Buffer.from(damaged));
      } catch (error) {
        expect(error).toBeInstanceOf(ParseError);
        accepted = false;
      }
      expect(accepted).toBe(isPlainJsonObject(damaged));
    }),
  );
});

/** As JSON.parse sees it, without what we refuse beyond the grammar: lone surrogates and infinite numbers. */
function isPlainJsonObject(json: string): boolean {
  let refused = 0;
  const judge = (key: string, item: unknown): unknown => {
    const isPlain =
      key.isWellFormed() &&
      (typeof item !== "string" || item.isWellFormed()) &&
      (typeof item !== "number" || Number.isFinite(item));
    refused += isPlain ? 0 : 1;
    return item;
  };
  try {
    const value = JSON.parse(json, judge) as unknown;
    return refused === 0 && typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** A map or list, or the text of a scalar, laid out by hand. */
interface Look {
  readonly lineBreak: string;
  readonly indent: string | null;
  readonly colon: string;
  readonly gap: string;
  readonly padding: string;
}

const look: fc.Arbitrary<Look> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("\n", "\r\n"),
      fc.constantFrom("  ", "    ", "\t", " "),
      fc.constantFrom(": ", ":", " : "),
    )
    .map(([lineBreak, indent, colon]) => ({ lineBreak, indent, colon, gap: "", padding: "" })),
  fc
    .constantFrom([":", ""], [": ", " "], [" : ", " "])
    .chain(([colon = "", gap = ""]) =>
      fc
        .constantFrom("", gap)
        .map((padding) => ({ lineBreak: "", indent: null, colon, gap, padding })),
    ),
);

function layOut(value: TreeValue, style: Look, level = 0): string {
  if (value.kind !== "map" && value.kind !== "list") {
    return spell(value, () => "", false);
  }
  const items = value.items.map((item) => {
    if (item.kind === "comment") throw new Error("not generated");
    return item.kind === "pair"
      ? JSON.stringify(item.key) + style.colon + layOut(item.value, style, level + 1)
      : layOut(item, style, level + 1);
  });
  const [start, end] = value.kind === "map" ? ["{", "}"] : ["[", "]"];
  if (items.length === 0) return start + end;
  const { indent, gap, padding } = style;
  if (indent === null) {
    const inner = value.kind === "map" ? padding : "";
    return start + inner + items.join(`,${gap}`) + inner + end;
  }
  const line = style.lineBreak + indent.repeat(level);
  return start + items.map((item) => line + indent + item).join(",") + line + end;
}

const name = fc.constantFrom("a", "b", "c", "d", "e e", "__proto__");
const shortScalar = fc.oneof(
  fc.constantFrom("", "x", "é", "<").map(stringValue),
  fc.integer().map((value): ScalarValue => ({ kind: "int", value: BigInt(value) })),
  fc.constantFrom<ScalarValue>(
    { kind: "null" },
    { kind: "bool", value: true },
    { kind: "float", value: 1.5 },
  ),
);
const { value: shortValue } = fc.letrec<{ value: TreeValue; map: TreeValue; list: TreeValue }>(
  (tie) => ({
    value: fc.oneof({ depthSize: "small" }, shortScalar, tie("map"), tie("list")),
    map: fc
      .uniqueArray(fc.tuple(name, tie("value")), { maxLength: 4, selector: ([key]) => key })
      .map(mapOf),
    list: fc
      .array(tie("value"), { maxLength: 4 })
      .map((items): TreeValue => ({ kind: "list", items })),
  }),
);
const shortMap = fc
  .uniqueArray(fc.tuple(name, shortValue), { minLength: 1, maxLength: 5, selector: ([key]) => key })
  .map(mapOf);

test("in a file of one style, a changed tree looks as if it had been written so", () => {
  fc.assert(
    fc.property(shortMap, look, randomEdits(name, shortValue, 5), (tree, style, edits) => {
      const document = jsonStore.parse(Buffer.from(layOut(tree, style)));
      const changed = applyEdits(document.branches, edits);
      const rendered = joinPieces(jsonStore.render(document, changed, "keep"));
      // What loses all its items keeps its brackets where they are.
      const normal = rendered.replaceAll(/([{[])\s+([}\]])/g, "$1$2");
      expect(normal).toBe(layOut(rootOf(changed), style));
    }),
    { numRuns: 1000 },
  );
});

test("set and unset in any layout: it reads back as the changed tree, and the rest keeps its text", () => {
  const metadata = mapOf([["mac", stringValue("ENC[m]")]]);
  fc.assert(
    fc.property(source, randomEdits(text, treeValue, 4), fc.boolean(), (json, edits, isSealed) => {
      const plain = jsonStore.parse(Buffer.from(json));
      const joined = jsonStore.joinMetadata(plain.branches, metadata);
      const sealed = joinPieces(jsonStore.render(plain, joined, "encrypt"));
      const document = isSealed ? jsonStore.parse(Buffer.from(sealed)) : plain;
      const { branches } = jsonStore.splitMetadata(document.branches);
      let changed = applyEdits(branches, edits);
      if (rootOf(changed).items.some((item) => item.kind === "pair" && item.key === "sops")) return;
      changed = isSealed ? jsonStore.joinMetadata(changed, metadata) : changed;
      const rendered = joinPieces(jsonStore.render(document, changed, "keep"));
      expect(treeToJson(jsonStore.parse(Buffer.from(rendered)).branches)).toEqual(
        treeToJson(changed),
      );
      if (isSealed) expect(rendered).toContain('\n\t"sops": {\n\t\t"mac": "ENC[m]"\n\t}');
      const { spans } = asSpanned(document);
      for (const item of rootOf(changed).items) {
        if (item.kind === "pair" && rootOf(branches).items.includes(item)) {
          const start = spans[2 * (item.place ?? 0)];
          const end = spans[2 * (item.value.place ?? 0) + 1];
          expect(rendered).toContain(document.text.slice(start, end));
        }
      }
    }),
    { numRuns: 1000 },
  );
});
