import { describe, expect, test } from "vitest";

import { parseYaml } from "../../../../src/formats/yaml/parse.js";
import { ParseError } from "../../../../src/support/errors.js";
import { treeToJson } from "../../../support/tree-json.js";
import { unitTable, vectorCases } from "../../../support/vectors.js";

const encoder = new TextEncoder();

function parseText(text: string): unknown {
  return treeToJson(parseYaml(encoder.encode(text)).branches);
}

function messageFor(bytes: Uint8Array): string {
  try {
    parseYaml(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(ParseError);
    return (error as ParseError).message;
  }
  return "no error";
}

describe("trees that sops makes", () => {
  test.each(unitTable("yaml-comments").map(({ id, in: text, docs }) => [id, text, docs]))(
    "comments %s",
    (_, text, docs) => {
      expect(parseText(String(text))).toEqual(docs);
    },
  );

  test.each(unitTable("yaml-resolution").map(({ text, tree }) => [text, tree]))(
    "plain scalar %j",
    (text, tree) => {
      expect(parseText(`k: ${String(text)}\n`)).toEqual([{ t: "map", v: [{ k: "k", v: tree }] }]);
    },
  );

  /** Refused here although sops reads them: duplicates in a later document, an empty file (the store's case). */
  const REFUSED = new Set(["yaml/doc-second-dup", "yaml/err-empty"]);
  const cases = vectorCases("yaml").filter(
    ({ name, files }) => files.has("tree.json") && !REFUSED.has(name),
  );

  test.each(cases.map(({ name, files }) => [name, files] as const))("%s", (_, files) => {
    const expected: unknown = JSON.parse(new TextDecoder().decode(files.get("tree.json")));
    expect(treeToJson(parseYaml(files.get("plain.yaml") ?? new Uint8Array()).branches)).toEqual(
      expected,
    );
  });
});

describe("refusals", () => {
  const cases = vectorCases("yaml").filter(({ result }) => result.encrypt?.exit === 2);
  /** What of a message is text of the file (security.md M1), and what is a crash of the original. */
  const withoutText = (message: string): string =>
    message
      .replace(/ `[^`]*`/, "")
      .replace("anchor 'nope'", "anchor")
      .replace("anchor 'x'", "anchor")
      .replace(
        /^runtime: .*/s,
        "Error unmarshaling input YAML: yaml: anchor value contains itself",
      );

  test.each(cases.map(({ name, result, files }) => [name, result, files] as const))(
    "%s",
    (_, result, files) => {
      const [expected = ""] = [result.encrypt?.stderr ?? ""].map((stderr) =>
        withoutText(stderr.replace("Error unmarshalling file: ", "").trimEnd()),
      );
      expect(messageFor(files.get("plain.yaml") ?? new Uint8Array())).toBe(expected);
    },
  );

  test.each([
    ["a: *hunter2", "yaml: unknown anchor referenced"],
    [
      "a: 1\n---\nb: 1\nb: 2",
      'Error unmarshaling input YAML: yaml: unmarshal errors:\n  line 4: mapping key "b" already defined at line 3',
    ],
    ["a: 1\n---\nb: &x [*x]", "Error unmarshaling input YAML: yaml: anchor value contains itself"],
    ["a:\n  ? {b: c}\n  : 1", "yaml: invalid map key"],
    [
      "a: 1\n...\nb: 1",
      "Error unmarshaling input YAML: yaml: line 2: did not find expected <document start>",
    ],
    ["a: [? : b]", "yaml: did not find expected ',' or ']'"],
    ["a: !<tag:yaml.org,2002:float> x", "yaml: cannot decode !!str as a !!float"],
    ["%YAML 1.1\n%YAML 1.1\n---\na: 1", "yaml: line 1: found duplicate %YAML directive"],
    ['a: "\\ud83d"', "yaml: found invalid Unicode character escape code"],
    [
      "---\n- a\n",
      "yaml: unmarshal errors:\n  line 2: cannot unmarshal !!seq into map[string]interface {}",
    ],
  ])("%j", (text, message) => {
    expect(messageFor(encoder.encode(text))).toBe(message);
  });

  test.each([
    [[0x61, 0xff], "invalid leading UTF-8 octet"],
    [[0x61, 0xc3], "incomplete UTF-8 octet sequence"],
    [[0xc3, 0x61], "invalid trailing UTF-8 octet"],
    [[0xc0, 0x80], "invalid length of a UTF-8 sequence"],
    [[0xed, 0xa0, 0x80], "invalid Unicode character"],
    [[0xff, 0xfe, 0x61], "incomplete UTF-16 character"],
    [[0xff, 0xfe, 0x00, 0xd8], "expected low surrogate area"],
    [[0x61, 0x7f], "control characters are not allowed"],
    [[0x61, 0xef, 0xbf, 0xbf], "control characters are not allowed"],
  ])("bytes %j", (bytes, problem) => {
    expect(messageFor(Uint8Array.from(bytes))).toBe(`yaml: ${problem}`);
  });

  test("a bomb of aliases is refused in any document", () => {
    const lines = ["a: 1", "---", `x0: &x0 [${"x,".repeat(10)}]`];
    for (let level = 1; level <= 7; level += 1) {
      lines.push(`x${level}: &x${level} [${`*x${level - 1},`.repeat(10)}]`);
    }
    expect(messageFor(encoder.encode(lines.join("\n")))).toBe(
      "Error unmarshaling input YAML: yaml: document contains excessive aliasing",
    );
  });
});

describe("aliases", () => {
  test("a copy takes the comments of its target along", () => {
    const text = "l:\n  # h\n  - &x {a: 1}\nb: *x\n";
    const target = [{ k: "a", v: { t: "int", v: "1" } }];
    const comment = { t: "comment", v: " h" };
    expect(parseText(text)).toEqual([
      {
        t: "map",
        v: [
          { k: "l", v: { t: "seq", v: [comment, { t: "map", v: target }] } },
          { k: "b", v: { t: "map", v: [comment, ...target] } },
        ],
      },
    ]);
  });
});

describe("nesting to the limit", () => {
  test.each([
    ["flow", `a: ${"[".repeat(10_001)}`],
    ["block", `${"- ".repeat(10_001)}a`],
    ["both", `${"- ".repeat(6000)}${"[".repeat(6000)}`],
  ])("no further: %s", (_, text) => {
    expect(messageFor(encoder.encode(text))).toBe("yaml: exceeded max depth of 10000");
  });

  test.each([
    ["flow", `a: ${"[".repeat(9_999)}${"]".repeat(9_999)}`],
    ["block lists", `a:\n  ${"- ".repeat(9_998)}x`],
    ["keys", `${"? ".repeat(1)}a\n: ${"- ".repeat(9_000)}x`],
  ])("%s", (_, text) => {
    expect(parseYaml(encoder.encode(text)).branches).toHaveLength(1);
  });
});
