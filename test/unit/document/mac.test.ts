import { createHash } from "node:crypto";

import { describe, expect, test } from "vitest";

import { createMacHasher, equalMacs, unsealMac } from "../../../src/document/mac.js";
import type { ScalarValue } from "../../../src/document/tree.js";
import { unitTable } from "../../support/vectors.js";

interface MacRow {
  readonly key_hex: string;
  readonly lastmodified_aad: string;
  readonly mac_enc: string;
  readonly mac_plain: string;
  readonly hashed_bytes_hex: string;
}

const rows = unitTable("mac") as unknown as MacRow[];

describe("MACs written by sops", () => {
  test(`all ${String(rows.length)} open under their time stamp and equal the digest`, () => {
    for (const row of rows) {
      const digest = createHash("sha512")
        .update(Buffer.from(row.hashed_bytes_hex, "hex"))
        .digest("hex")
        .toUpperCase();
      expect(digest).toBe(row.mac_plain);
      expect(unsealMac(row.mac_enc, Buffer.from(row.key_hex, "hex"), row.lastmodified_aad)).toBe(
        row.mac_plain,
      );
    }
  });

  test("another time stamp does not open them", () => {
    const [row] = rows;
    expect(
      unsealMac(row?.mac_enc ?? "", Buffer.from(row?.key_hex ?? "", "hex"), "2020-01-01T00:00:00Z"),
    ).toHaveProperty("reason");
  });
});

describe("hashing", () => {
  const values: ScalarValue[] = [
    { kind: "string", value: "a" },
    { kind: "null" },
    { kind: "int", value: 5n },
    { kind: "float", value: 1e21 },
    { kind: "bool", value: true },
    { kind: "timestamp", value: "2020-01-02T00:00:00Z" },
    { kind: "string", value: "\udcff" },
  ];
  const digest = (prefix: string, ...parts: (string | Buffer)[]): string => {
    const hash = createHash("sha512").update(Buffer.from(prefix, "hex"));
    parts.forEach((part) => hash.update(part));
    return hash.digest("hex").toUpperCase();
  };

  test("takes the canonical plaintexts without separators, nulls left out", () => {
    const mac = createMacHasher(false);
    values.forEach((value) => mac.add(value, false));
    expect(mac.finish()).toBe(
      digest(
        "",
        "a",
        "5",
        "1000000000000000000000",
        "True",
        "2020-01-02T00:00:00Z",
        Buffer.from([0xff]),
      ),
    );
  });

  test("over encrypted values only starts with the fixed bytes and skips the others", () => {
    const mac = createMacHasher(true);
    mac.add({ kind: "string", value: "clear" }, false);
    mac.add({ kind: "string", value: "secret" }, true);
    expect(mac.finish()).toBe(
      digest("8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69", "secret"),
    );
  });
});

test("MACs are equal only as whole texts of the same case", () => {
  expect(equalMacs("AB", "AB")).toBe(true);
  expect(equalMacs("AB", "ab")).toBe(false);
  expect(equalMacs("AB", "ABC")).toBe(false);
});
