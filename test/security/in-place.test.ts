/** security.md §2 end to end: `encrypt -i`, `decrypt -i` and outputs of the whole program on links, modes and bad days. */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";

import { main } from "../../src/cli/main.js";
import { ensureBuilt, PROGRAM } from "../support/built.js";
import { type CliResult, runCli } from "../support/cli.js";
import { temporaryDirectories } from "../support/directory.js";
import { type Fault, faultyFileSystem } from "../support/faults.js";
import { createTestRuntime } from "../support/runtime.js";
import { IDENTITY_ENV, seal, tryOpen, withoutKeyCost } from "../support/sealing.js";
import { runProcess } from "../support/tools.js";
import { AGE_RECIPIENT } from "../support/vectors.js";

withoutKeyCost();
const makeDirectory = temporaryDirectories();

const PLAIN = "pw: hunter2 # note\nlist:   [a, b]\n";
const ENCRYPT = ["encrypt", "-i", "--age", AGE_RECIPIENT];
const DECRYPT = ["decrypt", "-i"];

function run(args: readonly string[], cwd: string): Promise<CliResult> {
  return runCli(args, { cwd, env: { ...IDENTITY_ENV, XDG_RUNTIME_DIR: join(cwd, "run") } });
}

/** A work tree, with the place for locks beside it. */
function makeWork(): string {
  const cwd = join(makeDirectory(), "work");
  mkdirSync(join(cwd, "run"), { recursive: true, mode: 0o700 });
  return cwd;
}

const filesOf = (cwd: string): string[] =>
  readdirSync(cwd)
    .filter((name) => name !== "run")
    .toSorted();

describe("links (W4)", () => {
  const LINKS: Readonly<Record<string, (cwd: string) => void>> = {
    relative: (cwd) => symlinkSync("real/f.yaml", join(cwd, "link.yaml")),
    absolute: (cwd) => symlinkSync(join(cwd, "real/f.yaml"), join(cwd, "link.yaml")),
    chained(cwd) {
      symlinkSync("middle.yaml", join(cwd, "link.yaml"));
      symlinkSync("./real/../real/f.yaml", join(cwd, "middle.yaml"));
    },
    "through a directory"(cwd) {
      symlinkSync("real", join(cwd, "d"));
      symlinkSync("d/f.yaml", join(cwd, "link.yaml"));
    },
  };

  test.each(Object.entries(LINKS))("%s: the link stays, its file changes", async (_, link) => {
    const cwd = makeWork();
    mkdirSync(join(cwd, "real"));
    writeFileSync(join(cwd, "real/f.yaml"), PLAIN);
    link(cwd);
    const text = readlinkSync(join(cwd, "link.yaml"));
    expect((await run([...ENCRYPT, "link.yaml"], cwd)).exitCode).toBe(0);
    expect(readFileSync(join(cwd, "real/f.yaml"), "utf8")).toContain("ENC[");
    expect(readlinkSync(join(cwd, "link.yaml"))).toBe(text);
    expect((await run([...DECRYPT, "link.yaml"], cwd)).exitCode).toBe(0);
    expect(readFileSync(join(cwd, "real/f.yaml"), "utf8")).toBe(PLAIN);
    expect(readlinkSync(join(cwd, "link.yaml"))).toBe(text);
    expect(readdirSync(join(cwd, "real"))).toEqual(["f.yaml"]);
  });

  test.each([
    ["dangling", "nowhere.yaml"],
    ["a loop", "link.yaml"],
    ["to a directory", "run"],
  ])("%s is refused", async (_, text) => {
    const cwd = makeWork();
    symlinkSync(text, join(cwd, "link.yaml"));
    for (const verb of [ENCRYPT, DECRYPT, ["rotate", "-i"], ["set", '["a"]', "1"]]) {
      expect((await run([...verb, "link.yaml"], cwd)).exitCode).not.toBe(0);
    }
    expect(filesOf(cwd)).toEqual(["link.yaml"]);
    expect(lstatSync(join(cwd, "link.yaml")).isSymbolicLink()).toBe(true);
  });
});

describe("permissions (W5, W12)", () => {
  test.each([0o600, 0o640, 0o664, 0o755, 0o444, 0o666])("%o stays, whatever the umask", async (mode) => {
    for (const umask of [0o000, 0o077]) {
      const cwd = makeWork();
      const file = join(cwd, "f.yaml");
      writeFileSync(file, PLAIN);
      chmodSync(file, mode);
      const before = process.umask(umask);
      try {
        for (const verb of [ENCRYPT, DECRYPT]) {
          const { exitCode } = await run([...verb, "f.yaml"], cwd);
          expect(statSync(file).mode & 0o777).toBe(mode);
          // Root may write what is read-only.
          if ((mode & 0o200) !== 0) expect(exitCode).toBe(0);
        }
      } finally {
        process.umask(before);
      }
    }
  }); // prettier-ignore

  test("a new clear file is for the user alone; an old one keeps its mode", async () => {
    const cwd = makeWork();
    writeFileSync(join(cwd, "f.yaml"), await seal(PLAIN, "yaml"));
    writeFileSync(join(cwd, "old.yaml"), "x");
    chmodSync(join(cwd, "old.yaml"), 0o644);
    const before = process.umask(0o000);
    try {
      for (const name of ["new.yaml", "old.yaml"]) {
        expect((await run(["decrypt", "--output", name, "f.yaml"], cwd)).exitCode).toBe(0);
        expect(readFileSync(join(cwd, name), "utf8")).toBe(PLAIN);
      }
    } finally {
      process.umask(before);
    }
    expect(statSync(join(cwd, "new.yaml")).mode & 0o777).toBe(0o600);
    expect(statSync(join(cwd, "old.yaml")).mode & 0o777).toBe(0o644);
  });
});

