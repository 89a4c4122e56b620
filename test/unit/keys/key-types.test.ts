import { describe, expect, test } from "vitest";

import type { KeyType, RecipientOptions } from "../../../src/keys/key-type.js";
import type { FieldValue, KeyTypeId } from "../../../src/keys/master-key.js";
import { KEY_TYPE_IDS } from "../../../src/keys/master-key.js";
import {
  KEY_TYPES,
  KEY_TYPES_OF_FLAGS,
  KEY_TYPES_OF_RULES,
  keyTypeOf,
} from "../../../src/keys/registry.js";

const AGE = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
const VAULT = "https://vault.example:8200/v1/team/a/transit/keys/name";

describe("the registry", () => {
  test("has each kind once, in every order", () => {
    for (const list of [KEY_TYPES, KEY_TYPES_OF_FLAGS, KEY_TYPES_OF_RULES]) {
      expect(list.map(({ id }) => id).toSorted()).toEqual([...KEY_TYPE_IDS].toSorted());
    }
    expect(KEY_TYPES.map(({ id }) => id)).toEqual([...KEY_TYPE_IDS]);
  });

  test("no name is taken twice", () => {
    const names = (of: (type: KeyType) => string | undefined): (string | undefined)[] =>
      KEY_TYPES.map((type) => of(type)).filter((name) => name !== undefined);
    for (const of of [
      (type: KeyType) => type.metadataField,
      (type: KeyType) => type.flag.long,
      (type: KeyType) => type.flag.short,
      (type: KeyType) => type.flag.env,
      (type: KeyType) => type.configFields.rule,
      (type: KeyType) => type.configFields.group,
      (type: KeyType) => type.logTag,
    ]) {
      expect(new Set(names(of)).size).toBe(names(of).length);
    }
  });

  test.each(KEY_TYPES.filter(({ id }) => id !== "age"))(
    "$id says that it is not built in",
    async (type) => {
      await expect(type.load()).rejects.toThrowError(
        expect.objectContaining({
          code: "KEY_TYPE_NOT_BUILT_IN",
          exitCode: 1,
          message: `${type.title} keys are not built in yet`,
        }),
      );
    },
  );
});

