import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  decodeText,
  decodeUtf8,
  encodeText,
  holdsRawBytes,
  showText,
  validUtf8Length,
} from "../../../src/support/text.js";

function hex(text: string): Uint8Array {
  return Buffer.from(text.replaceAll(" ", ""), "hex");
}

describe("bytes outside valid UTF-8 are lone surrogates", () => {
  test.each([
    ["41 ff 42", "A\udcffB"],
    ["c3 a9 c3", "é\udcc3"],
    ["c0 80", "\udcc0\udc80"],
    ["e0 9f bf", "\udce0\udc9f\udcbf"],
    ["e0 a0 80 ff", "\u0800\udcff"],
    ["ed 9f bf ed a0 80", "\ud7ff\udced\udca0\udc80"],
    ["ee 80 80 ff", "\ue000\udcff"],
    ["f0 8f bf bf", "\udcf0\udc8f\udcbf\udcbf"],
    ["f0 90 80 80 ff", "\u{10000}\udcff"],
    ["f4 8f bf bf f4 90 80 80", "\u{10ffff}\udcf4\udc90\udc80\udc80"],
    ["f5 80", "\udcf5\udc80"],
    ["f0 9f 98", "\udcf0\udc9f\udc98"],
    ["ef bb bf ff", "\ufeff\udcff"],
  ])("%s", (bytes, text) => {
    expect(decodeText(hex(bytes))).toBe(text);
    expect(Buffer.from(encodeText(text)).toString("hex")).toBe(bytes.replaceAll(" ", ""));
  });
});

test("every byte string has one text and comes back", () => {
  const nearUtf8 = fc
    .array(fc.constantFrom("é", "日", "😀", "a", "\ufeff", "\xff"))
    .chain((parts) => {
      const bytes = Buffer.from(parts.join(""));
      return fc.nat(bytes.length).map((cut) => Uint8Array.from(bytes.subarray(cut)));
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), nearUtf8), (bytes) => {
      const text = decodeText(bytes);
      expect(Uint8Array.from(encodeText(text))).toEqual(bytes);
      expect(holdsRawBytes(text)).toBe(decodeUtf8(bytes) === null);
    }),
  );
});

test("the escaped text agrees with the strict decoder on every valid part", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(decodeText(Buffer.concat([Buffer.from(text), hex("ff")]))).toBe(`${text}\udcff`);
    }),
  );
});

test.each([
  ["", 0],
  ["41 c3 a9", 3],
  ["41 c3", 1],
  ["f0 9f 98 80 ff 41", 4],
  ["ff", 0],
])("%s is valid up to %d", (bytes, length) => {
  expect(validUtf8Length(hex(bytes))).toBe(length);
});

test("what a terminal would obey is shown escaped", () => {
  expect(showText("a\u001b[0m\u0085\u202e\udcff\ufeffé")).toBe(
    "a\\x1b[0m\\x85\\u202e\\udcff\\ufeffé",
  );
});
