import { describe, expect, it } from "vitest";

import { ParseError } from "../../../src/support/errors.js";
import { parseYaml } from "../../../src/support/yaml.js";
import {
  isNull,
  readBoolean,
  readInteger,
  type YamlNode,
  type YamlScalar,
} from "../../../src/support/yaml-data.js";

function read(text: string): YamlNode {
  return parseYaml(new TextEncoder().encode(text));
}

/** Plain data: scalars as text with `!` before quoted ones, maps as lists of pairs. */
function show(node: YamlNode): unknown {
  switch (node.kind) {
    case "scalar":
      return node.isPlain ? node.text : `!${node.text}`;
    case "list":
      return node.items.map(show);
    case "map":
      return { map: [...node.entries].map(([key, value]) => [key, show(value)]) };
  }
}

function map(...pairs: readonly (readonly [string, unknown])[]): { map: unknown } {
  return { map: pairs };
}

function failure(text: string): ParseError {
  try {
    read(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ParseError);
    return error as ParseError;
  }
  throw new Error("no error");
}

describe("parseYaml", () => {
  it.each<[string, string, unknown]>([
    ["an empty file", "", ""],
    ["comments only", "# a\n# b\n", ""],
    ["a mapping", "a: b\nc: 1\n", map(["a", "b"], ["c", "1"])],
    ["JSON with tabs", '{\n\t"a": [\n\t\t{"b": "c"}\n\t]\n}', map(["a", [map(["b", "!c"])]])],
    ["a byte order mark", "\ufeffa: b\n", map(["a", "b"])],
    ["CRLF", "a: b\r\nc:\r\n  - d\r\n", map(["a", "b"], ["c", ["d"]])],
    ["the first document only", "a: b\n---\nc: [\n", map(["a", "b"])],
    ["a version directive", "%YAML 1.1\n---\na: yes\n", map(["a", "yes"])],
    ["folded text", "a: >-\n  x,\n  y\n", map(["a", "!x, y"])],
    ["quotes", "a: 'b'\nc: \"\\u0041\"\n", map(["a", "!b"], ["c", "!A"])],
    ["tags", "a: !!str 2\nb: !!int '3'\nc: !own x\n", map(["a", "!2"], ["b", "3"], ["c", "x"])],
    ["empty values", "a:\nb: ~\n", map(["a", ""], ["b", "~"])],
    [
      "brackets that end at the margin",
      "a: [\n  b\n]\nc: {\n  d: e\n}\n",
      map(["a", ["b"]], ["c", map(["d", "e"])]),
    ],
    [
      "an anchor and aliases",
      "a: &x [1]\nb: *x\nc: [*x]\n",
      map(["a", ["1"]], ["b", ["1"]], ["c", [["1"]]]),
    ],
    ["an anchor used twice", "a: &x 1\nb: &x 2\nc: *x\n", map(["a", "1"], ["b", "2"], ["c", "2"])],
    [
      "a merge key",
      "a: &x {b: 1, c: 2}\nd: {c: 3, <<: *x}\n",
      map(["a", map(["b", "1"], ["c", "2"])], ["d", map(["c", "3"], ["b", "1"])]),
    ],
    [
      "merged lists, the first wins",
      "a: {<<: [{b: 1}, {b: 2, c: 3}]}\n",
      map(["a", map(["b", "1"], ["c", "3"])]),
    ],
    ["a quoted << as a key", "'<<': 1\n", map(["<<", "1"])],
    [
      "special names",
      "__proto__: 1\nconstructor: 2\ntoString: 3\n10: 4\n2: 5\n",
      map(["__proto__", "1"], ["constructor", "2"], ["toString", "3"], ["10", "4"], ["2", "5"]),
    ],
    ["a key that is no scalar", "? [a]\n: b\nc: d\n", map(["c", "d"])],
  ])("reads %s", (_name, text, expected) => {
    expect(show(read(text))).toEqual(expected);
  });

  it("reads UTF-16 with a byte order mark", () => {
    const little = Buffer.from("\ufeffa: \u00e9\n", "utf16le");
    const big = Buffer.from(little).swap16();
    expect(show(parseYaml(little))).toEqual(map(["a", "\u00e9"]));
    expect(show(parseYaml(big))).toEqual(map(["a", "\u00e9"]));
    expect(() => parseYaml(Uint8Array.of(0xff, 0xfe, 0x00))).toThrow("not valid UTF-16");
  });

  it("knows the line of every node", () => {
    const root = read("# comment\na: b\nc:\n  - d\n  - e: f\n");
    const list = root.kind === "map" ? root.entries.get("c") : undefined;
    const lines = list?.kind === "list" ? list.items.map((item) => item.line) : [];
    expect([root.line, list?.line, ...lines]).toEqual([2, 4, 4, 5]);
  });

  it.each<[string, string, string, number, number]>([
    ["a duplicate key", "a: 1\nb: 2\na: 3\n", "duplicate key in a mapping", 3, 1],
    [
      "a duplicate key in an unused part",
      "x:\n  - {b: 1, b: 2}\n",
      "duplicate key in a mapping",
      2,
      12,
    ],
    ["two merge keys", "a: {<<: {}, <<: {}}\n", "duplicate key in a mapping", 1, 13],
    ["an alias without anchor", "a: *secret\n", "an alias names no anchor before it", 1, 4],
    ["an alias before its anchor", "a: *x\nb: &x 1\n", "an alias names no anchor before it", 1, 4],
    ["an anchor in itself", "a: &x\n  - *x\n", "an anchor contains itself", 2, 5],
    ["an anchor merged into itself", "a: &x {<<: *x}\n", "an anchor contains itself", 1, 12],
    [
      "a merge of a text",
      "a: {<<: secret}\n",
      "a merge key needs a mapping or a list of mappings",
      1,
      4,
    ],
    ["an open bracket", "a: [secret\n", "the indentation does not fit", 2, 1],
    ["an open quote", 'a: "secret', "a quote, bracket, comma or colon is missing", 1, 11],
    ["a nested key", "a: b: secret\n", "a mapping cannot start on the line of a key", 1, 4],
    [
      "a reserved character",
      "a: @secret\n",
      "an unquoted text starts with a reserved character",
      1,
      4,
    ],
    ["a bad escape", 'a: "\\secret"\n', "an escape in double quotes is not valid", 1, 5],
    ["a tab", "a:\n  b: 1\n\tc: secret\n", "a tab is used for indentation", 3, 1],
  ])("refuses %s without quoting the text", (_name, text, reason, line, column) => {
    const error = failure(text);
    expect(error.message).toBe(reason);
    expect([error.line, error.column]).toEqual([line, column]);
    expect(JSON.stringify([error.message, error.details])).not.toContain("secret");
  });

  it("refuses bytes that are no UTF-8", () => {
    expect(() => parseYaml(Uint8Array.of(0x61, 0x3a, 0x20, 0xff))).toThrow("not valid UTF-8");
  });
});

