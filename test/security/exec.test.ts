/** security.md §4: commands with secrets, run by the built program. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, describe, expect, test } from "vitest";

import { ensureBuilt, PROJECT_ROOT } from "../support/built.js";
import { runCli } from "../support/cli.js";
import { temporaryDirectories } from "../support/directory.js";
import { ENDING_SIGNALS, runSignalled, type SignalledResult } from "../support/signalled.js";
import { isMissing, runProcess, realSops } from "../support/tools.js";
import { AGE_RECIPIENT, VECTOR_KEYS_DIR } from "../support/vectors.js";

const makeDirectory = temporaryDirectories();
const PROGRAM = join(PROJECT_ROOT, "bin/leafseal.js");

beforeAll(ensureBuilt);

interface Place {
  readonly work: string;
  readonly env: Record<string, string>;
  /** What is left in the temporary directory. */
  leftOvers(): string[];
}

async function placeWith(name: string, plain: string | Uint8Array): Promise<Place> {
  const work = makeDirectory();
  const temp = join(work, "temp");
  mkdirSync(temp);
  writeFileSync(join(work, name), plain);
  const { stdout, stderr } = await runCli(["encrypt", "--age", AGE_RECIPIENT, name], { cwd: work });
  expect(stderr).toBe("");
  writeFileSync(join(work, name), stdout);
  return {
    work,
    env: { TMPDIR: temp, SOPS_AGE_KEY_FILE: join(VECTOR_KEYS_DIR, "age.txt") },
    leftOvers: () => readdirSync(temp),
  };
}

function run(
  args: readonly string[],
  { work, env }: Place,
  signals: readonly NodeJS.Signals[] = [],
): Promise<SignalledResult> {
  return runSignalled([PROGRAM, ...args], { cwd: work, env, signals });
}

const HARD_VALUES: Readonly<Record<string, string>> = {
  EMPTY: "",
  LINES: "a\nB=c\n\n",
  QUOTES: `" ' \\ \``,
  SHELL: "$(echo bad) `echo bad` $HOME ; & | > <",
  SPACES: "  a  \t",
  UNICODE: "é😀\u202e",
  CONTROL: "\u0001\u001b[31m\r",
};

describe("exec-env", () => {
  test("hands values over byte for byte", async () => {
    const place = await placeWith("a.json", JSON.stringify(HARD_VALUES));
    const script = join(place.work, "show.cjs");
    writeFileSync(script, `process.stdout.write(JSON.stringify(process.env))`);
    const command = `${process.execPath} ${script}`;
    const { stdout, stderr, exitCode } = await run(["exec-env", "a.json", command], place);
    expect([exitCode, stderr]).toEqual([0, ""]);
    const seen = JSON.parse(stdout) as Record<string, string>;
    expect(seen).toMatchObject(HARD_VALUES);
    expect(seen).not.toHaveProperty("B");
  });

  test.each([
    ["exit 0", 0, ""],
    ["exit 3", 3, "exit status 3\n"],
    ["no-such-program-here 2>/dev/null", 127, "exit status 127\n"],
    ["kill -KILL $$", 137, "signal: killed\n"],
    ["kill -SEGV $$", 139, "signal: segmentation fault\n"],
  ])("%s gives %i", async (command, exitCode, stderr) => {
    const place = await placeWith("a.yaml", "A: b\n");
    expect(await run(["exec-env", "a.yaml", command], place)).toMatchObject({ exitCode, stderr });
  });

  test.each(ENDING_SIGNALS)("%s reaches the command", async (signal, status) => {
    const place = await placeWith("a.yaml", "A: b\n");
    const name = signal.slice(3);
    const obeying = `trap 'echo got $A; exit 9' ${name}; echo ready; while :; do sleep 0.05; done`;
    const obeyed = await run(["exec-env", "a.yaml", obeying], place, [signal]);
    expect(obeyed).toMatchObject({ exitCode: 9, stdout: "ready\ngot b\n" });
    const dying = "echo ready; sleep 600";
    const died = await run(["exec-env", "--same-process", "a.yaml", dying], place, [signal]);
    expect(died).toMatchObject({ exitCode: status, signal: null, stderr: "" });
  });

  test("standard input is the command's", async () => {
    const place = await placeWith("a.yaml", "A: b\n");
    const { stdout } = await runSignalled([PROGRAM, "exec-env", "a.yaml", "cat; echo $A"], {
      cwd: place.work,
      env: place.env,
      stdin: "hello\n",
    });
    expect(stdout).toBe("hello\nb\n");
  });
});

const MEGABYTE = Buffer.alloc(1_000_000, "0123456789abcdef\n");

