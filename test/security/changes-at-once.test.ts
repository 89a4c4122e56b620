/** security.md W9: of fifty programs that change one file at once, none loses what another has written. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, expect, test } from "vitest";

import { ensureBuilt, PROGRAM } from "../support/built.js";
import { temporaryDirectories } from "../support/directory.js";
import { runWithKeys, writeEncrypted } from "../support/encrypted.js";
import { runProcess } from "../support/tools.js";
import { AGE_RECIPIENT, AGE_RECIPIENT_2, VECTOR_KEYS_DIR } from "../support/vectors.js";

const makeDirectory = temporaryDirectories();
beforeAll(ensureBuilt);

const env = { SOPS_AGE_KEY_FILE: join(VECTOR_KEYS_DIR, "age.txt") };

test("fifty keys set, rotations and new recipients in between", { timeout: 120_000 }, async () => {
  const cwd = makeDirectory();
  await writeEncrypted(cwd, { "a.yaml": "first: 1 # stays\n" });
  writeFileSync(
    join(cwd, ".sops.yaml"),
    `creation_rules:\n  - age: ${AGE_RECIPIENT},${AGE_RECIPIENT_2}\n`,
  );
  const lines = Array.from({ length: 50 }, (_, n) => ["set", "a.yaml", `["k${n}"]`, String(n)]);
  lines.splice(10, 0, ["rotate", "-i", "a.yaml"]);
  lines.splice(30, 0, ["updatekeys", "-y", "a.yaml"]);
  const results = await Promise.all(
    lines.map((args) => runProcess(process.execPath, [PROGRAM, ...args], { cwd, env })),
  );
  expect(results.filter(({ exitCode }) => exitCode !== 0).map(({ stderr }) => stderr)).toEqual([]);
  const { stdout } = await runWithKeys(["decrypt", "--output-type", "json", "a.yaml"], cwd, {
    identities: "age2.txt",
  });
  const data = JSON.parse(stdout.toString()) as Record<string, number>;
  expect(data["first"]).toBe(1);
  for (let n = 0; n < 50; n += 1) expect(data[`k${n}`], `k${n}`).toBe(n);
});
