import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { describe, expect, test } from "vitest";

import type { Notices } from "../../../src/operations/options.js";
import { createRun } from "../../../src/operations/run.js";
import { selectFiles } from "../../../src/operations/select-files.js";
import { runCli } from "../../support/cli.js";
import { temporaryDirectories } from "../../support/directory.js";
import { createTestRuntime } from "../../support/runtime.js";
import { AGE_RECIPIENT } from "../../support/vectors.js";

const makeDirectory = temporaryDirectories();
const PLAIN = { "a.yaml": "a: 1\n", "sub/b.json": '{"b": 1}\n', "sub/deep/c.env": "C=1\n" };

async function scene(): Promise<string> {
  const cwd = makeDirectory();
  for (const [file, text] of Object.entries(PLAIN)) {
    mkdirSync(dirname(join(cwd, file)), { recursive: true });
    writeFileSync(join(cwd, file), text);
  }
  const args = ["encrypt", "-i", "--age", AGE_RECIPIENT, ...Object.keys(PLAIN)];
  expect((await runCli(args, { cwd })).exitCode).toBe(0);
  writeFileSync(join(cwd, "sub/plain.yaml"), "sops: no\n");
  writeFileSync(join(cwd, "sub/readme.md"), "sops: ENC[AES256_GCM,\n");
  writeFileSync(join(cwd, "sub/broken.yaml"), "sops: [ENC[AES256_GCM,\n");
  symlinkSync("../a.yaml", join(cwd, "sub/link.yaml"));
  return cwd;
}

interface Selected {
  readonly files: readonly string[];
  readonly warnings: readonly string[];
}

async function select(cwd: string, files: readonly string[], all = false): Promise<Selected> {
  const warnings: string[] = [];
  const notices: Notices = {
    warn: (message) => void warnings.push(message),
    log: () => undefined,
    progress: () => undefined,
  };
  const env = { PATH: process.env["PATH"], HOME: cwd };
  const runtime = createTestRuntime({ cwd, env });
  const run = createRun({ enableLocalKeyService: true, keyServices: [] }, runtime, notices);
  return { files: await selectFiles({ files, all }, run), warnings };
}

function git(cwd: string, ...args: readonly string[]): void {
  execFileSync("git", args, {
    cwd,
    env: { PATH: process.env["PATH"], HOME: cwd },
    stdio: "ignore",
  });
}

/** Also what is damaged: the verb says what is wrong with it. */
const BELOW_SUB = ["sub/b.json", "sub/broken.yaml", "sub/deep/c.env"];

describe("words", () => {
  test.each<[string[], string[]]>([
    [["missing.yaml"], ["missing.yaml"]],
    [["sub/plain.yaml"], ["sub/plain.yaml"]],
    [["sub"], BELOW_SUB],
    [
      ["./sub/", "a.yaml", "./a.yaml"],
      [...BELOW_SUB, "a.yaml"],
    ],
    [["sub/*.json", "sub"], BELOW_SUB],
    [["**/*.env"], ["sub/deep/c.env"]],
    [["."], ["a.yaml", ...BELOW_SUB]],
    [["sub/deep/[c].env"], ["sub/deep/c.env"]],
  ])("%j", async (files, expected) => {
    expect(await select(await scene(), files)).toEqual({ files: expected, warnings: [] });
  });

  test.each<[string[], object]>([
    [[], { code: "NO_FILE", exitCode: 100 }],
    [["empty"], { code: "NO_FILE", exitCode: 100 }],
    [["sub/*.md"], { code: "NO_FILE", exitCode: 100 }],
    [["nowhere/*.yaml"], { code: "NO_FILE", exitCode: 100 }],
  ])("%j is refused", async (files, error) => {
    const cwd = await scene();
    mkdirSync(join(cwd, "empty"));
    await expect(select(cwd, files)).rejects.toMatchObject(error);
  });
});

describe("in a repository", () => {
  test("git's list: nothing ignored, the whole repository from anywhere in it", async () => {
    const cwd = await scene();
    git(cwd, "init", "-q");
    writeFileSync(join(cwd, ".gitignore"), "deep/\n");
    git(cwd, "add", "a.yaml");
    expect((await select(cwd, ["sub"])).files).toEqual(["sub/b.json", "sub/broken.yaml"]);
    expect((await select(join(cwd, "sub"), [], true)).files).toEqual([
      "../a.yaml",
      "b.json",
      "broken.yaml",
    ]);
    // Named by its user although git ignores it.
    expect((await select(cwd, ["sub/deep"])).files).toEqual(["sub/deep/c.env"]);
  });

  test("a repository runs nothing", async () => {
    const cwd = await scene();
    git(cwd, "init", "-q");
    const trap = join(cwd, "trap.sh");
    writeFileSync(trap, `#!/bin/sh\ntouch ${cwd}/sprung\n`, { mode: 0o755 });
    git(cwd, "config", "core.fsmonitor", trap);
    await select(cwd, [], true);
    expect((await select(cwd, ["."])).files).not.toContain("sprung");
    expect(existsSync(join(cwd, "sprung"))).toBe(false);
  });
});

describe("--all without a repository", () => {
  test("everything below the working directory; what a rule names but is clear is told", async () => {
    const cwd = await scene();
    writeFileSync(
      join(cwd, ".sops.yaml"),
      `creation_rules:\n  - path_regex: sub/.*\\.yaml$\n    age: ${AGE_RECIPIENT}\n  - age: ${AGE_RECIPIENT}\n`,
    );
    const { files, warnings } = await select(cwd, [], true);
    expect(files).toEqual(["a.yaml", ...BELOW_SUB]);
    expect(warnings).toEqual([
      "a creation rule names these files, but they are not encrypted: sub/plain.yaml",
    ]);
  });

  test("nothing there is no error", async () => {
    expect(await select(makeDirectory(), [], true)).toEqual({
      files: [],
      warnings: ["there is no encrypted file here"],
    });
  });
});
