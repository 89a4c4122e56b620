/** security.md X1, X2, N5, E3: children at our terminal, as processes of their own. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { describe, expect, test } from "vitest";

import type { ChildEnd } from "../../../src/support/runtime.js";
import { compileFolder } from "../../support/compiled.js";
import { temporaryDirectories } from "../../support/directory.js";

const makeDirectory = temporaryDirectories();
const compiled = compileFolder("support");

interface Outcome {
  readonly status: number | null;
  readonly output: string;
  readonly end: ChildEnd;
}

interface Options {
  readonly graceMs?: number;
  /** Sent once the child has written `ready`. */
  readonly signals?: readonly NodeJS.Signals[];
  readonly env?: Readonly<Record<string, string>>;
}

function program(end: string, request: object): string {
  return `
    import { writeFileSync } from "node:fs";
    const { createNodeRuntime } = await import(${JSON.stringify(join(compiled, "support/node-runtime.js"))});
    const runtime = createNodeRuntime();
    const end = await runtime.runChild({ env: process.env, ...${JSON.stringify(request)} });
    writeFileSync(${JSON.stringify(end)}, JSON.stringify(end));`;
}

/** Runs `sh -c command` through the runtime, in a process that gets the signals. */
async function run(command: string, options: Options = {}): Promise<Outcome> {
  const work = makeDirectory();
  const end = join(work, "end.json");
  const request = { command: "/bin/sh", args: ["-c", command], graceMs: options.graceMs };
  const child = spawn(process.execPath, ["--input-type=module", "-e", program(end, request)], {
    cwd: work,
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env["PATH"], ...options.env },
  });
  let output = "";
  const isReady = new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
      if (output.includes("ready")) resolve();
    });
  });
  const isOver = new Promise<number | null>((resolve) => child.on("exit", resolve));
  for (const signal of options.signals ?? []) {
    await Promise.race([isReady, isOver]);
    await pause(150);
    child.kill(signal);
  }
  const status = await isOver;
  return { status, output, end: JSON.parse(readFileSync(end, "utf8")) as ChildEnd };
}

/** A mark in a command line that no other process has. */
function mark(): string {
  return `0.${Math.floor(Math.random() * 1e9)}`;
}

function isAnywhere(text: string): boolean {
  return spawnSync("ps", ["-A", "-o", "args="], { encoding: "utf8" }).stdout.includes(text);
}

test.each([
  ["exit 0", { status: 0, signal: null }],
  ["exit 42", { status: 42, signal: null }],
  ["kill -KILL $$", { status: 137, signal: "SIGKILL" }],
])("%s", async (command, expected) => {
  expect((await run(command)).end).toEqual({ ...expected, passedSignals: [] });
});

const SIGNALS = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;

describe.each(SIGNALS)("%s", (signal) => {
  const name = signal.slice(3);

  test("reaches the child, which decides", async () => {
    const command = `trap 'echo got; exit 7' ${name}; echo ready; while :; do sleep 0.05; done`;
    const { output, end } = await run(command, { signals: [signal] });
    expect(output).toBe("ready\ngot\n");
    expect(end).toEqual({ status: 7, signal: null, passedSignals: [signal] });
  });

  test("does not end us while the child goes on", async () => {
    const command = `trap '' ${name}; echo ready; sleep 0.5; echo done`;
    const { status, output } = await run(command, { signals: [signal] });
    expect(output).toBe("ready\ndone\n");
    expect(status).toBe(0);
  });

  test("leaves nothing of the child running", async () => {
    const first = `sleep 987${mark()}`;
    const second = `sleep 987${mark()}`;
    const command = `sh -c 'sh -c "echo ready; ${first}; true" & ${second}; true'; true`;
    const { end } = await run(command, { signals: [signal], graceMs: 3000 });
    expect(end.signal).toBe(signal);
    expect([isAnywhere(first), isAnywhere(second)]).toEqual([false, false]);
  });
});

test("a change of the terminal's size reaches the child", async () => {
  const command = "trap 'echo got; exit 3' WINCH; echo ready; while :; do sleep 0.05; done";
  expect((await run(command, { signals: ["SIGWINCH"] })).output).toBe("ready\ngot\n");
});

