/** lossless.md, "What must hold": whatever is encrypted comes back byte for byte, through the whole program. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { commentsOf, type DataLeaf, dataOf } from "../support/file-data.js";
import { iniText } from "../support/ini-arbitrary.js";
import { dotenvBytes, jsonText } from "../support/file-arbitraries.js";
import { open, seal, trySeal, withoutKeyCost } from "../support/sealing.js";
import { yamlText } from "../support/yaml-file-arbitrary.js";

withoutKeyCost();

const FILES: Readonly<Record<string, fc.Arbitrary<Uint8Array>>> = {
  yaml: yamlText.map((text) => Buffer.from(text)),
  json: jsonText.map((text) => Buffer.from(text)),
  env: dotenvBytes,
  ini: iniText.map((text) => Buffer.from(text)),
  bin: fc.uint8Array({ maxLength: 300 }),
};

const SELECTIONS: readonly (readonly string[])[] = [
  [],
  [],
  ["--encrypted-regex", "^(a|b|s)$", "--allow-plaintext"],
  ["--unencrypted-regex", "^(a|b|s)$", "--allow-plaintext"],
  ["--encrypted-suffix", "c", "--allow-plaintext"],
  ["--unencrypted-comment-regex", "c", "--allow-plaintext"],
  ["--encrypted-comment-regex", "c", "--allow-plaintext"],
  ["--mac-only-encrypted", "--encrypted-regex", "^(a|b|s)$", "--allow-plaintext"],
];

const RUNS = 120;

/** Written by sops, whole floats below a million become whole numbers. */
async function valuesOf(file: Uint8Array, extension: string): Promise<DataLeaf[]> {
  const leaves = await dataOf(file, extension);
  return leaves.map((leaf) => (leaf.kind === "float" ? { ...leaf, kind: "int" } : leaf));
}

describe.each(Object.keys(FILES))("%s", (extension) => {
  const file = FILES[extension] ?? fc.constant(new Uint8Array());
  const isText = extension !== "bin";

  test("decrypt(encrypt(file)) is the file", async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(file, fc.constantFrom(...SELECTIONS), async (plain, selection) => {
        const args = isText ? selection : [];
        const sealed = await trySeal(plain, extension, { args });
        expect(sealed.stderr).not.toContain("INTERNAL");
        if (sealed.exitCode !== 0) {
          // 4: a clear value or comment that sops's own text cannot say.
          expect([2, 4, 23, 92], sealed.stderr).toContain(sealed.exitCode);
          return;
        }
        accepted += 1;
        const opened = await open(sealed.stdout, extension);
        expect(opened.toString("latin1")).toBe(Buffer.from(plain).toString("latin1"));
      }),
      { numRuns: RUNS },
    );
    // Hardly any may be refused, or the property says nothing.
    expect(accepted).toBeGreaterThan(RUNS * 0.75);
  });

  test("sops's own layout says the same", async () => {
    await fc.assert(
      fc.asyncProperty(file, async (plain) => {
        const sealed = await trySeal(plain, extension, { layout: "sops" });
        expect(sealed.stderr).not.toContain("INTERNAL");
        if (sealed.exitCode !== 0) return;
        const canonical = await open(sealed.stdout, extension, { layout: "sops" });
        // INI: formats.md §12 no. 10, some texts cannot be said in sops's way.
        if (extension !== "ini") {
          expect(await valuesOf(canonical, extension)).toEqual(await valuesOf(plain, extension));
        }
        // The file in the source layout gives the same canonical text, comments and all.
        const ours = await trySeal(plain, extension);
        expect(ours.exitCode).toBe(0);
        const fromOurs = await open(ours.stdout, extension, { layout: "sops" });
        expect(await dataOf(fromOurs, extension)).toEqual(await dataOf(canonical, extension));
        // Reading and writing again changes nothing more.
        const again = await open(await seal(canonical, extension), extension);
        expect(again.toString("latin1")).toBe(canonical.toString("latin1"));
      }),
      { numRuns: RUNS / 2 },
    );
  });

  test("no comment is lost on the way", async () => {
    await fc.assert(
      fc.asyncProperty(file, async (plain) => {
        const sealed = await trySeal(plain, extension);
        if (sealed.exitCode !== 0) return;
        const opened = await open(sealed.stdout, extension);
        expect(await commentsOf(opened, extension)).toEqual(await commentsOf(plain, extension));
      }),
      { numRuns: Math.floor(RUNS / 6) },
    );
  });
});
