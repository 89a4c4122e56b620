import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, test } from "vitest";

import { compileFolder } from "../../support/compiled.js";

const compiled = compileFolder("support");
const home = realpathSync(mkdtempSync(join(tmpdir(), "leafseal-node-runtime-")));
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

const START = `
  const { createNodeRuntime, installLastResort } = await import(${JSON.stringify(join(compiled, "support/node-runtime.js"))});
  const runtime = createNodeRuntime();
`;

function args(body: string): string[] {
  return ["--input-type=module", "-e", START + body];
}

function run(body: string, options: Parameters<typeof spawnSync>[2] = {}) {
  return spawnSync(process.execPath, args(body), { encoding: "utf8", ...options }) as {
    status: number | null;
    stdout: string;
    stderr: string;
  };
}

function shell(body: string, line: string) {
  const script = join(home, "script.mjs");
  writeFileSync(script, START + body);
  return spawnSync("/bin/bash", ["-c", line.replace("NODE", `${process.execPath} ${script}`)], {
    encoding: "utf8",
  });
}

describe("standard output", () => {
  test("carries bytes that are not text, whole", () => {
    const result = spawnSync(
      process.execPath,
      args(
        `runtime.stdout.write(new Uint8Array(3_000_000).fill(0xff)); runtime.stdout.write("é\\udcff");`,
      ),
      { maxBuffer: 1e8 },
    );
    expect(result.stdout.length).toBe(3_000_003);
    expect(result.stdout.subarray(-3)).toEqual(Buffer.from([0xc3, 0xa9, 0xff]));
  });

  test("waits for a slow reader of a non-blocking pipe", () => {
    // Opening process.stdout makes libuv set the pipe non-blocking.
    const body = `process.stdout._handle?.setBlocking?.(false); runtime.stdout.write("x".repeat(1_000_000));`;
    const result = shell(body, "NODE | (sleep 0.3; wc -c)");
    expect(result.stdout.trim()).toBe("1000000");
    expect(result.stderr).toBe("");
  });

  test("a closed pipe ends quietly and not with 0", () => {
    const body = `runtime.onExit(() => runtime.stderr.write("cleaned"));
      for (let n = 0; n < 1000; n += 1) runtime.stdout.write("x".repeat(10_000));`;
    const result = shell(body, "NODE | true; exit ${PIPESTATUS[0]}");
    expect(result.stderr).toBe("cleaned");
    expect(result.status).toBe(141);
  });

  test.skipIf(!existsSync("/dev/full"))("a full device is an error with exit status 1", () => {
    const full = openSync("/dev/full", "w");
    const result = run(
      `try { runtime.stdout.write("x"); } catch (error) { runtime.stderr.write([error.code, error.exitCode, error.message].join("|")); }`,
      { stdio: ["ignore", full, "pipe"] },
    );
    expect(result.stderr).toBe(
      "CANNOT_WRITE|1|cannot write to standard output: no space left on device (ENOSPC)",
    );
  });
});

describe("standard input", () => {
  test("is read whole", () => {
    const input = Buffer.alloc(300_000, 0xfe);
    const result = run(
      `const all = await runtime.stdin.readAll(); runtime.stdout.write(all.length + " " + all.every((b) => b === 0xfe));`,
      { input },
    );
    expect(result.stdout).toBe("300000 true");
  });

  test("is read whole from a slow non-blocking pipe", () => {
    const body = `process.stdin.pause(); runtime.stdout.write(String((await runtime.stdin.readAll()).length));`;
    const result = shell(body, "(sleep 0.2; printf abc; sleep 0.2; printf def) | NODE");
    expect(result.stdout).toBe("6");
  });

  test("is read line by line, and what is left as a whole", () => {
    const body = `const lines = [];
      for (let n = 0; n < 4; n += 1) lines.push(await runtime.stdin.readLine());
      const rest = await runtime.stdin.readAll();
      runtime.stdout.write(JSON.stringify([...lines, Buffer.from(rest).toString(), await runtime.stdin.readLine()]));`;
    const input = `a b\n\r\n${"é".repeat(100_000)}\nlast\nx\ny`;
    expect(JSON.parse(run(body, { input }).stdout)).toEqual([
      "a b",
      "",
      "é".repeat(100_000),
      "last",
      "x\ny",
      null,
    ]);
  });

  test("a last line needs no line end", () => {
    const body = `runtime.stdout.write(JSON.stringify([await runtime.stdin.readLine(), await runtime.stdin.readLine()]));`;
    expect(run(body, { input: "y" }).stdout).toBe('["y",null]');
    const slow = shell(body, "(printf y; sleep 0.2; printf 'es\\nno') | NODE");
    expect(slow.stdout).toBe('["yes","no"]');
  });

  test("a signal is obeyed while a line is waited for", async () => {
    const child = spawn(
      process.execPath,
      args(`runtime.onExit(() => runtime.stderr.write("cleaned"));
        runtime.stdout.write("ready");
        await runtime.stdin.readLine();`),
    );
    let stderr = "";
    child.stderr.on("data", (chunk) => (stderr += String(chunk)));
    child.stdout.once("data", () => child.kill("SIGTERM"));
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect({ code, stderr }).toEqual({ code: 143, stderr: "cleaned" });
  });

  test("a directory is refused", () => {
    const directory = openSync(home, "r");
    const result = run(
      `await runtime.stdin.readAll().catch((error) => runtime.stdout.write(error.message));`,
      { stdio: [directory, "pipe", "pipe"] },
    );
    expect(result.stdout).toContain("EISDIR");
  });
});

