import { describe, expect, test } from "vitest";

import type { ScalarValue } from "../../../../src/document/tree.js";
import {
  type BlockStyle,
  type LineStyle,
  writeBlockScalar,
  writeScalar,
} from "../../../../src/formats/yaml/scalar-write.js";
import { decodeText } from "../../../../src/support/text.js";

const BLOCK = { flow: false, key: false };
const FLOW = { flow: true, key: false };

function write(text: string, style: LineStyle, context = BLOCK): string {
  return writeScalar({ kind: "string", value: text }, style, context);
}

describe("one line", () => {
  test.each<[string, LineStyle, string]>([
    ["a b", "plain", "a b"],
    ["a b", "single", "'a b'"],
    ["a b", "double", '"a b"'],
    ["ENC[AES256_GCM,data:a=,type:str]", "plain", "ENC[AES256_GCM,data:a=,type:str]"],
    ["it's", "plain", "it's"],
    ["it's", "single", "'it''s'"],
    ['say "x" \\', "double", '"say \\"x\\" \\\\"'],
    ["", "plain", "''"],
    ["123", "plain", "'123'"],
    ["null", "plain", "'null'"],
    ["yes", "plain", "'yes'"],
    ["12:30", "plain", "'12:30'"],
    ["2001-12-14", "plain", "'2001-12-14'"],
    ["<<", "plain", "<<"],
    ["a: b", "plain", "'a: b'"],
    ["a #b", "plain", "'a #b'"],
    ["a#b:c", "plain", "a#b:c"],
    ["a\tb", "plain", "a\tb"],
    ["\ta", "plain", "'\ta'"],
    ["a ", "plain", "'a '"],
    ["-", "plain", "'-'"],
    ["-x", "plain", "-x"],
    ["--- x", "plain", "'--- x'"],
    ["😀", "plain", "😀"],
    ["😀\u00a0", "double", '"😀\u00a0"'],
    ["a\nb", "plain", '"a\\nb"'],
    ["a\r\u0085\u2028\u2029", "single", '"a\\r\\N\\L\\P"'],
    ["\ufeffa\u0000", "single", '"\\uFEFFa\\0"'],
  ])("%j wished %s", (text, style, written) => {
    expect(write(text, style)).toBe(written);
  });

  test.each<[string, string]>([
    ["a", "a"],
    ["http://x:1", "http://x:1"],
    ["a,b", "'a,b'"],
    ["a?", "'a?'"],
    ["ENC[x]", "'ENC[x]'"],
    ["{x", "'{x'"],
    [":a", "':a'"],
  ])("%j plain in a flow collection", (text, written) => {
    expect(write(text, "plain", FLOW)).toBe(written);
  });

  test("`<<` as a key is quoted: plain it would merge", () => {
    expect(write("<<", "plain", { flow: false, key: true })).toBe("'<<'");
  });

  test.each<[ScalarValue, string]>([
    [{ kind: "null" }, "null"],
    [{ kind: "bool", value: false }, "false"],
    [{ kind: "int", value: -5n }, "-5"],
    [{ kind: "uint", value: 18446744073709551615n }, "18446744073709551615"],
    [{ kind: "float", value: 1e6 }, "1e+06"],
    [{ kind: "timestamp", value: "2001-12-14T00:00:00Z" }, "2001-12-14T00:00:00Z"],
    [{ kind: "bytes", value: Uint8Array.of(0x61) }, '"a"'],
    [{ kind: "bytes", value: Uint8Array.of(0x80, 0xff) }, "!!binary gP8="],
    [{ kind: "string", value: decodeText(Uint8Array.of(0x80, 0xff)) }, "!!binary gP8="],
  ])("other values, case %#", (value, written) => {
    expect(writeScalar(value, "double", BLOCK)).toBe(written);
  });
});

describe("blocks", () => {
  test.each<[string, BlockStyle, string, string]>([
    ["a\nb", "literal", "|-", "  a\n  b"],
    ["a\nb\n", "literal", "|", "  a\n  b"],
    ["a\nb\n\n", "literal", "|+", "  a\n  b\n"],
    ["", "literal", "|-", ""],
    ["\n", "literal", "|2+", ""],
    ["\n\n", "literal", "|2+", "\n"],
    ["\na", "literal", "|2-", "\n  a"],
    [" a\nb", "literal", "|2-", "   a\n  b"],
    ["\ta\nb\n", "literal", "|2", "  \ta\n  b"],
    ["a\n\n b\n", "literal", "|", "  a\n\n   b"],
    ["ENC[AES256_GCM,data:a=,type:str]", "folded", ">-", "  ENC[AES256_GCM,data:a=,type:str]"],
    ["a b\nc\n", "folded", ">", "  a b\n\n  c"],
    ["a\n\nb", "folded", ">-", "  a\n\n\n  b"],
    ["a\n b\nc\n", "folded", ">", "  a\n   b\n  c"],
    ["\n\na\n\n", "folded", ">2+", "\n\n  a\n"],
  ])("%j %s", (text, style, header, content) => {
    expect(writeBlockScalar(text, style, 2, 0)).toEqual({ header, content });
  });

  test("the digit counts from the parent", () => {
    expect(writeBlockScalar(" a", "literal", 7, 4)).toEqual({
      header: "|3-",
      content: "        a",
    });
    expect(writeBlockScalar(" a", "literal", 3, -1)).toEqual({ header: "|3-", content: "    a" });
    expect(writeBlockScalar("a", "literal", 14, 0)?.header).toBe("|-");
    expect(writeBlockScalar(" a", "literal", 14, 0)).toBeNull();
    expect(writeBlockScalar("a", "literal", 4, 4)).toBeNull();
    expect(writeBlockScalar("a", "literal", 0, -1)).toBeNull();
  });

  test.each([
    "a\rb",
    "a\u0085b",
    "a\u2028b",
    "a\u2029b",
    "a\u0000",
    "\ufeffa",
    "a\n  ",
    " \n",
    "\udc80",
  ])("%j cannot be said", (text) => {
    expect(writeBlockScalar(text, "literal", 2, 0)).toBeNull();
    expect(writeBlockScalar(text, "folded", 2, 0)).toBeNull();
  });
});
