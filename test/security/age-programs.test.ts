/** Which programs a decryption with age runs: none that a file names, none from the working directory (T5, T7). */
import { chmodSync, existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { ensureBuilt, PROJECT_ROOT } from "../support/built.js";
import { runCli } from "../support/cli.js";
import { type ProcessResult, runProcess } from "../support/tools.js";
import {
  installToyPlugin,
  TOY_IDENTITY,
  TOY_RECIPIENT,
  type ToyPlugin,
} from "../support/toy-plugin.js";
import { VECTOR_KEYS_DIR } from "../support/vectors.js";

const PROGRAM = join(PROJECT_ROOT, "bin/leafseal.js");
const NODE = dirname(process.execPath);

let folder = "";
let toy: ToyPlugin;

beforeAll(async () => {
  ensureBuilt();
  folder = realpathSync(mkdtempSync(join(tmpdir(), "leafseal-programs-")));
  toy = installToyPlugin(folder);
  writeFileSync(join(folder, "plain.yaml"), "a: 1\n");
  const args = ["encrypt", "--age", TOY_RECIPIENT, "plain.yaml"];
  const { stdout, stderr } = await runCli(args, { cwd: folder, env: toy.env });
  if (stderr !== "") throw new Error(stderr);
  writeFileSync(join(folder, "file.yaml"), stdout);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  writeFileSync(toy.env["TOY_LOG"] ?? "", "");
});

function decrypt(env: Record<string, string>, cwd = folder): Promise<ProcessResult> {
  return runProcess(process.execPath, [PROGRAM, "decrypt", join(folder, "file.yaml")], {
    cwd,
    env: { HOME: folder, ...toy.env, ...env },
  });
}

test("the plugin runs for the user's own identity", async () => {
  const { stdout } = await decrypt({ SOPS_AGE_KEY: TOY_IDENTITY });
  expect(stdout.toString("utf8")).toBe("a: 1\n");
  expect(toy.log()[0]).toBe("--age-plugin=identity-v1");
});

test.each<[string, Record<string, string>]>([
  ["no identity", {}],
  ["another identity", { SOPS_AGE_KEY_FILE: join(VECTOR_KEYS_DIR, "age.txt") }],
])("the recipient list of a file runs nothing: %s", async (_, env) => {
  const { exitCode } = await decrypt(env);
  expect(exitCode).toBe(128);
  expect(toy.log()).toEqual([]);
});

test.each([".", "", "plugins", "./plugins", `:${NODE}`, `${NODE}:`])(
  "the PATH %j runs nothing out of the working directory",
  async (path) => {
    const cwd = path.includes("plugins") ? folder : join(folder, "plugins");
    const { exitCode, stderr } = await decrypt({ PATH: path, SOPS_AGE_KEY: TOY_IDENTITY }, cwd);
    expect(exitCode).toBe(128);
    expect(stderr).toContain("age-plugin-toy: not found");
    expect(toy.log()).toEqual([]);
  },
);

test("key commands are not looked up in the working directory either", async () => {
  const trap = join(folder, "plugins", "give-key");
  writeFileSync(trap, `#!/bin/sh\ntouch '${join(folder, "sprung")}'\n`);
  chmodSync(trap, 0o755);
  for (const name of ["SOPS_AGE_KEY_CMD", "SOPS_AGE_SSH_PRIVATE_KEY_CMD"]) {
    const env = { PATH: `.:${NODE}`, [name]: "give-key" };
    expect((await decrypt(env, join(folder, "plugins"))).exitCode).toBe(128);
  }
  expect(existsSync(join(folder, "sprung"))).toBe(false);
});
