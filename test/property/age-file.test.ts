/** Our own reader and writer of age files against the library: the same files, the same content, the same refusals. */
import { randomBytes } from "node:crypto";

import * as fc from "fast-check";
import { expect, test } from "vitest";

import { sealAgeFile } from "../../src/keys/age/age-file.js";
import { decodeArmor, encodeArmor } from "../../src/keys/age/armor.js";
import { sealChaCha } from "../../src/keys/age/chacha20-poly1305.js";
import { writeHeader } from "../../src/keys/age/header.js";
import { sealPayload } from "../../src/keys/age/payload.js";
import { deriveKey } from "../../src/keys/age/stanza.js";
import {
  decodeArmorByLibrary,
  digestOf,
  fileOf,
  readByLibrary,
  readNatively,
} from "../support/age-judge.js";

const CHUNK = 64 * 1024;
const fileKey = Uint8Array.from({ length: 16 }, (_, index) => index);
const nonce = Uint8Array.from({ length: 16 }, (_, index) => 200 + index);

function contentOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index * 7);
}

/** Both say the same, and how often a file was opened: a test in which all are refused would prove nothing. */
function createComparison(): {
  opened: { yes: number; no: number };
  compare: (file: Uint8Array, key?: Uint8Array | null) => Promise<void>;
} {
  const opened = { yes: 0, no: 0 };
  return {
    opened,
    async compare(file: Uint8Array, key: Uint8Array | null = fileKey): Promise<void> {
      const ours = await readNatively(file, key);
      expect(ours).toEqual(await readByLibrary(file, key));
      opened[ours.outcome === "opened" ? "yes" : "no"] += 1;
    },
  };
}

const nearBorder = fc
  .tuple(fc.constantFrom(0, CHUNK, 2 * CHUNK, 3 * CHUNK), fc.integer({ min: -2, max: 2 }))
  .map(([border, distance]) => Math.max(0, border + distance));

test("files of any length are opened by the library, and so by us", async () => {
  const { compare, opened } = createComparison();
  await fc.assert(
    fc.asyncProperty(fc.oneof(nearBorder, fc.nat(3 * CHUNK)), async (length) => {
      let key: Uint8Array | undefined;
      const file = await sealAgeFile(
        contentOf(length),
        (given) => {
          // A copy, which the `slice` of a Buffer is not.
          key = Uint8Array.from(given);
          return Promise.resolve([{ args: ["test", "a"], body: contentOf(length % 200) }]);
        },
        randomBytes,
      );
      expect(key).toHaveLength(16);
      expect(await readByLibrary(file, key ?? null)).toEqual({
        outcome: "opened",
        digest: digestOf(contentOf(length)),
        stanzas: [{ args: ["test", "a"], body: contentOf(length % 200) }],
      });
      await compare(file, key);
    }),
    { numRuns: 60 },
  );
  expect(opened.no).toBe(0);
});

test("chunks of any size, in any order, marked or not as the last", async () => {
  const { compare, opened } = createComparison();
  const key = deriveKey(fileKey, nonce, "payload");
  const header = writeHeader([{ args: ["test"], body: contentOf(32) }], fileKey);
  const chunk = fc.record({
    length: fc.oneof(fc.constant(CHUNK), fc.constantFrom(0, 1, CHUNK - 1)),
    isLast: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, fc.boolean()),
    counter: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, fc.nat(3)),
  });
  const cut = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.constantFrom(1, 15, 16, 17));
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { maxLength: 3 }), cut, async (chunks, cutLength) => {
      const sealed = chunks.map(({ length, isLast, counter }, index) => {
        const chunkNonce = new Uint8Array(12);
        chunkNonce[10] = counter ?? index;
        chunkNonce[11] = (isLast ?? index === chunks.length - 1) ? 1 : 0;
        return sealChaCha(key, chunkNonce, contentOf(length));
      });
      const file = Buffer.concat([header, nonce, ...sealed]);
      await compare(new Uint8Array(file.subarray(0, file.length - cutLength)));
    }),
    { numRuns: 150 },
  );
  expect(Math.min(opened.yes, opened.no)).toBeGreaterThan(10);
});

interface Change {
  readonly at: number;
  readonly removed: number;
  readonly inserted: string;
}

function changed(text: string, changes: readonly Change[]): string {
  let result = text;
  for (const { at, removed, inserted } of changes) {
    const start = at % (result.length + 1);
    result = result.slice(0, start) + inserted + result.slice(start + removed);
  }
  return result;
}

function anyChanges(piece: fc.Arbitrary<string>): fc.Arbitrary<Change[]> {
  return fc.array(
    fc.record({
      at: fc.nat(100_000),
      removed: fc.constantFrom(0, 1, 1, 2, 64),
      inserted: fc.oneof(fc.constant(""), piece),
    }),
    { maxLength: 3 },
  );
}

const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));

test("headers with any change, under a MAC that holds", async () => {
  const { compare, opened } = createComparison();
  const payload = sealPayload(contentOf(5), fileKey, nonce);
  const body = fc.constantFrom(0, 1, 2, 3, 32, 47, 48, 49, 96, 100);
  const piece = fc.oneof(
    fc.constantFrom("\n", "\r", " ", "=", "-> ", "-> a\n", "-> a b\n\n", "---", "--- ", "AA", "A"),
    byte,
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(body, { maxLength: 3 }),
      anyChanges(piece),
      fc.boolean(),
      async (bodies, edits, isMine) => {
        const stanzas = bodies.map((length) => ({
          args: ["X25519", "x+/"],
          body: contentOf(length),
        }));
        const whole = Buffer.from(writeHeader(stanzas, fileKey)).toString("latin1");
        const header = changed(whole.slice(0, whole.lastIndexOf("---")), edits);
        await compare(fileOf(header, fileKey, payload), isMine ? fileKey : null);
      },
    ),
    { numRuns: 3000 },
  );
  expect(Math.min(opened.yes, opened.no)).toBeGreaterThan(200);
});

test("whole files with any change", async () => {
  const { compare, opened } = createComparison();
  const file = Buffer.concat([
    writeHeader([{ args: ["X25519", "x"], body: contentOf(32) }], fileKey),
    sealPayload(contentOf(40), fileKey, nonce),
  ]).toString("latin1");
  await fc.assert(
    fc.asyncProperty(anyChanges(byte), async (edits) => {
      await compare(new Uint8Array(Buffer.from(changed(file, edits), "latin1")));
    }),
    { numRuns: 2000 },
  );
  expect(Math.min(opened.yes, opened.no)).toBeGreaterThan(100);
});

test("armor with any change", () => {
  const opened = { yes: 0, no: 0 };
  const piece = fc.oneof(
    fc.constantFrom("\n", "\r\n", "\r", " ", "\t", "=", "==", "A", "AAAA", "-", "_", "+", "\u00a0"),
    fc.string({ unit: "binary", maxLength: 1 }),
  );
  fc.assert(
    fc.property(fc.nat(200), anyChanges(piece), fc.boolean(), (length, edits, isCrLf) => {
      const whole = encodeArmor(contentOf(length));
      const text = changed(isCrLf ? whole.replaceAll("\n", "\r\n") : whole, edits);
      const ours = decodeArmor(text);
      expect(ours).toEqual(decodeArmorByLibrary(text));
      opened[ours === null ? "no" : "yes"] += 1;
    }),
    { numRuns: 10_000 },
  );
  expect(Math.min(opened.yes, opened.no)).toBeGreaterThan(1000);
});
