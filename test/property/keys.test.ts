/** Whatever stands in a file, a flag or a variable: only typed refusals, and never its text in a message. */
import * as fc from "fast-check";
import { expect, test } from "vitest";

import { createKeyContext } from "../../src/keys/key-context.js";
import { KEY_TYPES, keyTypeOf } from "../../src/keys/registry.js";
import { SopsError } from "../../src/support/errors.js";
import { showText } from "../../src/support/text.js";
import { splitShellWords } from "../../src/support/shell-words.js";
import { createTestRuntime } from "../support/runtime.js";

const piece = fc.constantFrom(
  "age1",
  "age1pq1",
  "AGE-SECRET-KEY-1",
  "AGE-PLUGIN-",
  "ssh-",
  "arn:",
  "+arn:",
  "https://h",
  "/keys/",
  "/v1/",
  "-----BEGIN AGE ENCRYPTED FILE-----\n",
  "-----END AGE ENCRYPTED FILE-----\n",
  "age-encryption.org/v1\n",
  "-> X25519 ",
  "1",
  ",",
  ":",
  "\n",
  "__proto__",
);
const text = fc
  .array(fc.oneof(piece, fc.string({ unit: "binary", maxLength: 8 })), { maxLength: 8 })
  .map((pieces) => pieces.join(""));

test("recipients", () => {
  fc.assert(
    fc.property(fc.constantFrom(...KEY_TYPES), text, (type, recipient) => {
      try {
        const keys = type.parse(recipient);
        for (const key of keys) {
          expect([...type.toMetadata(key)].length).toBeGreaterThan(1);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(SopsError);
        const { message } = error as SopsError;
        expect(showText(message)).toBe(message);
      }
    }),
    { numRuns: 2000 },
  );
});

test("metadata entries", () => {
  const value = fc.oneof(
    text,
    fc.dictionary(text, text).map((object) => new Map(Object.entries(object))),
  );
  const name = fc.oneof(
    text,
    fc.constantFrom("enc", "ENC", "created_at", "arn", "context", "recipient"),
  );
  fc.assert(
    fc.property(fc.constantFrom(...KEY_TYPES), fc.array(fc.tuple(name, value)), (type, pairs) => {
      const entry = new Map(pairs);
      entry.set("created_at", "2026-01-02T03:04:05Z");
      const key = type.fromMetadata(entry);
      expect(type.fromMetadata(type.toMetadata(key))).toEqual(key);
    }),
    { numRuns: 1000 },
  );
});

test("identities and wrapped keys", async () => {
  const age = keyTypeOf("age");
  const client = await age.load();
  await fc.assert(
    fc.asyncProperty(text, text, async (identities, enc) => {
      const runtime = createTestRuntime({ env: { SOPS_AGE_KEY: identities } });
      const context = createKeyContext(runtime, { log: () => {}, warn: () => {} });
      const key = age.fromMetadata(new Map([["enc", enc]]));
      try {
        expect(await client.unwrap(key, context)).toHaveProperty("reason");
      } catch (error) {
        expect((error as Error).message).toMatch(/^the wrapped data key is /);
      }
    }),
    { numRuns: 500 },
  );
});

test("command lines", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (line) => {
      const words = splitShellWords(line);
      expect(words === null || words.every((word) => typeof word === "string")).toBe(true);
    }),
  );
});

test("a word in single quotes comes back as it is", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" })), (words) => {
      const line = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
      expect(splitShellWords(line)).toEqual(words);
    }),
  );
});
