/** The real sops reads generated files in our layout to the same values as its own encryption of the same input. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { dotenvBytes, jsonText } from "../support/file-arbitraries.js";
import { iniText } from "../support/ini-arbitrary.js";
import { mapConcurrently } from "../support/pool.js";
import { IDENTITY_ENV, trySeal } from "../support/sealing.js";
import { isMissing, type ProcessResult, runRealSops } from "../support/tools.js";
import { valuesOf } from "../support/values.js";
import { AGE_RECIPIENT } from "../support/vectors.js";
import { yamlText } from "../support/yaml-file-arbitrary.js";

/** Without what sops 3.11 itself does not bring home from its own files. */
const FILES: Readonly<Record<string, fc.Arbitrary<Uint8Array>>> = {
  // Empty comments become values in lists; comments of empty maps, braces in the first column.
  yaml: yamlText.map((text) =>
    Buffer.from(
      text
        .replaceAll(/#[ \t]*(?=\r?$)/gm, "# e")
        .replaceAll(/^(.*\{ *\}.*?) *#.*?(?=\r?$)/gm, "$1"),
    ),
  ),
  // Whole numbers are floats.
  json: jsonText.map((text) => Buffer.from(text.replaceAll(/-0\b|\d{16,}/g, "1"))),
  env: dotenvBytes,
  // Numbered keys become comments.
  ini: iniText.map((text) => Buffer.from(text.replaceAll(/^\s*(-|`#1`)(?=.*[=:])/gm, "m"))),
  bin: fc.uint8Array({ maxLength: 300 }),
};
const COUNT = 12;
/** The same files every time: a difference must be ours, not luck. */
const SEED = 20_261_124;

let folder = "";
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "leafseal-generated-")));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function sops(args: readonly string[], cwd: string): Promise<ProcessResult> {
  return runRealSops(args, { cwd, env: IDENTITY_ENV });
}

/** @returns what differs; empty when nothing does, or when either refuses to encrypt */
async function compare(plain: Uint8Array, extension: string, index: number): Promise<string> {
  const cwd = join(folder, `${extension}-${index}`);
  mkdirSync(cwd);
  const [name, ours, theirs] = ["plain", "ours", "theirs"].map(
    (stem) => `${stem}.${extension}`,
  ) as [string, string, string];
  writeFileSync(join(cwd, name), plain);
  const sealed = await trySeal(plain, extension);
  const encrypted = await sops(["encrypt", "--age", AGE_RECIPIENT, "--output", theirs, name], cwd);
  if (sealed.exitCode !== 0 || encrypted.exitCode !== 0) return "";
  writeFileSync(join(cwd, ours), sealed.stdout);
  const [fromOurs, fromTheirs] = [
    await sops(["decrypt", ours], cwd),
    await sops(["decrypt", theirs], cwd),
  ];
  if (fromTheirs.exitCode !== 0) return "";
  if (fromOurs.exitCode !== 0) return `exit ${fromOurs.exitCode}: ${fromOurs.stderr}`;
  const [left, right] = [valuesOf(fromOurs.stdout, name), valuesOf(fromTheirs.stdout, name)];
  return left === right ? "" : `${left}\ninstead of\n${right}`;
}

describe.skipIf(isMissing("sops"))("the real sops reads generated files", () => {
  test.each(Object.keys(FILES))("%s", async (extension) => {
    const samples = fc.sample(FILES[extension] ?? fc.constant(new Uint8Array()), {
      numRuns: COUNT,
      seed: SEED,
    });
    const problems = await mapConcurrently(
      samples.map((plain, index) => ({ plain, index })),
      2,
      async ({ plain, index }) => {
        const problem = await compare(plain, extension, index);
        return problem === ""
          ? ""
          : `${JSON.stringify(Buffer.from(plain).toString("utf8"))}: ${problem}`;
      },
    );
    expect(problems.filter((problem) => problem !== "")).toEqual([]);
  });
});