describe("recipients as text", () => {
  const kmsOptions: RecipientOptions = {
    awsProfile: "prod",
    encryptionContext: new Map([
      ["b", "2"],
      ["a", "1"],
    ]),
  };

  test.each<[KeyTypeId, string, string[], RecipientOptions?]>([
    ["age", AGE, [AGE]],
    ["age", ` ${AGE} , ${AGE}`, [AGE, AGE]],
    ["pgp", "FBC7 B9E2 A4F9 289A, abcd!", ["FBC7B9E2A4F9289A", "abcd!"]],
    ["kms", " arn:aws:kms:r:1:key/x , arn:b", ["arn:aws:kms:r:1:key/x", "arn:b"]],
    ["kms", "arn:k+arn:aws:iam::1:role/x", ["arn:k+arn:aws:iam::1:role/x"]],
    ["kms", "arn:k", ["arn:k|a:1,b:2|prod"], kmsOptions],
    ["kms", "arn:k", ["arn:k||prod"], { awsProfile: "prod" }],
    ["gcp_kms", "projects/p/x,projects/q", ["projects/p/x", "projects/q"]],
    ["hckms", "eu:1-2,,tr-west-1:3:4", ["eu:1-2", "tr-west-1:3:4"]],
    ["azure_kv", "https://h.vault.azure.net/keys/n/v", ["https://h.vault.azure.net/keys/n/v"]],
    [
      "azure_kv",
      " https://h:1/keys/n , https://h/keys/m/",
      ["https://h:1/keys/n/", "https://h/keys/m/"],
    ],
    ["hc_vault", VAULT, ["https://vault.example:8200/v1/team/a/transit/keys/name"]],
    ["hc_vault", "http://u@h/v1/transit/foo/k/,", ["http://u@h/v1/transit/keys/k"]],
    ...KEY_TYPE_IDS.map((id): [KeyTypeId, string, string[]] => [id, "", []]),
  ])("%s: %j", (id, text, displays, options) => {
    const keys = keyTypeOf(id).parse(text, options);
    expect(keys.map(({ display }) => display)).toEqual(displays);
    expect(keys.every((key) => key.type === id && key.enc === "")).toBe(true);
  });

  test.each<[KeyTypeId, string, string]>([
    ["age", `${AGE},`, "unknown recipient type"],
    ["age", "github:me", "unknown recipient type"],
    ["age", AGE.toUpperCase(), "unknown recipient type"],
    ["age", AGE.replace(/p$/, "q"), "invalid checksum"],
    ["age", AGE.replace("ql3", "Ql3"), "mixed case"],
    ["age", "age1", "no separator"],
    ["age", `${AGE.slice(0, 30)}b${AGE.slice(31)}`, "not allowed"],
    ["age", "age1pq1qqqq", "malformed recipient"],
    ["age", "age1tag1qqqq", "malformed recipient"],
    ["age", "age1yubikey1qqqq", "malformed recipient"],
    ["age", "ssh-ed25519 AAAA me@host", "malformed recipient"],
    ["hckms", "region", "invalid key ID format"],
    ["hckms", ":id", "invalid key ID format"],
    ["hckms", "region:", "invalid key ID format"],
    ["azure_kv", "http://h/keys/n/v", "not an Azure Key Vault key"],
    ["azure_kv", "https://h/keys/n/v/w", "not an Azure Key Vault key"],
    ["azure_kv", "https://h/keys/n,", "not an Azure Key Vault key"],
    ["hc_vault", "vault.example/v1/transit/keys/n", "not a Vault transit key"],
    ["hc_vault", "https://h/v1/transit/keys/n?x=y", "not a Vault transit key"],
    ["hc_vault", "https://h/x/v1/transit/keys/n", "not a Vault transit key"],
  ])("%s: %j is refused", (id, text, reason) => {
    const message: unknown = expect.stringContaining(reason);
    expect(() => keyTypeOf(id).parse(text)).toThrowError(
      expect.objectContaining({ code: "INVALID_RECIPIENT", exitCode: 1, message }),
    );
  });

  test.each(["AGE-SECRET-KEY-1QQQSECRET", "age-secret-key-1qqqsecret", "AGE-PLUGIN-X-1SECRET"])(
    "age: the identity %j given by mistake is not repeated",
    (text) => {
      expect(() => keyTypeOf("age").parse(text)).toThrowError(
        /^(?!.*secret-key|.*SECRET).*which is secret/,
      );
    },
  );
});

describe("items of key_groups", () => {
  const map = (fields: Record<string, FieldValue>): Map<string, FieldValue> =>
    new Map(Object.entries(fields));

  test.each<[KeyTypeId, string | Map<string, FieldValue>, string]>([
    ["age", AGE, AGE],
    ["pgp", "AB CD", "ABCD"],
    ["kms", "arn:k+arn:r", "arn:k+arn:r"],
    ["kms", map({ arn: "arn:k", role: "arn:r", aws_profile: "p" }), "arn:k+arn:r||p"],
    [
      "kms",
      map({
        arn: "arn:k",
        context: new Map([
          ["z", "1"],
          ["a", "2"],
        ]),
      }),
      "arn:k|a:2,z:1",
    ],
    ["gcp_kms", map({ resource_id: "projects/p" }), "projects/p"],
    ["gcp_kms", "projects/p", "projects/p"],
    ["hckms", map({ key_id: "eu:1" }), "eu:1"],
    ["azure_kv", map({ vaultUrl: "https://h/", key: "n", version: "v" }), "https://h//keys/n/v"],
    ["azure_kv", "https://h/keys/n", "https://h/keys/n/"],
    ["hc_vault", VAULT, VAULT],
  ])("%s", (id, item, display) => {
    expect(
      keyTypeOf(id)
        .parseConfigItem(item)
        .map((key) => key.display),
    ).toEqual([display]);
  });
});

