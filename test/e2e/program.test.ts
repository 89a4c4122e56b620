/** The built program as a process of its own: what it loads, how it is installed, how it ends. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { generateHybridIdentity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { ensureBuilt, installInto, PROJECT_ROOT } from "../support/built.js";
import { type ProcessResult, runProcess } from "../support/tools.js";
import { AGE_RECIPIENT, VECTOR_KEYS_DIR } from "../support/vectors.js";

const PROGRAM = join(PROJECT_ROOT, "bin/leafseal.js");
const RECORDER = pathToFileURL(join(PROJECT_ROOT, "test/support/import-recorder.mjs")).href;

let folder = "";

function environment(): Record<string, string> {
  return { HOME: folder, SOPS_AGE_KEY_FILE: join(VECTOR_KEYS_DIR, "age.txt") };
}

async function run(args: readonly string[], stdin = ""): Promise<ProcessResult> {
  return runProcess(process.execPath, [PROGRAM, ...args], {
    cwd: folder,
    env: environment(),
    stdin,
  });
}

/** Packages of `node_modules` and rooms of our own that a command loads. */
async function loadedBy(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ packages: string[]; keyClients: string[] }> {
  const record = join(folder, "imports.txt");
  writeFileSync(record, "");
  const result = await runProcess(process.execPath, ["--import", RECORDER, PROGRAM, ...args], {
    cwd: folder,
    env: { ...environment(), ...env, RECORD_IMPORTS: record },
  });
  expect(result.exitCode, result.stderr).toBe(0);
  const urls = readFileSync(record, "utf8").split("\n");
  const names = (pattern: RegExp): string[] =>
    [...new Set(urls.flatMap((url) => pattern.exec(url)?.[1] ?? []))].toSorted();
  return {
    packages: names(/\/node_modules\/((?:@[^/]+\/)?[^/]+)\//),
    keyClients: names(/\/dist\/program\/keys\/([^/]+)\/client\.js/),
  };
}

beforeAll(async () => {
  ensureBuilt();
  folder = realpathSync(mkdtempSync(join(tmpdir(), "leafseal-program-")));
  writeFileSync(join(folder, "a.yaml"), "a: secret\n");
  const { stdout } = await run(["encrypt", "--age", AGE_RECIPIENT, "a.yaml"]);
  writeFileSync(join(folder, "enc.yaml"), stdout);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("what a command loads", () => {
  test.each([[["--version"]], [["--help"]], [["filestatus", "enc.yaml"]]])(
    "%j: no cryptography package",
    async (args) => {
      const { packages, keyClients } = await loadedBy(args);
      expect(packages).not.toContain("age-encryption");
      expect(packages.filter((name) => name.startsWith("@noble"))).toEqual([]);
      expect(keyClients).toEqual([]);
    },
  );

  test.each([[["decrypt", "enc.yaml"]], [["encrypt", "--age", AGE_RECIPIENT, "a.yaml"]]])(
    "%j: the client of age only, and no package",
    async (args) => {
      const { packages, keyClients } = await loadedBy(args);
      expect(keyClients).toEqual(["age"]);
      expect(packages).toEqual([]);
    },
  );

  test("a post-quantum identity is left alone when the file is for no such key", async () => {
    const env = { SOPS_AGE_KEY: await generateHybridIdentity() };
    expect((await loadedBy(["decrypt", "enc.yaml"], env)).packages).toEqual([]);
  });

  test("a post-quantum recipient is what the library of age is loaded for", async () => {
    const recipient = await identityToRecipient(await generateHybridIdentity());
    const { packages } = await loadedBy(["encrypt", "--age", recipient, "a.yaml"]);
    expect(packages).toContain("age-encryption");
  });
});

describe("installed", () => {
  test.each(["leafseal", "sops"])("as %s", async (name) => {
    const bin = join(folder, `bin-${name}`);
    mkdirSync(bin);
    installInto(bin);
    const { stdout, exitCode } = await runProcess(join(bin, name), ["decrypt", "enc.yaml"], {
      cwd: folder,
      env: environment(),
    });
    expect(exitCode).toBe(0);
    expect(stdout.toString()).toBe("a: secret\n");
  });
});

describe("how it ends", () => {
  test("with the exit status of the refusal", async () => {
    const { exitCode, stdout, stderr } = await run(["decrypt", "missing.yaml"]);
    expect(exitCode).toBe(100);
    expect(stdout.length).toBe(0);
    expect(stderr).toContain("missing.yaml");
  });

  test("a closed pipe is no error message", async () => {
    const lines = Array.from({ length: 50_000 }, (_, line) => `key_${line}: value\n`).join("");
    writeFileSync(join(folder, "long.yaml"), lines);
    const command = `"${process.execPath}" "${PROGRAM}" encrypt --age ${AGE_RECIPIENT} long.yaml | head -1`;
    const { stdout, stderr } = await runProcess("bash", ["-c", command], {
      cwd: folder,
      env: environment(),
    });
    expect(stdout.toString()).toMatch(/^key_0: ENC\[/);
    expect(stderr).toBe("");
  });

  test("a full device is an error", async () => {
    const command = `"${process.execPath}" "${PROGRAM}" decrypt enc.yaml > /dev/full`;
    const { exitCode, stderr } = await runProcess("bash", ["-c", command], {
      cwd: folder,
      env: environment(),
    });
    expect(exitCode).not.toBe(0);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
