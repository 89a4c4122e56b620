import { describe, expect, test } from "vitest";

import { parseIni } from "../../../../src/formats/ini/parse.js";
import { ParseError } from "../../../../src/support/errors.js";
import { decodeText, encodeText } from "../../../../src/support/text.js";
import { treeToJson } from "../../../support/tree-json.js";
import { unitTable, vectorCases } from "../../../support/vectors.js";

function read(text: string): unknown {
  return treeToJson(parseIni(encodeText(text)).branches);
}

/** Keys and values of the default section as lines. */
function entries(source: string | Uint8Array): string[] {
  const bytes = typeof source === "string" ? encodeText(source) : source;
  const [section] = parseIni(bytes).branches[0]?.items ?? [];
  if (section?.kind !== "pair" || section.value.kind !== "map") {
    throw new Error("no default section");
  }
  return section.value.items.map((item) =>
    item.kind === "comment"
      ? `;${item.text}`
      : `${item.key}=${item.value.kind === "string" ? item.value.value : "?"}`,
  );
}

function failureOf(text: string): ParseError {
  try {
    parseIni(encodeText(text));
  } catch (error) {
    if (error instanceof ParseError) return error;
    throw error;
  }
  throw new Error("was read");
}

/** The reference's words up to the text of the line. */
function phraseOf(message: string): string {
  return message
    .replace(/^.*?data: /s, "")
    .replace(/:.*| from .*/s, "")
    .trim();
}

const rows = unitTable("ini-parse") as { in: string; docs?: unknown; error?: string }[];

describe("files read as the real sops reads them", () => {
  test.each(rows.filter(({ docs }) => docs !== undefined))("$in", (row) => {
    expect(read(row.in)).toEqual(row.docs);
  });

  test.each(rows.filter(({ error }) => error !== undefined))("refused: $in", (row) => {
    expect(phraseOf(failureOf(row.in).message)).toBe(phraseOf(row.error ?? ""));
  });

  const cases = vectorCases("ini").map(({ name, files }) => ({ name, files }));
  test.each(cases.filter(({ files }) => files.has("tree.json")))("$name", ({ files }) => {
    const tree: unknown = JSON.parse(decodeText(files.get("tree.json") ?? new Uint8Array()));
    expect(read(decodeText(files.get("plain.ini") ?? new Uint8Array()))).toEqual(tree);
  });
});

describe("corners, tried with sops 3.11.0", () => {
  test.each<[string, string[]]>([
    ['"""a"""=1', ["a=1"]],
    ['"k" junk = v\n`m` # x = 2', ["k=v", "m=2"]],
    ["`-` = a", ["#1=a"]],
    ["`#1` = x\n- = y", ["#1=y"]],
    ['k = """a\nb""" \\\nc""" ; d', ['k=a\nb""" \\\nc', ";d"]],
    ['k = """a\r\nb"""\\\r\nz"""\r\n', ['k=a\r\nb"""\\\r\nz']],
    ["k = `\nx` # c ; d", ["k=\nx", ";c ; d"]],
    [";\ttab\na=1\n; \u00a0x\nb=2", ["a=1", ";\ttab", "b=2", ";\u00a0x"]],
    ["a = x\\\n; c\\\nb = 2\n\nd = y\\\n\nz = 3", ["a=x; cb = 2", "d=y", "z=3"]],
    ["a\rb = 1\rc = 2", ["a\rb=1\rc = 2"]],
    ["\u0085a\u00a0=\u3000b\u2028\n\ufeffc\ufeff = \ufeff", ["a=b", "\ufeffc\ufeff=\ufeff"]],
    ["\ufeffa = 1", ["a=1"]],
    ["; c\na = 1\na = 2", ["a=2"]],
  ])("%j", (text, expected) => {
    expect(entries(text)).toEqual(expected);
  });

  test("bytes outside UTF-8 stay, and are no white space", () => {
    const bytes = Buffer.from("caf\xe9 = \x85x\xa0\n", "latin1");
    expect(entries(bytes)).toEqual(["caf\udce9=\udc85x\udca0"]);
  });

  test.each([[[0xff, 0xfe]], [[0xfe, 0xff]]])("the mark %j is passed over", (mark) => {
    expect(entries(Uint8Array.of(...mark, 0x61, 0x3d, 0x31))).toEqual(["a=1"]);
  });

  test("names of JavaScript objects are plain keys, numbers keep their order", () => {
    const names = ["__proto__", "constructor", "toString", "10", "2", "length"];
    expect(entries(names.map((name) => `${name}=1\n`).join(""))).toEqual(
      names.map((name) => `${name}=1`),
    );
    expect(read("[__proto__]\n__proto__ = x\n")).toHaveLength(1);
  });
});

describe("refusals name the line and nothing of the text", () => {
  test.each([
    ["a=1\n[s3cret\n", "unclosed section: line 2"],
    ["a=1\n\n[]\n", "empty section name: line 3"],
    ["s3cret\n", "key-value delimiter not found: line 1"],
    ["x = `\n`\n = s3cret", "empty key name: line 3"],
    ['"" = s3cret', "error creating new key: empty key name: line 1"],
    ['"s3cret = 1', "missing closing key quote: line 1"],
    ['"s3cret" 1', "key-value delimiter not found: line 1"],
    ['a=1\nk = """s3cret\n', "missing closing key quote from line 2 to the end"],
  ])("%j", (text, reason) => {
    const error = failureOf(text);
    expect(error.message).toBe(`Could not unmarshal input data: ${reason}`);
    expect(error.exitCode).toBe(2);
    expect(error.line).toBe(Number(/line (\d+)/.exec(reason)?.[1]));
  });
});