describe("bad days (W3, W8)", () => {
  const SIBLING = /\.leafseal-[^/]*\.tmp$/;
  const FAULTS: readonly Fault[] = [
    { call: "openSync", code: "ENOSPC", path: SIBLING },
    { call: "writeSync", code: "ENOSPC", path: SIBLING },
    { call: "writeSync", code: "EFBIG", path: SIBLING, isShortFirst: true },
    { call: "fsyncSync", code: "EIO", path: SIBLING },
    { call: "fchmodSync", code: "EPERM", path: SIBLING },
    { call: "closeSync", code: "EIO", path: SIBLING },
    { call: "renameSync", code: "EIO" },
    { call: "renameSync", code: "ENOSPC" },
  ];

  test.each(FAULTS)("$call fails with $code", async (fault) => {
    for (const [verb, content] of [
      [ENCRYPT, Buffer.from(PLAIN)],
      [DECRYPT, await seal(PLAIN, "yaml")],
    ] as const) {
      const cwd = makeWork();
      const file = join(cwd, "f.yaml");
      writeFileSync(file, content);
      const { fs } = faultyFileSystem(fault);
      const env = { ...IDENTITY_ENV, XDG_RUNTIME_DIR: join(cwd, "run") };
      const runtime = createTestRuntime({ cwd, env, fs });
      expect(await main([...verb, "f.yaml"], runtime)).toBe(3);
      expect(readFileSync(file).equals(content)).toBe(true);
      expect(filesOf(cwd)).toEqual(["f.yaml"]);
      expect(runtime.stdoutText()).toBe("");
      expect(runtime.stderrText()).not.toContain("hunter2");
      expect(runtime.stderrText()).toContain(fault.code);
      expect(runtime.pendingCleanUps()).toBe(0);
    }
  });

  test.each([
    ["encrypt", ENCRYPT],
    ["decrypt", DECRYPT],
    ["rotate", ["rotate", "-i"]],
    ["set", ["set"]],
  ])("%s of a file that may not be written asks for no key", async (_, verb) => {
    const cwd = makeWork();
    const sealed = await seal(PLAIN, "yaml");
    writeFileSync(join(cwd, "f.yaml"), verb === ENCRYPT ? PLAIN : sealed);
    const { fs, calls } = faultyFileSystem({ call: "accessSync", code: "EACCES", path: /f\.yaml$/ });
    const asked: string[] = [];
    const runtime = createTestRuntime({
      cwd,
      env: { SOPS_AGE_KEY_CMD: "print-the-key", SOPS_AGE_KEY_FILE: join(cwd, "keys.txt"), XDG_RUNTIME_DIR: join(cwd, "run") },
      fs,
      exec(request) {
        asked.push(request.command);
        return Promise.resolve({ exitCode: 1, signal: null, stdout: new Uint8Array(), stderr: new Uint8Array() });
      },
    });
    const words = verb[0] === "set" ? ["f.yaml", '["a"]', "1"] : ["f.yaml"];
    expect(await main([...verb, ...words], runtime)).toBe(3);
    expect(asked).toEqual([]);
    expect(calls.filter((call) => call.includes("keys.txt"))).toEqual([]);
  }); // prettier-ignore
});

describe("nothing clear before all is checked (W13)", () => {
  test.each([
    ["standard output", []],
    ["a new file", ["--output", "new.yaml"]],
    ["the file itself", ["-i"]],
    ["a directory", ["--output-dir", "out"]],
    ["one value", ["--extract", '["pw"]']],
  ])("%s", async (_, args) => {
    const cwd = makeWork();
    const sealed = (await seal(`${PLAIN}last: x\n`, "yaml")).toString();
    const damaged = [
      sealed.replace(/mac: ENC\[AES256_GCM,data:..../, "mac: ENC[AES256_GCM,data:AAAA"),
      sealed.replace(/^last: .*\n/m, ""),
      sealed.replace(/^(last: .*,tag:)..../m, "$1AAAA"),
    ];
    for (const text of damaged) {
      expect(text).not.toBe(sealed);
      writeFileSync(join(cwd, "f.yaml"), text);
      const { exitCode, stdout } = await run(["decrypt", ...args, "f.yaml"], cwd);
      expect([25, 51]).toContain(exitCode);
      expect(stdout.toString()).toBe("");
      expect(filesOf(cwd).filter((name) => name !== "out")).toEqual(["f.yaml"]);
      expect(readFileSync(join(cwd, "f.yaml"), "utf8")).toBe(text);
    }
  });
});

describe("at the same time (W9)", () => {
  beforeAll(ensureBuilt);

  test("of several encryptions of one file one is done, and one of several decryptions", async () => {
    const cwd = makeWork();
    const file = join(cwd, "f.yaml");
    writeFileSync(file, PLAIN);
    const atOnce = async (args: readonly string[]): Promise<number[]> => {
      const results = await Promise.all(
        Array.from({ length: 4 }, () =>
          runProcess(process.execPath, [PROGRAM, ...args, "f.yaml"], { cwd, env: IDENTITY_ENV }),
        ),
      );
      return results.map(({ exitCode }) => exitCode).toSorted((a, b) => a - b);
    };
    expect(await atOnce(ENCRYPT)).toEqual([0, 203, 203, 203]);
    const opened = await tryOpen(readFileSync(file), "yaml");
    expect(opened.stdout.toString()).toBe(PLAIN);
    expect(await atOnce(DECRYPT)).toEqual([0, 1, 1, 1]);
    expect(readFileSync(file, "utf8")).toBe(PLAIN);
    expect(filesOf(cwd)).toEqual(["f.yaml"]);
  });
});
