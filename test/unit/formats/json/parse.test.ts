import { describe, expect, test } from "vitest";

import type { TreeValue } from "../../../../src/document/tree.js";
import { findPair } from "../../../../src/document/tree.js";
import { jsonStore } from "../../../../src/formats/json/store.js";
import { ParseError } from "../../../../src/support/errors.js";
import { treeToJson } from "../../../support/tree-json.js";
import { vectorCases } from "../../../support/vectors.js";

const PREFIX = "Could not unmarshal input data: ";

function parseText(text: string): TreeValue {
  const value = findPair(jsonStore.parse(Buffer.from(text)).branches[0] ?? fail(), "a")?.value;
  return value ?? fail();
}

function fail(): never {
  throw new Error("no such value");
}

function refusal(source: Uint8Array | string): ParseError {
  try {
    jsonStore.parse(typeof source === "string" ? Buffer.from(source) : source);
  } catch (error) {
    expect(error).toBeInstanceOf(ParseError);
    return error as ParseError;
  }
  throw new Error("accepted");
}

/** Messages that hold text of the file in sops (security.md M1): up to where it begins. */
function withoutFileText(message: string): string {
  return message.replace(/(Got )(?!<nil>|delimiter).*/, "$1").replace(/(parsing ).*/, "$1");
}

const REFUSED_BY_DECISION = new Set([
  "json/err-truncated2",
  "json/err-truncated3",
  "json/trailing-bracket",
  "json/trailing-garbage",
  "json/trailing-object",
  "json/strings-invalid-utf8",
  "json/strings-lone-surrogate",
]);

describe("vectors", () => {
  const cases = vectorCases("json").map(({ name, result, files }) => ({
    name,
    plain: files.get("plain.json") ?? fail(),
    tree: REFUSED_BY_DECISION.has(name) ? undefined : files.get("tree.json"),
    message: result.encrypt?.stderr_key.replace("Error unmarshalling file: ", "") ?? "",
  }));

  test.each(cases.filter(({ name }) => REFUSED_BY_DECISION.has(name)))(
    "$name is refused (decisions.md)",
    ({ plain }) => {
      expect(refusal(plain).message.startsWith(PREFIX)).toBe(true);
    },
  );

  test.each(cases.filter(({ message }) => message.startsWith(PREFIX)))(
    "$name is refused as by sops",
    ({ plain, message }) => {
      expect(refusal(plain).message.startsWith(withoutFileText(message))).toBe(true);
    },
  );

  test.each(cases.filter(({ tree }) => tree !== undefined))(
    "$name gives sops's tree",
    ({ plain, tree }) => {
      const { branches } = jsonStore.parse(plain);
      expect(treeToJson(branches)).toEqual(JSON.parse(Buffer.from(tree ?? []).toString()));
    },
  );

  test("each case is one of these", () => {
    const refused = cases.filter(({ message }) => message.startsWith(PREFIX));
    const read = cases.filter(({ tree }) => tree !== undefined);
    expect(refused.length + read.length + REFUSED_BY_DECISION.size).toBe(cases.length);
  });
});

