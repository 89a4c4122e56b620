/** The built key service as a process of its own: what it loads, its socket, its end. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { ensureBuilt, PROJECT_ROOT } from "../support/built.js";
import { temporaryDirectories } from "../support/directory.js";
import { listenArgs, startServerProcess, type RunningServer } from "../support/key-server.js";
import { runProcess } from "../support/tools.js";
import { AGE_RECIPIENT, VECTOR_KEYS_DIR } from "../support/vectors.js";

const PROGRAM = join(PROJECT_ROOT, "bin/leafseal.js");
const RECORDER = pathToFileURL(join(PROJECT_ROOT, "test/support/import-recorder.mjs")).href;
const IDENTITIES = { SOPS_AGE_KEY_FILE: join(VECTOR_KEYS_DIR, "age.txt") };
const makeDirectory = temporaryDirectories();

let folder = "";
const running: RunningServer[] = [];

beforeAll(ensureBuilt);
beforeEach(() => {
  folder = makeDirectory();
  writeFileSync(join(folder, "a.yaml"), "a: secret\n");
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function start(signal: NodeJS.Signals = "SIGTERM", flags: readonly string[] = []) {
  const uri = `unix://${join(folder, "s")}`;
  const command = [process.execPath, PROGRAM, "keyservice", ...listenArgs(uri), ...flags] as const;
  const server = await startServerProcess(uri, command, { ...IDENTITIES, HOME: folder }, signal);
  running.push(server);
  return server;
}

function run(
  args: readonly string[],
  env: Record<string, string> = {},
  nodeFlags: readonly string[] = [],
) {
  const options = { cwd: folder, env: { HOME: folder, ...env } };
  return runProcess(process.execPath, [...nodeFlags, PROGRAM, ...args], options);
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "serves, and after %s is gone without a word",
  async (signal) => {
    const server = await start(signal);
    expect((statSync(join(folder, "s")).mode & 0o777).toString(8)).toBe("600");
    const remote = ["--enable-local-keyservice=false", "--keyservice", server.uri];
    const encrypted = await run(["encrypt", ...remote, "--age", AGE_RECIPIENT, "a.yaml"]);
    writeFileSync(join(folder, "enc.yaml"), encrypted.stdout);
    const decrypted = await run(["decrypt", ...remote, "enc.yaml"]);
    expect([decrypted.exitCode, String(decrypted.stdout)]).toEqual([0, "a: secret\n"]);
    expect(await server.stop()).toBe(0);
    expect(server.output()).toBe("");
    expect(existsSync(join(folder, "s"))).toBe(false);
  },
);

test("a killed server leaves its socket, and the next one takes its place", async () => {
  const first = await start("SIGKILL");
  await first.stop();
  expect(existsSync(join(folder, "s"))).toBe(true);
  const second = await start();
  expect(await second.stop()).toBe(0);
  expect(existsSync(join(folder, "s"))).toBe(false);
});

test("SIGHUP takes the socket away too", async () => {
  const server = await start("SIGHUP");
  expect(await server.stop()).toBe(129);
  expect(existsSync(join(folder, "s"))).toBe(false);
});

test("answers typed while other requests come, and a stop while a question waits", async () => {
  const uri = `unix://${join(folder, "s")}`;
  const child = spawn(process.execPath, [PROGRAM, "keyservice", "--prompt", ...listenArgs(uri)], {
    env: { ...IDENTITIES, HOME: folder },
    stdio: ["pipe", "pipe", "inherit"],
  });
  running.push({ uri, stop: () => Promise.resolve(Number(child.kill("SIGKILL"))) });
  let stdout = "";
  child.stdout.on("data", (chunk) => (stdout += String(chunk)));
  const ended = new Promise((resolve) => child.on("close", resolve));
  await expect.poll(() => existsSync(join(folder, "s")), { timeout: 20_000 }).toBe(true);
  const encrypt = ["encrypt", "--enable-local-keyservice=false", "--keyservice", uri];
  const encrypting = run([...encrypt, "--age", AGE_RECIPIENT, "a.yaml"]);
  await expect.poll(() => stdout, { timeout: 20_000 }).toContain("? (y/n)\n");
  child.stdin.write("y\n");
  expect((await encrypting).exitCode).toBe(0);
  const another = run([...encrypt, "--age", AGE_RECIPIENT, "a.yaml"]);
  await expect.poll(() => stdout.split("(y/n)").length, { timeout: 20_000 }).toBe(3);
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
  expect((await another).exitCode).toBe(1);
});

describe("the network (security.md N1)", () => {
  async function loadedBy(args: readonly string[]): Promise<string[]> {
    const record = join(folder, "imports.txt");
    writeFileSync(record, "");
    await run(args, { ...IDENTITIES, RECORD_IMPORTS: record }, ["--import", RECORDER]);
    return readFileSync(record, "utf8")
      .split("\n")
      .filter((url) => /http2|\/grpc-/.test(url));
  }

  test("code for it is loaded when a service is asked, not when one is named", async () => {
    const file = join(folder, "enc.yaml");
    const { stdout } = await run(["encrypt", "--age", AGE_RECIPIENT, "a.yaml"]);
    writeFileSync(file, stdout);
    const named = ["decrypt", "--keyservice", "tcp://127.0.0.1:1", "enc.yaml"];
    expect(await loadedBy(named)).toEqual([]);
    const asked = await loadedBy(["--enable-local-keyservice=false", ...named]);
    expect(asked.some((url) => /\/grpc-client[-.]/.test(url))).toBe(true);
    expect(asked.some((url) => /\/grpc-server[-.]/.test(url))).toBe(false);
  });

  test("a service that is not needed is not connected to", async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    const path = join(folder, "watched");
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const { stdout } = await run(["encrypt", "--age", AGE_RECIPIENT, "a.yaml"]);
    writeFileSync(join(folder, "enc.yaml"), stdout);
    const args = ["decrypt", "--keyservice", `unix://${path}`, "enc.yaml"];
    expect((await run(args, IDENTITIES)).exitCode).toBe(0);
    expect(connections).toBe(0);
    expect((await run(args)).exitCode).toBe(128);
    expect(connections).toBe(1);
    await new Promise((resolve) => server.close(resolve));
  });
});
