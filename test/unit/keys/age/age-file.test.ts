import { identityToRecipient, generateX25519Identity } from "age-encryption";
import { describe, expect, test } from "vitest";

import { openAgeFile, sealAgeFile } from "../../../../src/keys/age/age-file.js";
import { encodeArmor } from "../../../../src/keys/age/armor.js";
import { decodeBech32, encodeBech32 } from "../../../../src/keys/age/bech32.js";
import { writeHeader } from "../../../../src/keys/age/header.js";
import { MAX_CONTENT_LENGTH, openPayload, sealPayload } from "../../../../src/keys/age/payload.js";
import { DamagedFileError, encodeUnpadded, type Stanza } from "../../../../src/keys/age/stanza.js";
import { createX25519Identity } from "../../../../src/keys/age/x25519-identity.js";
import { createX25519Recipient } from "../../../../src/keys/age/x25519-recipient.js";
import { scalarMultiplyBase } from "../../../../src/keys/age/x25519.js";
import { messageOf } from "../../../../src/support/errors.js";
import {
  decodeArmorByLibrary,
  digestOf,
  fileOf,
  readByLibrary,
} from "../../../support/age-judge.js";

const scalar = Uint8Array.from({ length: 32 }, (_, index) => index + 1);
const content = new Uint8Array(Buffer.from("SECRETTEXT"));
const fileKey = new Uint8Array(16).fill(3);
const nonce = new Uint8Array(16).fill(4);

/** Points of order 1, 2, 4 and 8 and others that are equal to them, of which the shared secret is zero. */
const LOW_ORDER = [
  "00".repeat(32),
  `01${"00".repeat(31)}`,
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  `ec${"ff".repeat(30)}7f`,
  `ed${"ff".repeat(30)}7f`,
  `ee${"ff".repeat(30)}7f`,
].map((hex) => new Uint8Array(Buffer.from(hex, "hex")));

/** A new array each time, never twice the same. */
function createRandom(): (length: number) => Uint8Array {
  let next = 0;
  return (length) => new Uint8Array(length).fill((next += 1));
}

function sealForMe(): Promise<Uint8Array> {
  const random = createRandom();
  return sealAgeFile(content, createX25519Recipient(scalarMultiplyBase(scalar), random), random);
}

const openAsMe = (file: Uint8Array): Promise<Uint8Array | null> =>
  openAgeFile(file, (wrapped) => createX25519Identity(scalar).unwrap(wrapped));

function openWith(file: Uint8Array, key: Uint8Array | null): Promise<Uint8Array | null> {
  return openAgeFile(file, () => Promise.resolve(key));
}

/** The reason that stands behind the one message. */
async function reasonOf(opening: Promise<unknown>): Promise<string> {
  const error: unknown = await opening.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(DamagedFileError);
  expect(messageOf(error)).toBe("damaged, or no age file");
  return messageOf((error as Error).cause);
}

test("what is sealed for an X25519 key opens with it, and not with another", async () => {
  const file = await sealForMe();
  expect(await openAsMe(file)).toEqual(content);
  const other = createX25519Identity(scalar.toReversed());
  expect(await openAgeFile(file, (wrapped) => other.unwrap(wrapped))).toBeNull();
});

test("every file has random bytes of its own: for the file key, the share and the payload", async () => {
  const lengths: number[] = [];
  const random = (length: number): Uint8Array => {
    lengths.push(length);
    return new Uint8Array(length).fill(lengths.length);
  };
  await sealAgeFile(content, createX25519Recipient(scalarMultiplyBase(scalar), random), random);
  expect(lengths).toEqual([16, 32, 16]);
});

