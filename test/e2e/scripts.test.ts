import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

import { runCli } from "../support/cli.js";
import { parseScript, type Program, runScript } from "../support/script.js";
import { isMissing, runRealSops } from "../support/tools.js";
import { AGE_RECIPIENT, AGE_RECIPIENT_2, VECTOR_KEYS_DIR } from "../support/vectors.js";

const SCRIPTS = fileURLToPath(new URL("scripts/", import.meta.url));

const scripts = readdirSync(SCRIPTS)
  .filter((name) => name.endsWith(".txt"))
  .toSorted()
  .map((name) => [name, parseScript(readFileSync(join(SCRIPTS, name), "utf8"))] as const);

/** @returns what does not hold; empty when all does */
async function play(name: string, program: Program): Promise<string> {
  const script = scripts.find(([file]) => file === name)?.[1];
  if (script === undefined) throw new Error(`no script ${name}`);
  const root = realpathSync(mkdtempSync(join(tmpdir(), "leafseal-script-")));
  try {
    await runScript(script, program, {
      root,
      env: { HOME: root, SOPS_AGE_KEY_FILE: join(VECTOR_KEYS_DIR, "age.txt") },
      variables: {
        AGE1: AGE_RECIPIENT,
        AGE2: AGE_RECIPIENT_2,
        KEYS: VECTOR_KEYS_DIR,
        WORK: root,
      },
    });
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

describe("scripts", () => {
  test.each(scripts.map(([name]) => name))("%s", async (name) => {
    expect(await play(name, runCli)).toBe("");
  });
});

describe.skipIf(isMissing("sops"))("scripts that hold for the real sops as well", () => {
  test.each(scripts.filter(([, script]) => script.isForBoth).map(([name]) => name))(
    "%s",
    async (name) => {
      expect(await play(name, runRealSops)).toBe("");
    },
  );
});
