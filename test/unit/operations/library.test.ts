import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { decrypt, encrypt, inspect, SopsError, DataKeyError } from "../../../src/index.js";

const keyFile = readFileSync(
  new URL("../../../fixtures/vectors/keys/age.txt", import.meta.url),
  "utf8",
);
const identity = /^AGE-SECRET-KEY-1\S+$/m.exec(keyFile)?.[0] ?? "";
const recipient = /age1\S+/.exec(keyFile)?.[0] ?? "";
const plain = "user: admin # who\npassword: 'hunter2'\nports: [80, 0x1F]\n";

describe("the library", () => {
  test("encrypts, tells the recipients, and decrypts to the same bytes", async () => {
    const encrypted = await encrypt(plain, { format: "yaml", groups: [{ age: recipient }] });
    expect(Buffer.from(encrypted).toString()).not.toContain("hunter2");
    const inspection = await inspect(encrypted, { format: "yaml" });
    expect(inspection).toMatchObject({
      groups: [[{ type: "age", recipient }]],
      selection: { unencryptedSuffix: "_unencrypted" },
      version: "3.13.2",
    });
    const decrypted = await decrypt(encrypted, { format: "yaml", identities: [identity] });
    expect(Buffer.from(decrypted).toString()).toBe(plain);
  });

  test("converts and writes the canonical layout on demand", async () => {
    const encrypted = await encrypt(plain, {
      format: "yaml",
      groups: [{ age: recipient }],
      layout: "sops",
    });
    const json = await decrypt(encrypted, {
      format: "yaml",
      outputFormat: "json",
      identities: [identity],
    });
    expect(JSON.parse(Buffer.from(json).toString())).toEqual({
      user: "admin",
      password: "hunter2",
      ports: [80, 31],
    });
  });

  test("sees nothing of the process's environment", async () => {
    const encrypted = await encrypt(plain, { format: "yaml", groups: [{ age: recipient }] });
    const before = process.env["SOPS_AGE_KEY"];
    process.env["SOPS_AGE_KEY"] = identity;
    try {
      await expect(decrypt(encrypted, { format: "yaml" })).rejects.toBeInstanceOf(DataKeyError);
      const opened = await decrypt(encrypted, { format: "yaml", env: { SOPS_AGE_KEY: identity } });
      expect(Buffer.from(opened).toString()).toBe(plain);
    } finally {
      if (before === undefined) {
        delete process.env["SOPS_AGE_KEY"];
      } else {
        process.env["SOPS_AGE_KEY"] = before;
      }
    }
  });

  test.each([
    ["a plain file", () => decrypt(plain, { format: "yaml" }), "METADATA_NOT_FOUND"],
    ["input over the limit", () => decrypt(plain, { format: "yaml", maxBytes: 3 }), "CANNOT_READ"],
    ["no group", () => encrypt(plain, { format: "yaml", groups: [] }), "DATA_KEY_GENERATION"],
    [
      "a selection of nothing",
      () =>
        encrypt(plain, {
          format: "yaml",
          groups: [{ age: recipient }],
          selection: { encryptedRegex: "^x$" },
        }),
      "NOTHING_ENCRYPTED",
    ],
    [
      "an encrypted file",
      async () =>
        encrypt(await encrypt(plain, { format: "yaml", groups: [{ age: recipient }] }), {
          format: "yaml",
          groups: [{ age: recipient }],
        }),
      "ALREADY_ENCRYPTED",
    ],
  ])("refuses %s with a typed error", async (_, run, code) => {
    const error: unknown = await run().then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(SopsError);
    expect((error as SopsError).code).toBe(code);
  });
});