describe("refusals", () => {
  test.each([
    ["", "EOF", 1, 1],
    ["{", "Expected JSON object key, got %!s(<nil>) of type <nil> instead", 1, 2],
    ['{"a":1\n\n', "Expected JSON object key, got %!s(<nil>) of type <nil> instead", 3, 1],
    ['{"a', "unexpected EOF", 1, 4],
    ['{"a\\', "unexpected EOF", 1, 5],
    ['{"a\\u12', "unexpected EOF", 1, 8],
    ['{"a"', "unexpected EOF", 1, 5],
    ['{"a":tr', "unexpected EOF", 1, 8],
    ['{"a":-', "unexpected EOF", 1, 7],
    ['{"a":1.', "unexpected EOF", 1, 8],
    ['{"a":1e+', "unexpected EOF", 1, 9],
    ['{"a":[', "unexpected EOF", 1, 7],
    ['{"a":[1,\n2', "unexpected EOF", 2, 2],
    ['{"a":\n  tru}', "invalid character '}' in literal true (expecting 'e')", 2, 6],
    ['{"a":-x}', "invalid character 'x' in numeric literal", 1, 7],
    ['{"a":1.e}', "invalid character 'e' after decimal point in numeric literal", 1, 8],
    ['{"a":1e}', "invalid character '}' in exponent of numeric literal", 1, 8],
    ['{"a":.5}', "invalid character '.' looking for beginning of value", 1, 6],
    ['{"a":"\\u12g4"}', "invalid character 'g' in \\u hexadecimal character escape", 1, 11],
    ['{"a":"\u0000"}', "invalid character '\\x00' in string literal", 1, 7],
    ['{"a":é}', "invalid character 'Ã' looking for beginning of value", 1, 6],
    ['{"a":[1 2]}', "invalid character '2' after array element", 1, 9],
    ['{"a":1,b:2}', "invalid character 'b' looking for beginning of object key string", 1, 8],
    ['{"a":1}\n x', "invalid character 'x' after top-level value", 2, 2],
    ['{"a":"\\ud83d"}', "lone surrogate in string literal", 1, 6],
    ['{"a\\ude00":1}', "lone surrogate in string literal", 1, 2],
  ])("%j", (text, reason, line, column) => {
    const error = refusal(text);
    expect({ message: error.message, line: error.line, column: error.column }).toEqual({
      message: PREFIX + reason,
      line,
      column,
    });
  });

  test.each([
    ["top-level text", '"s3cret"'],
    ["top-level number", "31337"],
    ["overflow", '{"a":31337e9999}'],
    ["cut literal", '{"a":s3cret}'],
  ])("%s: no text of the file in the message", (_name, text) => {
    expect(refusal(text).message).not.toMatch(/s3cret|31337/);
  });

  test("invalid UTF-8 is refused with its position", () => {
    const bytes = Buffer.from([0x7b, 0x0a, 0x22, 0xc3, 0xa9, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    const error = refusal(bytes);
    expect(error.message).toBe(`${PREFIX}invalid UTF-8`);
    expect([error.line, error.column]).toEqual([2, 4]);
  });

  test("10,000 levels are read, one more is refused", () => {
    const nested = (levels: number): string =>
      `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;
    expect(jsonStore.parse(Buffer.from(nested(10_000))).branches).toHaveLength(1);
    expect(refusal(nested(10_001)).message).toBe(`${PREFIX}exceeded max depth`);
    expect(refusal(nested(100_000)).message).toBe(`${PREFIX}exceeded max depth`);
  });

  test("every proper prefix of a document is refused", () => {
    const text = '{"a": [1, {"b": "x\\n"}, -1.5e+3], "c": null, "d": {}, "e": true}';
    for (let length = 0; length < text.length; length += 1) {
      expect(refusal(text.slice(0, length)).code).toBe("CANNOT_PARSE");
    }
  });
});

describe("numbers", () => {
  test.each([
    ["0", 0n],
    ["-0", 0n],
    ["9007199254740993", 9007199254740993n],
    ["9223372036854775807", 9223372036854775807n],
    ["-9223372036854775808", -9223372036854775808n],
  ])("%s is whole and exact", (text, value) => {
    expect(parseText(`{"a":${text}}`)).toMatchObject({ kind: "int", value });
  });

  test.each([
    "9223372036854775808",
    "18446744073709551615",
    "-9223372036854775809",
    "1".repeat(30),
  ])("%s is a float marked inexact", (text) => {
    const value = parseText(`{"a":${text}}`);
    expect(value).toMatchObject({ kind: "float", value: Number(text), inexact: true });
  });

  test.each(["100000000000000000000", "1e30", "0.1000000000000000055", "1e-400", "-0.0"])(
    "%s is a float like any other",
    (text) => {
      const value = parseText(`{"a":${text}}`);
      expect(value).toMatchObject({ kind: "float", value: Number(text) });
      expect(value).not.toHaveProperty("inexact");
    },
  );
});

test("order, duplicates and names of object members are kept", () => {
  const text = '{"10":1,"2":2,"__proto__":3,"a":4,"a":5,"constructor":{"__proto__":6}}';
  const [branch] = jsonStore.parse(Buffer.from(text)).branches;
  const keys = branch?.items.map((item) => (item.kind === "pair" ? item.key : ""));
  expect(keys).toEqual(["10", "2", "__proto__", "a", "a", "constructor"]);
});

test("surrogate pairs may be escaped", () => {
  expect(parseText('{"a":"\\ud83d\\ude00\\u0000"}')).toMatchObject({ value: "😀\u0000" });
});
