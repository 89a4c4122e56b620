import { randomBytes } from "node:crypto";

import { describe, expect, test } from "vitest";

import {
  applyHints,
  computeHints,
  openLayout,
  sealLayout,
  shorterHints,
  type PieceHints,
  type TextPiece,
} from "../../../src/document/layout.js";
import type { Leaf, MapValue } from "../../../src/document/tree.js";

const one: Leaf = { kind: "float", value: 1.5 };
const note: Leaf = { kind: "comment", text: " n", inline: false };
const two: Leaf = { kind: "string", value: "b" };
const tree: MapValue = {
  kind: "map",
  items: [
    { kind: "pair", key: "a", value: one },
    note,
    { kind: "pair", key: "b", value: { kind: "list", items: [two] } },
  ],
};
const source: TextPiece[] = [
  { text: "%YAML 1.1\n---\na: " },
  { text: "1.50", leaf: one },
  { text: "  " },
  { text: "# n", leaf: note },
  { text: "\nb: [ " },
  { text: "b", leaf: two },
  { text: " ]" },
];
const rendered: TextPiece[] = [
  { text: "---\na: " },
  { text: "1.5", leaf: { ...one } },
  { text: "  " },
  { text: "# n", leaf: { ...note } },
  { text: "\nb: [ " },
  { text: "b", leaf: { ...two } },
  { text: " ]\n" },
];
const renderedTree: MapValue = {
  kind: "map",
  items: [
    { kind: "pair", key: "a", value: rendered[1]?.leaf as typeof one },
    rendered[3]?.leaf as typeof note,
    { kind: "pair", key: "b", value: { kind: "list", items: [rendered[5]?.leaf as typeof two] } },
  ],
};
const text = source.map((piece) => piece.text).join("");

describe("hints", () => {
  const hints = computeHints(source, rendered, [tree]) as PieceHints;

  test("hold only what differs, by path", () => {
    expect(hints).toEqual({
      v: 1,
      leaves: [[[0, "a"], "value", "1.50"]],
      gaps: [
        [[], "%YAML 1.1\n---\na: "],
        [[0, "b", 0], " ]"],
      ],
    });
  });

  test("lead back to the source", () => {
    expect(applyHints(rendered, [renderedTree], hints)).toBe(text);
  });

  test("for leaves that are gone are passed over", () => {
    const without = rendered.filter((piece) => piece.text !== "1.5");
    const rest = { ...renderedTree, items: renderedTree.items.slice(1) };
    expect(applyHints(without, [rest], hints)).toBe("%YAML 1.1\n---\na: # n\nb: [ b ]");
  });

  test("are refused when the rows differ", () => {
    expect(computeHints(source, rendered.slice(0, 3), [tree])).toBeNull();
    const changed = rendered.map((piece) =>
      piece.text === "b" ? { text: "b", leaf: { ...two, value: "c" } } : piece,
    );
    expect(computeHints(source, changed, [tree])).toBeNull();
  });

  test("give way to the whole text when they would be longer", () => {
    expect(shorterHints(hints, { v: 1, document: text })).toBe(hints);
    const many: PieceHints = {
      v: 1,
      leaves: [],
      gaps: Array.from({ length: 40 }, (_, index) => [[0, index], "gap"]),
    };
    expect(shorterHints(many, { v: 1, document: text })).toEqual({ v: 1, document: text });
  });
});

describe("the field", () => {
  const key = randomBytes(32);
  const hints: PieceHints = { v: 1, leaves: [[[0, "ä\udcff"], "value", "x"]], gaps: [] };
  const field = sealLayout(hints, key, "2026-11-24T12:00:00Z", randomBytes(32));

  test("opens under its time stamp", () => {
    expect(openLayout(field, key, "2026-11-24T12:00:00Z")).toEqual(hints);
  });

  test("does not fit another file or another key", () => {
    expect(openLayout(field, key, "2026-11-24T12:00:01Z")).toBeNull();
    expect(openLayout(field, randomBytes(32), "2026-11-24T12:00:00Z")).toBeNull();
  });

  test("tells its length in steps only", () => {
    const longer = sealLayout(
      { ...hints, leaves: [[[0, "b"], "value", "a longer text"]] },
      key,
      "x",
      randomBytes(32),
    );
    expect(longer).toHaveLength(field.length);
  });
});