describe("metadata entries", () => {
  const time = "2026-11-24T10:00:00+05:30";
  const entries: [KeyTypeId, [string, FieldValue][], string][] = [
    [
      "age",
      [
        ["enc", "E\n"],
        ["recipient", "r"],
      ],
      "r",
    ],
    [
      "pgp",
      [
        ["created_at", time],
        ["enc", "E"],
        ["fp", "AB cd"],
      ],
      "AB cd",
    ],
    [
      "kms",
      [
        ["arn", "a"],
        ["aws_profile", ""],
        [
          "context",
          new Map([
            ["x", "1"],
            ["y", "2"],
          ]),
        ],
        ["created_at", time],
        ["enc", "E"],
        ["role", "r"],
      ],
      "a+r|x:1,y:2",
    ],
    [
      "kms",
      [
        ["arn", "a"],
        ["aws_profile", ""],
        ["created_at", time],
        ["enc", ""],
      ],
      "a",
    ],
    [
      "gcp_kms",
      [
        ["created_at", time],
        ["enc", "E"],
        ["resource_id", "p"],
      ],
      "p",
    ],
    [
      "hckms",
      [
        ["created_at", time],
        ["enc", "E"],
        ["key_id", "r:u"],
      ],
      "r:u",
    ],
    [
      "azure_kv",
      [
        ["created_at", time],
        ["enc", "E"],
        ["name", "n"],
        ["vault_url", "u"],
        ["version", ""],
      ],
      "u/keys/n/",
    ],
    [
      "hc_vault",
      [
        ["created_at", time],
        ["enc", "vault:v1:x"],
        ["engine_path", "e/f"],
        ["key_name", "k"],
        ["vault_address", "http://h"],
      ],
      "http://h/v1/e/f/keys/k",
    ],
  ];

  test.each(entries)("%s: what is read is written again, in order", (id, fields, display) => {
    const type = keyTypeOf(id);
    const key = type.fromMetadata(new Map(fields));
    expect(key.display).toBe(display);
    expect([...type.toMetadata(key)]).toEqual(fields);
    expect(fields.map(([name]) => name)).toEqual(fields.map(([name]) => name).toSorted());
  });

  test.each(entries)("%s: names in another case, another order, unknown ones", (id, fields) => {
    const type = keyTypeOf(id);
    const mixed = fields
      .toReversed()
      .map(([name, value]): [string, FieldValue] => [name.toUpperCase(), value]);
    const key = type.fromMetadata(new Map([["__proto__", "x"], ["zzz", "y"], ...mixed]));
    expect([...type.toMetadata(key)]).toEqual(fields);
  });

  test.each(KEY_TYPES.filter(({ hasCreatedAt }) => hasCreatedAt))(
    "$id needs created_at",
    (type) => {
      for (const text of [undefined, "", "nonsense", "2026-11-24", "2026-11-24 10:00:00Z"]) {
        const entry = new Map(text === undefined ? [] : [["created_at", text]]);
        const message: unknown = expect.stringMatching(/^parsing time /);
        expect(() => type.fromMetadata(entry)).toThrowError(
          expect.objectContaining({ code: "METADATA_INVALID", exitCode: 1, message }),
        );
      }
    },
  );

  test("a map where a text is due, or the reverse, is empty", () => {
    const entry = new Map<string, FieldValue>([
      ["arn", new Map([["a", "b"]])],
      ["context", "text"],
      ["created_at", time],
    ]);
    expect(keyTypeOf("kms").fromMetadata(entry).display).toBe("");
  });

  test("age: neither recipient nor enc is needed for reading", () => {
    expect(keyTypeOf("age").fromMetadata(new Map())).toMatchObject({ display: "", enc: "" });
  });
});
