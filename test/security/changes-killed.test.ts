/** security.md W1, W10, W11: a verb that is killed at any moment leaves a whole file, nothing clear, and no lock. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { beforeAll, describe, expect, test } from "vitest";

import { ensureBuilt, PROGRAM } from "../support/built.js";
import { temporaryDirectories } from "../support/directory.js";
import { runWithKeys, writeEncrypted } from "../support/encrypted.js";
import { AGE_RECIPIENT, AGE_RECIPIENT_2, VECTOR_KEYS_DIR } from "../support/vectors.js";

const makeDirectory = temporaryDirectories();
beforeAll(ensureBuilt);

const SECRET = "correct-horse";
const NEW_SECRET = "battery-staple";
const KILLS = Number(process.env["LEAFSEAL_KILLS"] ?? 10);

interface Scene {
  readonly cwd: string;
  readonly env: Record<string, string>;
}

async function scene(): Promise<Scene> {
  const cwd = makeDirectory();
  const filler = Array.from({ length: 300 }, (_, n) => `k${n}: ${SECRET}-${n}`).join("\n");
  await writeEncrypted(cwd, { "a.yaml": `pw: ${SECRET}\n${filler}\n` });
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: cwd,
    TMPDIR: cwd,
    SOPS_AGE_KEY_FILE: join(VECTOR_KEYS_DIR, "age.txt"),
  };
  return { cwd, env };
}

/** @returns whether the program was still at work */
async function runAndKill(
  { cwd, env }: Scene,
  args: readonly string[],
  after: number,
): Promise<boolean> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env, stdio: "ignore" });
  const isOver = new Promise<boolean>((resolve) => {
    child.on("close", (_, signal) => {
      resolve(signal === "SIGKILL");
    });
  });
  await pause(after);
  child.kill("SIGKILL");
  return isOver;
}

/** Every file there is, wherever the program put it. */
function everything(folder: string): string {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}

describe.each<[string, (round: number) => string[]]>([
  ["set", (round) => ["set", "a.yaml", '["pw"]', `"${NEW_SECRET}-${round}"`]],
  ["rotate", () => ["rotate", "-i", "a.yaml"]],
  ["updatekeys", () => ["updatekeys", "-y", "a.yaml"]],
])("%s", (verb, args) => {
  test(`${String(KILLS)} kills`, { timeout: 300_000 }, async () => {
    const place = await scene();
    const { cwd } = place;
    let killed = 0;
    for (let round = 0; round < KILLS; round += 1) {
      const recipients = round % 2 === 0 ? `${AGE_RECIPIENT},${AGE_RECIPIENT_2}` : AGE_RECIPIENT;
      writeFileSync(join(cwd, ".sops.yaml"), `creation_rules:\n  - age: ${recipients}\n`);
      // From the start of the process to well after its end.
      const after = 40 + (round * 400) / KILLS;
      if (await runAndKill(place, args(round), after)) killed += 1;
      const { exitCode, stdout, stderr } = await runWithKeys(["decrypt", "a.yaml"], cwd);
      expect(exitCode, stderr).toBe(0);
      expect(stdout.toString().split("\n")).toHaveLength(302);
      expect(stdout.toString()).toMatch(new RegExp(`^pw: (${SECRET}|${NEW_SECRET}-\\d+)\nk0: `));
      expect(everything(cwd).includes(SECRET) || everything(cwd).includes(NEW_SECRET)).toBe(false);
    }
    expect(killed, `${verb} was never at work when it was killed`).toBeGreaterThan(0);
    // The next run waits for no dead owner, and takes away what is left over.
    const started = performance.now();
    const last = await runWithKeys(["set", "a.yaml", '["pw"]', '"end"'], cwd, {
      env: { TMPDIR: cwd },
    });
    expect(last.exitCode, last.stderr).toBe(0);
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(readdirSync(cwd).filter((name) => name.includes("a.yaml"))).toEqual(["a.yaml"]);
  });
});
