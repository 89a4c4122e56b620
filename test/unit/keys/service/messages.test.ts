import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { KEY_TYPE_IDS, type KeyTypeId, type MasterKey } from "../../../../src/keys/master-key.js";
import { keyTypeOf } from "../../../../src/keys/registry.js";
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from "../../../../src/keys/service/messages.js";
import { WireError } from "../../../../src/keys/service/protobuf.js";

const payload = Uint8Array.of(1, 2, 3);

function keyOf(id: KeyTypeId, text: string, options = {}): MasterKey {
  const [key] = keyTypeOf(id).parse(text, options);
  if (key === undefined) throw new Error("no key");
  return key;
}

function bytesOf(parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat(parts);
}

/** A field by hand: number, then text or the fields within it; all shorter than 128 bytes. */
function field(number: number, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.of(number * 8 + 2, bytes.length), bytes]);
}

const context = new Map([
  ["z", "1"],
  ["a", ""],
]);

/** spec: keys.md §4, the table of messages */
const KINDS: Readonly<Record<KeyTypeId, readonly [MasterKey, Buffer]>> = {
  kms: [
    keyOf("kms", "arn:aws:kms:r:1:key/k+arn:aws:iam::1:role/x", {
      encryptionContext: context,
      awsProfile: "p",
    }),
    field(
      1,
      Buffer.concat([
        field(1, "arn:aws:kms:r:1:key/k"),
        field(2, "arn:aws:iam::1:role/x"),
        field(3, field(1, "a")),
        field(3, Buffer.concat([field(1, "z"), field(2, "1")])),
        field(4, "p"),
      ]),
    ),
  ],
  pgp: [keyOf("pgp", "ABCDEF!"), field(2, field(1, "ABCDEF!"))],
  gcp_kms: [keyOf("gcp_kms", "projects/p/k"), field(3, field(1, "projects/p/k"))],
  azure_kv: [
    keyOf("azure_kv", "https://v.example/keys/n/7"),
    field(4, Buffer.concat([field(1, "https://v.example"), field(2, "n"), field(3, "7")])),
  ],
  hc_vault: [
    keyOf("hc_vault", "https://v.example/v1/e/keys/n"),
    field(5, Buffer.concat([field(1, "https://v.example"), field(2, "e"), field(3, "n")])),
  ],
  age: [
    keyTypeOf("age").fromMetadata(new Map([["recipient", "age1abc"]])),
    field(6, field(1, "age1abc")),
  ],
  hckms: [keyOf("hckms", "tr-west-1:u"), field(7, field(1, "tr-west-1:u"))],
};

describe.each(KEY_TYPE_IDS)("a key of kind %s", (id) => {
  const [key, wire] = KINDS[id];

  test("has the fields of the specification on the wire", () => {
    expect(bytesOf(encodeRequest(key, payload))).toEqual(
      Buffer.concat([field(1, wire), field(2, Buffer.from(payload))]),
    );
  });

  test("comes back as it was", () => {
    const request = decodeRequest(bytesOf(encodeRequest(key, payload)));
    expect(request.payload).toEqual(Buffer.from(payload));
    expect(request.key).toMatchObject({
      type: id,
      display: key.display,
      fields: key.fields,
      enc: "",
    });
  });

  test("without its fields is still a key of its kind", () => {
    const number = (wire[0] ?? 0) >> 3;
    expect(decodeRequest(field(1, field(number, ""))).key?.type).toBe(id);
  });
});

test("long texts have long lengths", () => {
  const key = keyOf("gcp_kms", "x".repeat(70_000));
  const request = decodeRequest(bytesOf(encodeRequest(key, new Uint8Array(20_000).fill(7))));
  expect(request.key?.display).toBe(key.display);
  expect(request.payload).toEqual(Buffer.alloc(20_000, 7));
});

test.each<[string, Buffer]>([
  ["nothing", Buffer.alloc(0)],
  ["no key", field(2, "x")],
  ["an empty key", field(1, "")],
  ["a kind of a later version", field(1, field(9, field(1, "x")))],
])("a request with %s has no key", (_, message) => {
  expect(decodeRequest(message).key).toBeNull();
});

test("of several keys in one the last counts, and fields of other types are skipped", () => {
  const numbers = Buffer.from([0x48, 0x80, 0x01, 0x51, 1, 2, 3, 4, 5, 6, 7, 8, 0x5d, 1, 2, 3, 4]);
  const keys = Buffer.concat([field(2, field(1, "fp")), numbers, field(3, field(1, "id"))]);
  const { key } = decodeRequest(Buffer.concat([numbers, field(1, keys)]));
  expect([key?.type, key?.display]).toEqual(["gcp_kms", "id"]);
});

test("answers", () => {
  expect(bytesOf(encodeResponse(payload))).toEqual(field(1, Buffer.from(payload)));
  expect(decodeResponse(bytesOf(encodeResponse(payload)))).toEqual(Buffer.from(payload));
  expect(decodeResponse(Buffer.alloc(0))).toHaveLength(0);
});

describe("damaged messages", () => {
  test.each<[string, number[]]>([
    ["a length beyond the end", [0x0a, 5, 1]],
    ["a length of 64 bits", [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]],
    ["an endless number", [0x0a, ...Array.from({ length: 12 }, () => 0x80)]],
    ["no length", [0x0a]],
    ["a number that ends early", [0x48, 0x80]],
    ["a fixed number that ends early", [0x51, 1]],
    ["a group, which nobody writes any more", [0x0b, 0x0c]],
    ["the number 0", [0x02, 0]],
    ["a text that is not UTF-8", [0x0a, 5, 0x32, 3, 0x0a, 1, 0xff]],
  ])("%s", (_, bytes) => {
    expect(() => decodeRequest(Uint8Array.from(bytes))).toThrow(WireError);
  });

  test("any bytes are a message or a WireError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          decodeRequest(bytes);
          decodeResponse(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
    );
  });
});
