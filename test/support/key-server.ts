/** Key services for tests: ours in this process, and the real sops as a process of its own. */
import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

import { main } from "../../src/cli/main.js";
import type { Runtime } from "../../src/support/runtime.js";
import type { TestRuntime } from "./runtime.js";
import { realSops } from "./tools.js";

const PATIENCE_MS = 20_000;

export interface RunningServer {
  /** For `--keyservice`. */
  readonly uri: string;
  /** @returns the exit status */
  stop(): Promise<number>;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function answers(uri: string): Promise<boolean> {
  const [, port] = /^tcp:\/\/127\.0\.0\.1:(\d+)$/.exec(uri) ?? [];
  const target =
    port === undefined ? { path: uri.slice("unix://".length) } : { port: Number(port) };
  return new Promise((resolve) => {
    const socket = connect(target);
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => {
      resolve(false);
    });
  });
}

async function untilAnswering(uri: string, hasEnded: () => boolean): Promise<void> {
  const start = Date.now();
  while (!(await answers(uri))) {
    if (hasEnded() || Date.now() - start > PATIENCE_MS) throw new Error(`no server at ${uri}`);
    await pause(10);
  }
}

/** `leafseal keyservice ARGS` in this process, once it answers at `uri`. */
export async function startOurServer(
  uri: string,
  args: readonly string[],
  runtime: Runtime & Pick<TestRuntime, "raiseStop">,
): Promise<RunningServer> {
  let hasEnded = false;
  const ended = main(["keyservice", ...args], runtime).finally(() => (hasEnded = true));
  await untilAnswering(uri, () => hasEnded);
  return {
    uri,
    stop() {
      runtime.raiseStop();
      return ended;
    },
  };
}

/** A program that serves keys, as a process of its own, once it answers at `uri`. */
export async function startServerProcess(
  uri: string,
  [command, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  signal: NodeJS.Signals = "SIGTERM",
): Promise<RunningServer & { readonly output: () => string }> {
  const child = spawn(command, args, {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (output += String(chunk)));
  let hasEnded = false;
  const ended = new Promise<number>((resolve) => {
    child.on("close", (code) => {
      hasEnded = true;
      resolve(code ?? -1);
    });
  });
  try {
    await untilAnswering(uri, () => hasEnded);
  } catch (error) {
    child.kill("SIGKILL");
    throw new Error(`${String(error)}: ${output}`, { cause: error });
  }
  return {
    uri,
    output: () => output,
    stop() {
      child.kill(signal);
      return ended;
    },
  };
}

/** `sops keyservice` of the real sops at `uri`. @throws Error where it is missing */
export function startRealServer(
  uri: string,
  env: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  const sops = realSops();
  if (sops === null) throw new Error("the real sops is missing: run node scripts/setup-tools.mjs");
  return startServerProcess(uri, [sops, "keyservice", ...listenArgs(uri)], env);
}

/** The flags with which a server listens at `uri`. */
export function listenArgs(uri: string): string[] {
  const [, network = "", address = ""] = /^(tcp|unix):\/\/(.*)$/.exec(uri) ?? [];
  return ["--network", network, "--address", address];
}
