import { randomBytes } from "node:crypto";

import { describe, expect, test } from "vitest";

import { plaintextOf, typeOf, valueFromPlaintext } from "../../../src/document/plaintext.js";
import {
  ciphertextType,
  parseCiphertext,
  seal,
  unsealText,
} from "../../../src/document/value-cipher.js";
import { unitTable } from "../../support/vectors.js";

interface CipherRow {
  readonly key_hex: string;
  readonly aad: string;
  readonly enc: string;
  readonly type: string;
  readonly plaintext_b64: string;
}

const rows = unitTable("cipher") as unknown as CipherRow[];
const sample = rows.find((row) => row.type === "str" && row.plaintext_b64.length > 16) as CipherRow;
const sampleKey = Buffer.from(sample.key_hex, "hex");

describe("values encrypted by sops", () => {
  test(`all ${String(rows.length)} open to their plaintext`, () => {
    for (const row of rows) {
      const opened = unsealText(row.enc, Buffer.from(row.key_hex, "hex"), row.aad);
      expect(opened, row.enc).toHaveProperty("plaintext");
      expect("plaintext" in opened && Buffer.from(opened.plaintext).toString("base64")).toBe(
        row.plaintext_b64,
      );
      expect("type" in opened && opened.type).toBe(row.type);
    }
  });

  test("typed values spell the same plaintext again", () => {
    for (const row of rows.filter(({ type }) => type !== "comment")) {
      const bytes = Buffer.from(row.plaintext_b64, "base64");
      const value = valueFromPlaintext(row.type, bytes);
      expect(value, row.enc).not.toHaveProperty("reason");
      if (!("reason" in value) && value.kind !== "null" && value.kind !== "uint") {
        expect(Buffer.from(plaintextOf(value)).toString("base64")).toBe(row.plaintext_b64);
        expect(typeOf(value)).toBe(row.type);
      }
    }
  });
});

describe("reading is strict", () => {
  const { enc } = sample;
  const field = (name: string): string => new RegExp(`${name}:([^,]+),`).exec(enc)?.[1] ?? "";

  test.each([
    ["text after the bracket", `${enc} x`],
    ["text before", ` ${enc}`],
    ["lower case", enc.replace("ENC[", "enc[")],
    ["another algorithm", enc.replace("AES256_GCM", "AES128_GCM")],
    ["an empty field", enc.replace(`data:${field("data")}`, "data:")],
    ["no type", enc.replace(/,type:str/, "")],
    ["url-safe base64", enc.replace(field("iv"), field("iv").replace(/[A-Za-z]/, "-"))],
    ["base64 without padding", enc.replace(field("tag"), field("tag").replace(/=+$/, ""))],
    ["a line break inside", enc.replace(",iv:", "\n,iv:")],
    ["a second type", enc.replace("]", "]]")],
  ])("%s is refused", (_, text) => {
    expect(unsealText(text, sampleKey, sample.aad)).toHaveProperty("reason");
  });

  test("bytes moved from the tag to the data are refused", () => {
    const parsed = parseCiphertext(enc);
    expect(parsed).toHaveProperty("data");
    if ("data" in parsed) {
      const moved = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
      const data = Buffer.concat([parsed.data, parsed.tag.subarray(0, 4)]);
      const text = `ENC[AES256_GCM,data:${moved(data)},iv:${moved(parsed.iv)},tag:${moved(parsed.tag.subarray(4))},type:str]`;
      expect(unsealText(text, sampleKey, sample.aad)).toHaveProperty("reason");
    }
  });

  test("a value does not open at another path or under another key", () => {
    expect(unsealText(enc, sampleKey, `${sample.aad}x:`)).toHaveProperty("reason");
    expect(unsealText(enc, randomBytes(32), sample.aad)).toHaveProperty("reason");
  });

  test.each(["__proto__", "constructor", "unknown", "str]"])("type %s is no type", (type) => {
    expect(valueFromPlaintext(type, Buffer.from("x"))).toHaveProperty("reason");
  });

  test("type bytes is read as text", () => {
    expect(valueFromPlaintext("bytes", Buffer.from("x"))).toEqual({ kind: "string", value: "x" });
  });
});

test("what is sealed opens again, and says its type", () => {
  const key = randomBytes(32);
  const text = seal(Buffer.from("väl\u0000ue"), "str", key, "a:b:", randomBytes(32));
  expect(ciphertextType(text)).toBe("str");
  const opened = unsealText(text, key, "a:b:");
  expect("plaintext" in opened && Buffer.from(opened.plaintext).toString()).toBe("väl\u0000ue");
});
