/** The test vectors of age itself (package `cctv-age`), on the way that wrapped data keys take and by the library. */
import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";

import { armor, Decrypter } from "age-encryption";
import * as vectors from "cctv-age";
import { describe, expect, test } from "vitest";

import { candidateOf } from "../../src/keys/age/candidates.js";
import { openAgeFile } from "../../src/keys/age/age-file.js";
import { decodeArmor } from "../../src/keys/age/armor.js";
import { parseIdentityText } from "../../src/keys/age/identity-text.js";
import { createScryptIdentity, isPassphraseProtected } from "../../src/keys/age/scrypt.js";
import type { AgeIdentity } from "../../src/keys/age/stanza.js";
import { messageOf } from "../../src/support/errors.js";
import { createTestKeyContext } from "../support/key-context.js";

interface AgeVector {
  readonly expect: string;
  readonly payloadHash: string | undefined;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly isArmored: boolean;
  readonly file: Uint8Array;
}

function parseVector(bytes: Uint8Array): AgeVector {
  const end = Buffer.from(bytes).indexOf("\n\n");
  const fields = Buffer.from(bytes.subarray(0, end))
    .toString("utf8")
    .split("\n")
    .map((line): [string, string] => {
      const colon = line.indexOf(": ");
      return [line.slice(0, colon), line.slice(colon + 2)];
    });
  const first = new Map(fields.toReversed());
  const body = bytes.subarray(end + 2);
  return {
    expect: first.get("expect") ?? "",
    payloadHash: first.get("payload"),
    isArmored: first.get("armored") === "yes",
    fields,
    file: first.get("compressed") === "zlib" ? new Uint8Array(inflateSync(body)) : body,
  };
}

function identitiesOf(name: string, value: string): AgeIdentity[] {
  if (name === "passphrase") return [createScryptIdentity(new Uint8Array(Buffer.from(value)))];
  if (name !== "identity") return [];
  const parsed = parseIdentityText(value, false);
  if (typeof parsed === "string") throw new Error(parsed);
  const { context } = createTestKeyContext();
  return parsed.map((identity) => candidateOf(identity, context).identity);
}

async function openNatively({ file, isArmored, fields }: AgeVector): Promise<Uint8Array | null> {
  const identities = fields.flatMap(([name, value]) => identitiesOf(name, value));
  const binary = isArmored ? decodeArmor(Buffer.from(file).toString("latin1")) : file;
  if (binary === null) throw new Error("damaged armor");
  return openAgeFile(binary, async (wrapped) => {
    isPassphraseProtected(wrapped.stanzas);
    for (const identity of identities) {
      const fileKey = await identity.unwrap(wrapped);
      if (fileKey !== null) return fileKey;
    }
    return null;
  });
}

async function openByLibrary({ file, isArmored, fields }: AgeVector): Promise<Uint8Array | null> {
  const decrypter = new Decrypter();
  for (const [name, value] of fields) {
    if (name === "identity") decrypter.addIdentity(value);
    if (name === "passphrase") decrypter.addPassphrase(value);
  }
  try {
    return await decrypter.decrypt(
      isArmored ? armor.decode(Buffer.from(file).toString("latin1")) : file,
    );
  } catch (error) {
    if (messageOf(error).startsWith("no identity matched")) return null;
    throw new Error(`damaged: ${messageOf(error)}`, { cause: error });
  }
}

const files = Object.entries(vectors).filter(([name]) => name !== "default");

test("there are vectors", () => {
  expect(files.length).toBeGreaterThan(100);
});

describe.each([
  ["natively", openNatively],
  ["by the library", openByLibrary],
])("age's own vectors %s", (_, open) => {
  test.each(files)("%s", async (name, bytes) => {
    const vector = parseVector(bytes);
    switch (vector.expect) {
      case "success": {
        const payload = await open(vector);
        expect(
          createHash("sha256")
            .update(payload ?? name)
            .digest("hex"),
        ).toBe(vector.payloadHash);
        break;
      }
      case "no match":
        expect(await open(vector)).toBeNull();
        break;
      default:
        await expect(open(vector)).rejects.toThrowError(/^damaged/);
    }
  });
});