describe("working directory", () => {
  const real = join(home, "real");
  const link = join(home, "link");
  mkdirSync(real);
  symlinkSync(real, link);

  test.each([
    ["$PWD that names it through a link", link, link],
    ["$PWD that names another directory", home, real],
    ["$PWD that is relative", ".", real],
    ["$PWD that names nothing", join(home, "gone"), real],
    ["no $PWD", undefined, real],
  ])("%s", (_, pwd, expected) => {
    const env = { ...process.env, PWD: pwd };
    expect(run(`runtime.stdout.write(runtime.cwd)`, { cwd: real, env }).stdout).toBe(expected);
  });
});

describe("signals", () => {
  const body = `
    runtime.onExit(() => runtime.stderr.write("first;"));
    const takeBack = runtime.onExit(() => runtime.stderr.write("never;"));
    runtime.onExit(() => { throw new Error("x"); });
    runtime.onExit(() => runtime.stderr.write("last;"));
    takeBack();
    runtime.stdout.write("ready");
    setInterval(() => {}, 1000);`;

  test.each([
    ["SIGHUP", 129],
    ["SIGINT", 130],
    ["SIGQUIT", 131],
    ["SIGUSR1", 138],
    ["SIGUSR2", 140],
    ["SIGTERM", 143],
  ] as const)("%s runs the clean-ups, newest first, and gives %i", async (signal, status) => {
    const child = spawn(process.execPath, args(body));
    let stderr = "";
    child.stderr.on("data", (chunk) => (stderr += String(chunk)));
    child.stdout.once("data", () => child.kill(signal));
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(status);
    expect(stderr).toBe("last;first;");
  });
});

describe("a program that is told to stop", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("%s once asks, twice ends", async (signal) => {
    const child = spawn(
      process.execPath,
      args(`runtime.onExit(() => runtime.stdout.write("cleaned;"));
        runtime.onStop(() => runtime.stdout.write("stop;"));
        runtime.onStop(() => runtime.stdout.write("never;"))();
        runtime.stdout.write("ready;");
        setInterval(() => {}, 1000);`),
    );
    let stdout = "";
    child.stdout.on("data", (chunk) => {
      stdout += String(chunk);
      if (stdout.endsWith("ready;") || stdout.endsWith("stop;")) child.kill(signal);
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(stdout).toBe("ready;stop;cleaned;");
    expect(code).toBe(signal === "SIGINT" ? 130 : 143);
  });
});

test("a mask holds for one action only, even where that fails", () => {
  const body = `const before = process.umask(0o022);
    try { runtime.withUmask(0o177, () => { runtime.stdout.write(process.umask().toString(8)); throw new Error(); }); } catch {}
    runtime.stdout.write("," + process.umask().toString(8));`;
  expect(run(body).stdout).toBe("177,22");
});

describe("exec", () => {
  const bin = join(home, "bin");
  mkdirSync(bin);
  writeFileSync(
    join(bin, "greet"),
    '#!/bin/sh\nprintf "%s;" "$@" "$X" "${PATH-none}"\ncat\nexit 3\n',
  );
  chmodSync(join(bin, "greet"), 0o755);
  writeFileSync(join(bin, "plain"), "#!/bin/sh\n");
  const show = `.then((r) => runtime.stdout.write(JSON.stringify([r.exitCode, r.signal, Buffer.from(r.stdout).toString()])),
    (error) => runtime.stdout.write(error.message));`;

  test("gives arguments, environment and input as they are, without a shell", () => {
    const result = run(
      `await runtime.exec({ command: "greet", args: ["$(id)", "a b"], env: { X: "1", PATH: "/bin" }, input: Buffer.from("in") })${show}`,
      { env: { PATH: `rel:${bin}` } },
    );
    expect(JSON.parse(result.stdout)).toEqual([3, null, "$(id);a b;1;/bin;in"]);
  });

  test.each([
    ["the current directory", "greet", ".:"],
    ["a relative entry", "greet", "bin"],
    ["a file without execute permission", "plain", bin],
  ])("does not find a program in %s", (_, command, PATH) => {
    const result = run(`await runtime.exec({ command: "${command}", args: [], env: {} })${show}`, {
      cwd: command === "greet" && PATH.startsWith(".") ? bin : home,
      env: { PATH },
    });
    expect(result.stdout).toBe(`${command}: not found in an absolute directory of PATH`);
  });

  test("a child that does not read its input does no harm", () => {
    const result = run(
      `await runtime.exec({ command: "/bin/true", args: [], env: {}, input: Buffer.alloc(5_000_000) })${show}`,
    );
    expect(JSON.parse(result.stdout)).toEqual([0, null, ""]);
  });
});

describe("what nobody caught", () => {
  const secret = "hunter2-secret";
  test.each([
    ["thrown", `throw new TypeError("${secret}")`, "internal error (TypeError)"],
    ["rejected", `await Promise.reject(new Error("${secret}"))`, "internal error (Error)"],
    ["not an error", `throw "${secret}"`, "internal error (unknown error)"],
  ])("%s: one line, exit 1, no content", (_, body, expected) => {
    const result = run(`installLastResort(); setTimeout(() => {}, 9999); ${body}`);
    expect(result.status).toBe(1);
    expect(result.stderr).toBe(
      `leafseal: error: ${expected}; run again with LEAFSEAL_DEBUG=1 and report the stack\n`,
    );
  });

  test("LEAFSEAL_DEBUG shows the stack", () => {
    const env = { ...process.env, LEAFSEAL_DEBUG: "1" };
    const result = run(`installLastResort(); throw new TypeError("why")`, { env });
    expect(result.stderr).toMatch(/TypeError: why\n +at /);
  });

  test("warnings of the runtime are silent", () => {
    expect(run(`installLastResort(); process.emitWarning("old")`).stderr).toBe("");
  });
});