const NESTED: readonly (readonly [string, (depth: number) => string])[] = [
  ["flow lists", (depth) => "[".repeat(depth) + "]".repeat(depth)],
  ["flow mappings", (depth) => "{a: ".repeat(depth) + "}".repeat(depth)],
  ["tagged flow lists", (depth) => "&a !x [".repeat(depth) + "]".repeat(depth)],
  ["lists on one line", (depth) => `${"- ".repeat(depth)}x`],
  ["explicit keys", (depth) => `${"? ".repeat(depth)}x`],
  ["mappings", (depth) => staircase(depth, (indent) => `${" ".repeat(indent)}a:`)],
  ["lists", (depth) => staircase(depth, (indent) => `${" ".repeat(indent)}-`)],
  ["lists in mappings", (depth) => staircase(depth / 2, (indent) => `${"  ".repeat(indent)}- a:`)],
  [
    "lists in the column of their key",
    (depth) =>
      staircase(depth / 2, (indent) => `${"  ".repeat(indent)}a:\n${"  ".repeat(indent)}- b: 1`),
  ],
  ["open lists", (depth) => `x: ${"[".repeat(depth - 1)}`],
];

function staircase(steps: number, line: (indent: number) => string): string {
  return Array.from({ length: steps }, (_, indent) => line(indent)).join("\n");
}

