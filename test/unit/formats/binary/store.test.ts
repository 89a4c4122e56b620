import { describe, expect, test } from "vitest";

import type { TreeBranch, TreeValue } from "../../../../src/document/tree.js";
import { mapOf, stringValue } from "../../../../src/document/tree.js";
import { binaryStore } from "../../../../src/formats/binary/store.js";
import { jsonStore } from "../../../../src/formats/json/store.js";
import { SopsError } from "../../../../src/support/errors.js";
import { vectorCases } from "../../../support/vectors.js";

const HINT =
  "\n\nThis is likely not an encrypted binary file? If not, use --output-type to select the correct output type.";

function refusal(run: () => unknown): SopsError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(SopsError);
    return error as SopsError;
  }
  throw new Error("accepted");
}

describe("vectors", () => {
  for (const { name, files } of vectorCases("binary")) {
    test(`${name} comes back byte for byte`, () => {
      const plain = [...files].find(([file]) => file.startsWith("plain."))?.[1] ?? Buffer.alloc(0);
      const { branches } = binaryStore.parse(plain);
      expect(Buffer.from(binaryStore.emit(branches, {}))).toEqual(Buffer.from(plain));
    });

    test(`${name}: the encrypted side is a JSON document`, () => {
      const encrypted = [...files].find(([file]) => file.startsWith("encrypted."))?.[1];
      const { branches } = jsonStore.parse(encrypted ?? Buffer.alloc(0));
      const split = jsonStore.splitMetadata(branches);
      expect(split.metadata).not.toBeNull();
      expect(split.branches).toMatchObject([{ items: [{ key: "data" }] }]);
    });
  }
});

test("the file is one value of raw bytes; nothing of it becomes text", () => {
  const source = Uint8Array.of(0xff, 0x00);
  const document = binaryStore.parse(source);
  expect(document).toMatchObject({ text: "", isSpliceable: false });
  expect(document.branches).toEqual([mapOf([["data", { kind: "bytes", value: source }]])]);
  const pieces = binaryStore.segment(document);
  expect(pieces).toEqual([{ text: "", leaf: { kind: "bytes", value: source } }]);
  expect(binaryStore.render(document, document.branches, "encrypt")).toBeNull();
});

test("text is written as its bytes, other keys are ignored", () => {
  const branch = mapOf([
    ["other", { kind: "null" }],
    ["data", stringValue("é\udcff")],
    ["data", stringValue("second")],
  ]);
  expect(Buffer.from(binaryStore.emit([branch], {}))).toEqual(Buffer.from([0xc3, 0xa9, 0xff]));
});

test.each<[string, TreeBranch[], string]>([
  ["no data", [mapOf([["dat", stringValue("")]])], "no binary data found in tree"],
  [
    "a number",
    [mapOf([["data", { kind: "int", value: 5n }]])],
    "'data' key in tree does not have a string value",
  ],
  [
    "null",
    [mapOf([["data", { kind: "null" }]])],
    "'data' key in tree does not have a string value",
  ],
  ["two documents", [mapOf([]), mapOf([])], "there must be exactly one tree branch"],
  ["no document", [], "there must be exactly one tree branch"],
])("refused: %s", (_name, branches, reason) => {
  const error = refusal(() => binaryStore.emit(branches, {}));
  expect(error.message).toBe(`error emitting binary store: ${reason}${HINT}`);
  expect(error).toMatchObject({ code: "CANNOT_EMIT", exitCode: 4, hint: undefined });
});

test.each<[string, TreeValue, string]>([
  ["text", stringValue("é"), "c3a9"],
  ["bytes", { kind: "bytes", value: Uint8Array.of(0xff) }, "ff"],
  ["a document", mapOf([["data", stringValue("x")]]), "78"],
])("one value: %s", (_name, value, hex) => {
  expect(Buffer.from(binaryStore.emitValue(value, {})).toString("hex")).toBe(hex);
});

test("one value: nothing but text", () => {
  expect(refusal(() => binaryStore.emitValue({ kind: "int", value: 1n }, {})).exitCode).toBe(4);
});