test("a shell that waits for its command does not hold the signal up", async () => {
  const command = "trap 'echo got; exit 7' TERM; echo ready; sleep 600";
  const { end } = await run(command, { signals: ["SIGTERM"] });
  expect(end.status).toBe(7);
});

test("a program gets each signal once, and what it runs itself gets none", async () => {
  const script = `
    const { spawn } = require("node:child_process");
    const inner = spawn("/bin/sh", ["-c", "trap 'echo inner' TERM; sleep 1; sleep 0"], { stdio: "inherit" });
    let count = 0;
    process.on("SIGTERM", () => { count += 1; });
    inner.on("exit", () => { console.log("count", count); process.exit(0); });
    console.log("ready");`;
  const command = `exec ${process.execPath} -e "$SCRIPT"`;
  const { output } = await run(command, {
    signals: ["SIGTERM", "SIGTERM"],
    env: { SCRIPT: script },
  });
  expect(output).toBe("ready\ncount 2\n");
});

test("with a grace, a child that does not obey is killed with all below it", async () => {
  const below = `sleep 987${mark()}`;
  const command = `trap '' TERM; ${below} & echo ready; wait; wait; sleep 600`;
  const started = Date.now();
  const { end } = await run(command, { signals: ["SIGTERM"], graceMs: 300 });
  expect(end.signal).toBe("SIGKILL");
  expect(Date.now() - started).toBeLessThan(20_000);
  expect(isAnywhere(below)).toBe(false);
});

test("a program that cannot be started is an error", () => {
  const body = `
    const { createNodeRuntime } = await import(${JSON.stringify(join(compiled, "support/node-runtime.js"))});
    for (const command of ["no-such-program-here", "./missing", ""])
      await createNodeRuntime().runChild({ command, args: [], env: {} }).catch((error) => console.log(error.message));`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", body], {
    cwd: makeDirectory(),
    encoding: "utf8",
  });
  expect(stdout.split("\n")).toEqual([
    "no-such-program-here: not found in an absolute directory of PATH",
    "./missing: ENOENT",
    ": not found in an absolute directory of PATH",
    "",
  ]);
});

describe.skipIf(!existsSync("/usr/bin/script") || process.platform !== "linux")(
  "a terminal",
  () => {
    test("gives Ctrl-C to the child itself, so it comes once", async () => {
      const work = makeDirectory();
      const end = join(work, "end.json");
      const command =
        "trap 'echo got' INT; echo ready; n=0; while [ $n -lt 20 ]; do sleep 0.05; n=$((n+1)); done";
      const request = { command: "/bin/sh", args: ["-c", command] };
      writeFileSync(join(work, "run.mjs"), program(end, request));
      const child = spawn("/usr/bin/script", ["-qec", `${process.execPath} run.mjs`, "/dev/null"], {
        cwd: work,
        stdio: ["pipe", "pipe", "inherit"],
      });
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => {
        if (!output.includes("ready") && chunk.includes("ready")) child.stdin.write("\u0003");
        output += chunk.toString("utf8");
      });
      await new Promise((resolve) => child.on("exit", resolve));
      expect(output.match(/got/g)).toHaveLength(1);
      expect(JSON.parse(readFileSync(end, "utf8"))).toEqual({
        status: 0,
        signal: null,
        passedSignals: [],
      });
    });
  },
);

test("what is started for itself goes on without us", async () => {
  const work = makeDirectory();
  const body = `
    const { createNodeRuntime } = await import(${JSON.stringify(join(compiled, "support/node-runtime.js"))});
    await createNodeRuntime().startDetached({ command: "/bin/sh", env: { A: "b" },
      args: ["-c", "sleep 0.3; echo out; echo $A > ${join(work, "later")}"] });`;
  const { stdout, status } = spawnSync(process.execPath, ["--input-type=module", "-e", body], {
    encoding: "utf8",
  });
  expect([status, stdout, existsSync(join(work, "later"))]).toEqual([0, "", false]);
  await pause(900);
  expect(readFileSync(join(work, "later"), "utf8")).toBe("b\n");
});