describe("hostile YAML", () => {
  it.each(NESTED.slice(0, -1))("reads 500 levels of %s", (_name, nest) => {
    expect(() => read(nest(500))).not.toThrow();
  });

  it.each(NESTED)("refuses 2,500 levels of %s by counting", (_name, nest) => {
    expect(failure(nest(2500)).message).toBe("nested too deeply");
  });

  it.each(NESTED.slice(0, 5))("refuses 100,000 levels of %s by counting", (_name, nest) => {
    expect(failure(nest(100_000)).message).toBe("nested too deeply");
  });

  it("does not count brackets inside text", () => {
    const brackets = "[".repeat(5000);
    const text = `a: |\n  ${brackets}\nb: "${brackets}"\nc: x${brackets}\n# ${brackets}\n`;
    expect(() => read(text)).not.toThrow();
  });

  it("counts levels behind aliases", () => {
    const levels = Array.from(
      { length: 10 },
      (_, step) =>
        `a${step}: &a${step} ${"[".repeat(100)}${step === 0 ? "" : `*a${step - 1}`}${"]".repeat(100)}`,
    );
    expect(failure(levels.join("\n")).message).toBe("nested too deeply");
  });

  it.each([
    ["lists", (step: number) => `[${Array.from({ length: 10 }, () => `*a${step}`).join(",")}]`],
    ["merge keys", (step: number) => `{x: {<<: *a${step}}, y: {<<: *a${step}}}`],
  ])("refuses aliases that multiply by %s", (_name, next) => {
    const lines = Array.from(
      { length: 30 },
      (_, step) => `a${step + 1}: &a${step + 1} ${next(step)}`,
    );
    const { message } = failure(`a0: &a0 {k: v}\n${lines.join("\n")}\n`);
    expect(message).toBe("more than 1000000 nodes with all aliases written out");
  });

  it.each([
    ["commas", `[${",".repeat(190_000)}]`],
    ["reserved characters", `[${"@,".repeat(65_000)}]`],
    ["directives", "%A\n".repeat(95_000)],
    ["keys", Array.from({ length: 28_000 }, (_, index) => `k${index}: 1\n`).join("")],
    ["aliases", `- &a x\n${"- *a\n".repeat(45_000)}`],
    ["more tokens than allowed", "a,".repeat(2_000_000)],
    ["folded lines", `>\n${" a\n\n".repeat(1_000_000)}`],
  ])("ends soon for many %s", (_name, text) => {
    const start = performance.now();
    try {
      read(text);
    } catch (error) {
      expect(error).toBeInstanceOf(ParseError);
    }
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it("refuses what is larger than 4 MiB before reading it", () => {
    expect(() => parseYaml(new Uint8Array((4 << 20) + 1))).toThrow("larger than 4 MiB");
  });
});

describe("scalars", () => {
  const scalar = (text: string, isPlain = true): YamlScalar => ({
    kind: "scalar",
    text,
    isPlain,
    line: 1,
  });

  it.each<[string, number | undefined]>([
    ["2", 2], ["+2", 2], ["-2", -2], ["0", 0], ["2.0", 2], ["2.", 2], ["2e0", 2], ["1_000", 1000], ["0x10", 16],
    ["0o17", 15], ["017", 15], ["0b11", 3], ["9007199254740992", undefined], ["2.5", undefined], ["two", undefined],
    ["", undefined], ["1e400", undefined], [".inf", undefined], ["0x", undefined], ["09", 9], ["-", undefined],
  ])("reads the integer %j as %j", (text, expected) => {
    expect(readInteger(scalar(text))).toBe(expected);
    expect(readInteger(scalar(text, false))).toBeUndefined();
  }); // prettier-ignore

  it.each<[string, boolean | undefined]>([
    ["true", true], ["True", true], ["yes", true], ["on", true], ["y", true], ["Y", true], ["false", false],
    ["no", false], ["OFF", false], ["n", false], ["1", undefined], ["tRUE", undefined], ["", undefined],
  ])("reads the boolean %j as %j", (text, expected) => {
    expect(readBoolean(scalar(text))).toBe(expected);
    expect(readBoolean(scalar(text, false))).toBeUndefined();
  }); // prettier-ignore

  it.each<[string, boolean]>([
    ["", true],
    ["~", true],
    ["null", true],
    ["Null", true],
    ["NULL", true],
    ["nil", false],
  ])("knows whether %j is null", (text, expected) => {
    expect(isNull(scalar(text))).toBe(expected);
    expect(isNull(scalar(text, false))).toBe(false);
  });
});
