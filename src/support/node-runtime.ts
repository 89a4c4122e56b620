/**
 * The `node-` files here are the only ones that touch the process, the disk, the terminal and child processes; this one
 * is what the others of `src/` know of them.
 *
 * Output is written synchronously to the descriptors: `process.stdout` is asynchronous for pipes, loses data on exit
 * and reports a full disk as an uncaught exception (security.md §14, W14).
 */
import type { ChildProcess } from "node:child_process";
import type * as nodeCrypto from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import { createRequire } from "node:module";
import * as path from "node:path";
import { isatty } from "node:tty";

import { SopsError } from "./errors.js";
import { findProgram } from "./find-program.js";
import { createInputStream } from "./line-input.js";
import { onExit, onStop, runCleanUps } from "./node-signals.js";
import type { ExecRequest, ExecResult, OutputStream, Runtime, UserIdentity } from "./runtime.js";
import { describeSystemError, systemErrorCode } from "./system-error.js";
import { concatBytes, encodeText, showText } from "./text.js";

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const READ_SIZE = 64 * 1024;
const RETRY_MS = 2;
const DEFAULT_COLUMNS = 80;
/** What a shell reports for a program that a closed pipe ended (cli.md §4). */
const CLOSED_PIPE_STATUS = 141;

/**
 * The machine of a Node process. Reads the environment when called; installs nothing until {@link Runtime.onExit} or
 * {@link Runtime.exec} is used.
 */
export function createNodeRuntime(): Runtime {
  let cwd: string | undefined;
  return {
    env: process.env,
    get cwd() {
      return (cwd ??= workingDirectory());
    },
    platform: process.platform,
    homeDirectory: homeDirectory(),
    accountHomeDirectory,
    accountName,
    tempDirectory: os.tmpdir(),
    userId: process.getuid?.() ?? null,
    processId: process.pid,
    fs,
    stdin: createInputStream(isatty(STDIN), { readBlocking: readChunk, readWaiting: waitForChunk }),
    stdout: outputStream(STDOUT),
    stderr: outputStream(STDERR),
    now: () => new Date(),
    randomBytes,
    exec,
    audit: () => Promise.resolve(),
    ...RARELY_USED,
    becomeUser,
    onExit,
    onStop,
    withUmask,
    isProcessAlive,
  };
}

/** What most runs never need; each is loaded when it is called. */
const RARELY_USED: Pick<
  Runtime,
  "start" | "connect" | "http" | "openTerminal" | "runChild" | "startDetached"
> = {
  async start(request) {
    const { startProgram } = await import("./node-channel.js");
    return startProgram(programOf(request.command), request);
  },
  async connect(socketPath) {
    const { connectToSocket } = await import("./node-channel.js");
    return connectToSocket(socketPath);
  },
  async http(request) {
    const { sendHttp } = await import("./node-http.js");
    return sendHttp(request, { env: process.env, fs });
  },
  async openTerminal() {
    const { openTerminal } = await import("./node-terminal.js");
    return openTerminal();
  },
  async runChild(request) {
    const { runChild } = await import("./node-child.js");
    return runChild(programOf(request.command), request);
  },
  async startDetached(request) {
    const { startDetached } = await import("./node-child.js");
    return startDetached(programOf(request.command), request);
  },
};

/**
 * For the program, not for the library: whatever is not caught ends as one line and exit 1, Node's own warnings are
 * silent (security.md M4). With `LEAFSEAL_DEBUG` set, stacks and warnings are shown.
 */
export function installLastResort(): void {
  const isDebugging = (process.env["LEAFSEAL_DEBUG"] ?? "") !== "";
  if (!isDebugging) {
    process.removeAllListeners("warning");
  }
  process.on("uncaughtException", (error: unknown) => {
    runCleanUps();
    outputStream(STDERR).write(`leafseal: error: ${describeUncaught(error, isDebugging)}\n`);
    process.exit(1);
  });
}

/** The text of an unforeseen error may quote content, so only our own is shown (security.md M1). */
function describeUncaught(error: unknown, isDebugging: boolean): string {
  if (isDebugging && error instanceof Error) {
    return error.stack ?? error.message;
  }
  if (error instanceof SopsError) {
    return showText(error.message);
  }
  const kind = systemErrorCode(error) ?? (error instanceof Error ? error.name : "unknown error");
  return `internal error (${showText(kind)}); run again with LEAFSEAL_DEBUG=1 and report the stack`;
}

/** `$PWD` where it names the working directory, so that paths keep the names of links (config.md §4.2). */
function workingDirectory(): string {
  try {
    const logical = process.env["PWD"];
    if (logical !== undefined && path.isAbsolute(logical) && isSameDirectory(logical, ".")) {
      return logical;
    }
    return process.cwd();
  } catch (cause) {
    throw new SopsError(
      "CANNOT_READ",
      `the working directory cannot be used: ${describeSystemError(cause)}`,
      {
        cause,
      },
    );
  }
}

function isSameDirectory(a: string, b: string): boolean {
  const first = fs.statSync(a, { bigint: true, throwIfNoEntry: false });
  const second = fs.statSync(b, { bigint: true, throwIfNoEntry: false });
  return (
    first !== undefined &&
    second !== undefined &&
    first.dev === second.dev &&
    first.ino === second.ino
  );
}

/** The variables only: where they are unset, files below the home directory are not looked for (keys.md §5.2). */
function homeDirectory(): string | null {
  const home = process.env[process.platform === "win32" ? "USERPROFILE" : "HOME"];
  return home === undefined || home === "" ? null : home;
}

function accountHomeDirectory(): string | null {
  try {
    return os.userInfo().homedir;
  } catch {
    return null; // A user number without an account.
  }
}

function accountName(): string | null {
  try {
    return os.userInfo().username;
  } catch {
    return null; // As above.
  }
}