describe("refused although everything else is in order:", () => {
  const stanza = { args: ["test"], body: new Uint8Array(3) };

  test.each([0, 15, 17, 32])("a file key of %i bytes", async (length) => {
    const key = new Uint8Array(length).fill(1);
    const sealed = [writeHeader([stanza], key), sealPayload(content, key, nonce)];
    const file = new Uint8Array(Buffer.concat(sealed));
    expect(await reasonOf(openWith(file, key))).toContain("wrong length");
  });

  test("a header that is not the one of the file key, whatever the payload is", async () => {
    const other = writeHeader([{ ...stanza, args: ["test", "more"] }], fileKey);
    const mac = Buffer.from(other).toString("latin1").split("\n").at(-2) ?? "";
    const header = Buffer.from(writeHeader([stanza], fileKey)).toString("latin1");
    const mixed = header.replace(/--- .*/, () => mac);
    const sealed = [Buffer.from(mixed), sealPayload(content, fileKey, nonce)];
    const file = new Uint8Array(Buffer.concat(sealed));
    expect(await reasonOf(openWith(file, fileKey.slice()))).toContain("MAC of the header");
    const withoutPayload = new Uint8Array(Buffer.from(mixed));
    expect(await reasonOf(openWith(withoutPayload, fileKey.slice()))).toContain(
      "MAC of the header",
    );
  });

  test("more after the end", async () => {
    const file = new Uint8Array(Buffer.concat([await sealForMe(), Buffer.from("x")]));
    expect(await reasonOf(openAsMe(file))).toContain("chunk of the payload");
  });

  test("base64 with bits that mean nothing", async () => {
    const header = "age-encryption.org/v1\n-> test\nAAB\n";
    const file = fileOf(header, fileKey, sealPayload(content, fileKey, nonce));
    expect(await reasonOf(openWith(file, fileKey.slice()))).toContain("stanza is not well-formed");
  });

  test("a payload that is longer than any that is read", async () => {
    const payload = new Uint8Array(MAX_CONTENT_LENGTH + 64 * 1024);
    expect(await reasonOf(Promise.resolve().then(() => openPayload(payload, fileKey)))).toContain(
      "too long",
    );
  });

  test.each(LOW_ORDER)("a share that makes the shared secret zero: %#", async (share) => {
    const mine: Stanza = { args: ["X25519", encodeUnpadded(share)], body: new Uint8Array(32) };
    const sealed = [writeHeader([mine], fileKey), sealPayload(content, fileKey, nonce)];
    expect(await reasonOf(openAsMe(new Uint8Array(Buffer.concat(sealed))))).toContain("X25519");
  });
});

test.each(LOW_ORDER)("nothing is sealed for a recipient of low order: %#", async (point) => {
  const random = createRandom();
  await expect(
    sealAgeFile(content, createX25519Recipient(point, random), random),
  ).rejects.toThrowError("low order");
});

test.each([[[]], [[""]], [["a b"]], [["a\n"]], [["ä"]]])(
  "a stanza with the arguments %j is not written",
  async (args) => {
    const stanzas = [{ args, body: new Uint8Array() }];
    await expect(
      sealAgeFile(content, () => Promise.resolve(stanzas), createRandom()),
    ).rejects.toThrowError("not well-formed");
  },
);

test("what keeps an identity from being used is told as it is", async () => {
  const failure = new Error("no plugin");
  await expect(openAgeFile(await sealForMe(), () => Promise.reject(failure))).rejects.toBe(failure);
});

test.each([0, 1, 2, 3, 47, 48, 49, 96, 100])("armor of %i bytes", (length) => {
  const file = new Uint8Array(length).fill(0xfb);
  const text = encodeArmor(file);
  expect(decodeArmorByLibrary(text)).toEqual(file);
  expect(text).toMatch(/^-----BEGIN[^\n]+-----\n(.{64}\n)*(.{1,63}\n)?-----END[^\n]+-----\n$/);
});

test("keys are wiped once they are used", async () => {
  const key = Uint8Array.from(fileKey);
  const file = fileOf("age-encryption.org/v1\n", key, sealPayload(content, key, nonce));
  expect(await readByLibrary(file, key)).toMatchObject({ digest: digestOf(content) });
  expect(await openWith(file, key)).toEqual(content);
  expect(key).toEqual(new Uint8Array(16));
});

test("the recipient of an identity is the one that the library makes", async () => {
  for (let round = 0; round < 20; round += 1) {
    const identity = await generateX25519Identity();
    const decoded = decodeBech32(identity);
    const secret = typeof decoded === "string" ? new Uint8Array() : decoded.bytes;
    const recipient = encodeBech32("age", scalarMultiplyBase(secret));
    expect(recipient).toBe(await identityToRecipient(identity));
    expect(encodeBech32("age-secret-key-", secret).toUpperCase()).toBe(identity);
  }
});

test.each([0, 1, 2, 3, 4, 5, 32, 1216])("Bech32 of %i bytes", (length) => {
  const bytes = Uint8Array.from({ length }, (_, index) => 255 - index);
  expect(decodeBech32(encodeBech32("x", bytes))).toEqual({ prefix: "x", bytes });
});
