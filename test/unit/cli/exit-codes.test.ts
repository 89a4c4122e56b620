/** cli.md §12: the statuses of the changing verbs that need a machine in trouble; the others are in the scripts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { main } from "../../../src/cli/main.js";
import { temporaryDirectories } from "../../support/directory.js";
import { read, runWithKeys, writeEncrypted } from "../../support/encrypted.js";
import { createTestRuntime } from "../../support/runtime.js";
import { AGE_RECIPIENT_2, VECTOR_KEYS_DIR } from "../../support/vectors.js";

const makeDirectory = temporaryDirectories();
const IDENTITY =
  /AGE-SECRET-KEY-\S+/.exec(readFileSync(join(VECTOR_KEYS_DIR, "age.txt"), "utf8"))?.[0] ?? "";

async function scene(): Promise<string> {
  const cwd = makeDirectory();
  await writeEncrypted(cwd, { "a.yaml": "a: x\n" });
  return cwd;
}

const CHANGES: readonly string[][] = [
  ["set", "a.yaml", '["a"]', '"y"'],
  ["unset", "a.yaml", '["a"]'],
  ["rotate", "-i", "a.yaml"],
  ["groups", "add", "-i", "-f", "a.yaml", "--age", AGE_RECIPIENT_2],
  ["groups", "delete", "-i", "-f", "a.yaml", "0"],
  ["--set", '["a"] "y"', "a.yaml"],
  ["-r", "-i", "a.yaml"],
];

describe("3: the file cannot be written; no key is asked for (security.md W8)", () => {
  test.each(CHANGES)("%s %s %s %s", async (...args) => {
    const cwd = await scene();
    const before = read(cwd, "a.yaml");
    const accessSync = (): void => {
      throw Object.assign(new Error("no"), { code: "EACCES" });
    };
    const runtime = createTestRuntime({ cwd, env: { HOME: cwd }, fs: { accessSync } });
    expect(await main(args, runtime)).toBe(3);
    expect(read(cwd, "a.yaml")).toBe(before);
  });
});

describe("3: the disk is full; the file stays", () => {
  test.each(CHANGES.filter(([, second]) => second !== "delete"))("%s %s %s %s", async (...args) => {
    const cwd = await scene();
    const before = read(cwd, "a.yaml");
    const fsyncSync = (): void => {
      throw Object.assign(new Error("no"), { code: "ENOSPC" });
    };
    const env = { HOME: cwd, SOPS_AGE_KEY: IDENTITY };
    const runtime = createTestRuntime({ cwd, env, fs: { fsyncSync } });
    expect(await main(args, runtime), runtime.stderrText()).toBe(3);
    expect(read(cwd, "a.yaml")).toBe(before);
  });
});

test.each<[string[]]>([
  [["rotate", "--encryption-context", "a", "a.yaml"]],
  [["groups", "add", "--encryption-context", "a", "-f", "a.yaml", "--age", AGE_RECIPIENT_2]],
])("0 with a warning, not 6: %j (cli.md §2.1)", async (args) => {
  const { exitCode, stderr } = await runWithKeys(args, await scene());
  expect(exitCode, stderr).toBe(0);
  expect(stderr).toContain("level=warning");
});

test("1: a broken configuration", async () => {
  const cwd = await scene();
  for (const args of CHANGES.slice(0, 4)) {
    const result = await runWithKeys(["--config", "missing.yaml", ...args], cwd);
    expect(result, args.join(" ")).toMatchObject({ exitCode: 1 });
  }
});

test("another type for the result is written into the same file, as sops does", async () => {
  const cwd = await scene();
  const { exitCode } = await runWithKeys(
    ["set", "--output-type", "json", "a.yaml", '["b"]', "1"],
    cwd,
  );
  expect(exitCode).toBe(0);
  expect(read(cwd, "a.yaml")).toMatch(/^\{\n\t"a": "ENC\[/);
});