const require = createRequire(import.meta.url);

/** The cipher module costs milliseconds at start-up; commands that only read need none of it. */
function randomBytes(length: number): Uint8Array {
  const crypto = require("node:crypto") as typeof nodeCrypto;
  return new Uint8Array(crypto.randomBytes(length));
}

function outputStream(descriptor: number): OutputStream {
  const isTTY = isatty(descriptor);
  return {
    isTTY,
    get columns() {
      const stream = descriptor === STDOUT ? process.stdout : process.stderr;
      return isTTY ? stream.columns : DEFAULT_COLUMNS;
    },
    write(data) {
      const bytes = typeof data === "string" ? encodeText(data) : data;
      try {
        writeWhole(descriptor, bytes);
      } catch (cause) {
        reactToFailedWrite(descriptor, cause);
      }
    },
  };
}

function writeWhole(descriptor: number, bytes: Uint8Array): void {
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += fs.writeSync(descriptor, bytes, offset, bytes.length - offset);
    } catch (error) {
      if (systemErrorCode(error) !== "EAGAIN") {
        throw error;
      }
      // The reader of a non-blocking pipe is slow.
      pause(RETRY_MS);
    }
  }
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function reactToFailedWrite(descriptor: number, cause: unknown): void {
  if (descriptor === STDERR) {
    return; // There is nobody left to tell, and the work itself is not in danger.
  }
  if (systemErrorCode(cause) === "EPIPE") {
    runCleanUps();
    process.exit(CLOSED_PIPE_STATUS);
  }
  const reason = describeSystemError(cause);
  // spec: cli.md §4, a failing standard output is 1, not 3.
  throw new SopsError("CANNOT_WRITE", `cannot write to standard output: ${reason}`, {
    exitCode: 1,
    cause,
  });
}

/** @returns `null` at the end */
async function readChunk(): Promise<Uint8Array | null> {
  const chunk = new Uint8Array(READ_SIZE);
  for (;;) {
    try {
      const length = fs.readSync(STDIN, chunk);
      return length === 0 ? null : chunk.subarray(0, length);
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === "EOF") {
        return null; // Windows: end of a pipe
      }
      if (code !== "EAGAIN") {
        throw unreadable(error);
      }
      // A descriptor that another process made non-blocking.
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** A question must not keep Ctrl-C waiting for its answer, as a blocking read would. @returns `null` at the end */
function waitForChunk(signal?: AbortSignal): Promise<Uint8Array | null> {
  const { stdin } = process;
  if (stdin.readableEnded || stdin.destroyed || signal?.aborted === true) {
    return Promise.resolve(null);
  }
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => (): void => {
      stdin.off("data", onData).off("end", onEnd).off("error", onError).pause();
      signal?.removeEventListener("abort", onEnd);
      finish();
    };
    const onData = (chunk: Uint8Array): void => {
      settle(() => {
        resolve(new Uint8Array(chunk));
      })();
    };
    const onEnd = settle(() => {
      resolve(null);
    });
    const onError = settle(() => {
      reject(unreadable(stdin.errored));
    });
    signal?.addEventListener("abort", onEnd);
    stdin.on("data", onData).on("end", onEnd).on("error", onError).resume();
  });
}

function unreadable(cause: unknown): SopsError {
  const reason = describeSystemError(cause);
  return new SopsError("CANNOT_READ", `cannot read standard input: ${reason}`, { cause });
}

function withUmask(mask: number, action: () => void): void {
  const before = process.umask(mask);
  try {
    action();
  } finally {
    process.umask(before);
  }
}

function isProcessAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === "EPERM";
  }
}

/** Node has it on every system with users; its types do not. */
type GroupedProcess = NodeJS.Process & { initgroups?: (user: string, groupId: number) => void };

function becomeUser({ name, userId, groupId }: UserIdentity): void {
  const { initgroups, setgid, setuid } = process as GroupedProcess;
  if (initgroups === undefined || setgid === undefined || setuid === undefined) {
    throw new Error("this system cannot change the user of a process");
  }
  // In this order: without its user a process may not change its groups.
  initgroups(name, groupId);
  setgid(groupId);
  setuid(userId);
}

/** @throws Error when there is no such program */
function programOf(command: string): string {
  const { env, platform } = process;
  const machine = {
    env,
    fs,
    platform,
    get cwd() {
      return process.cwd();
    },
  };
  const program = findProgram(machine, command);
  if (program === null) {
    throw new Error(`${showText(command)}: not found in an absolute directory of PATH`);
  }
  return program;
}

async function exec(request: ExecRequest): Promise<ExecResult> {
  const { spawn } = await import("node:child_process");
  const program = programOf(request.command);
  return new Promise((resolve, reject) => {
    const child = spawn(program, request.args, {
      env: { ...request.env },
      cwd: request.cwd,
      stdio: [request.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      windowsHide: true,
    });
    const forget = onExit(() => child.kill());
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    child.on("error", (error) => {
      forget();
      reject(new Error(`${showText(request.command)}: ${describeSystemError(error)}`));
    });
    child.on("close", (exitCode, signal) => {
      forget();
      resolve({ exitCode, signal, stdout: concatBytes(stdout), stderr: concatBytes(stderr) });
    });
    feed(child, request.input);
  });
}

function collect(stream: ChildProcess["stdout"]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  stream?.on("data", (chunk: Uint8Array) => {
    chunks.push(chunk);
  });
  return chunks;
}

function feed(child: ChildProcess, input: Uint8Array | undefined): void {
  if (input === undefined || child.stdin === null) {
    return;
  }
  child.stdin.on("error", () => {
    // A child that does not read its input ends as it likes; its exit status tells.
  });
  child.stdin.end(input);
}