describe("exec-file through a pipe", () => {
  test("content larger than a pipe passes whole, as often as it is opened", async () => {
    const place = await placeWith("a.bin", MEGABYTE);
    const command = "for n in 1 2 3 4 5 6 7 8 9 10 11 12; do md5sum < {}; done | uniq -c; wc -c {}";
    const { stdout, exitCode } = await run(["exec-file", "a.bin", command], place);
    expect(exitCode).toBe(0);
    const [sums, size] = stdout.trimStart().split("\n");
    expect(sums).toMatch(/^12 /);
    expect(size).toMatch(/^1000000 /);
    expect(place.leftOvers()).toEqual([]);
  });

  test.each([
    ["is never opened", "exit 4", 4, ""],
    ["is no longer read", "head -c 3 {}; exit 5", 5, "012"],
    ["is open and not read", "exec 3< {}; head -c 3 <&3; exit 6", 6, "012"],
    ["is removed by the command", "rm {}; exit 7", 7, ""],
    ["is open twice at once", "exec 3< {} 4< {}; head -c 1 <&3; head -c 2 <&4", 0, "001"],
  ])("that %s", async (_, command, exitCode, stdout) => {
    const place = await placeWith("a.bin", MEGABYTE);
    expect(await run(["exec-file", "a.bin", command], place)).toMatchObject({ exitCode, stdout });
    expect(place.leftOvers()).toEqual([]);
  });

  test("an empty file is empty, not a hang", async () => {
    const place = await placeWith("a.bin", "");
    const { stdout } = await run(["exec-file", "a.bin", "cat {} | wc -c"], place);
    expect(stdout.trim()).toBe("0");
  });

  test("nothing clear is on the disk meanwhile", async () => {
    const place = await placeWith("a.txt", "very secret\n");
    const command = `cat {} && grep -r "very secret" ${place.work} -D skip; true`;
    const { stdout } = await run(["exec-file", "a.txt", command], place);
    expect(stdout).toBe("very secret\n");
  });
});

describe.each([[[]], [["--no-fifo", "--filename", "n.yaml"]]])("exec-file %j", (flags) => {
  test.each(ENDING_SIGNALS)("leaves nothing after %s", async (signal, status) => {
    const place = await placeWith("a.yaml", "A: b\n");
    const name = signal.slice(3);
    const obeying = `trap 'cat {}; exit 9' ${name}; echo ready; while :; do sleep 0.05; done`;
    const obeyed = await run(["exec-file", ...flags, "a.yaml", obeying], place, [signal]);
    expect(obeyed).toMatchObject({ exitCode: 9, stdout: "ready\nA: b\n" });
    expect(place.leftOvers()).toEqual([]);
    const dying = "cat {} > /dev/null; echo ready; sleep 600; true";
    const died = await run(["exec-file", ...flags, "a.yaml", dying], place, [signal]);
    expect(died.exitCode).toBe(status);
    expect(place.leftOvers()).toEqual([]);
  });
});

describe.skipIf(isMissing("sops"))("as the real sops", () => {
  test.each([
    ["exec-env", ["a.yaml", `printf '<%s>' "$s" "$i" "$f" "$g" "$b" "$e" "$m" "$t"`]],
    ["exec-env", ["--pristine", "a.yaml", "env | grep -v PWD | sort"]],
    ["exec-env", ["a.yaml", "exit 12"]],
    ["exec-env", ["missing.yaml", "true"]],
    ["exec-env", ["a.yaml"]],
    ["exec-env", ["--same-process", "a.yaml", "exit 3"]],
    ["exec-env", ["--user", "no-such-user-here", "a.yaml", "true"]],
    ["exec-env", ["--same-process", "--background", "a.yaml", "true"]],
    ["exec-env", ["nested.yaml", "true"]],
    ["exec-file", ["a.yaml", "cat {}"]],
    ["exec-file", ["--output-type", "json", "a.yaml", "cat {}"]],
    ["exec-file", ["--no-fifo", "--filename", "x.yaml", "a.yaml", "cat {}; basename {}"]],
    ["exec-file", ["nested.yaml", "test -p {} && cat {}; exit 2"]],
    ["exec-file", ["--filename", "a/b", "--no-fifo", "a.yaml", "true"]],
  ])("%s %j", async (verb, args) => {
    const { work, env } = await placeWith(
      "a.yaml",
      's: text\ni: 5\nf: 5.0\ng: 100000000000000000000.0\nb: true\ne: ""\nm: |\n    a\n    b\nt: 2020-01-02T03:04:05Z\n',
    );
    const nested = await placeWith("nested.yaml", "a:\n    b: c\n");
    const outcomes: [number, string][] = [];
    for (const [program, flags] of [
      [process.execPath, [PROGRAM]],
      [realSops() ?? "", []],
    ] as const) {
      const inNested = args.includes("nested.yaml");
      const result = await runProcess(program, [...flags, verb, ...args], {
        cwd: inNested ? nested.work : work,
        env: { ...env, LEAFSEAL_LAYOUT: "sops" },
      });
      outcomes.push([result.exitCode, result.stdout.toString("utf8")]);
    }
    const [ours, theirs] = outcomes;
    expect(ours).toEqual(theirs);
  });
});
