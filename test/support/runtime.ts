import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { constants, tmpdir, userInfo } from "node:os";

import { findProgram } from "../../src/support/find-program.js";
import { sendHttp } from "../../src/support/node-http.js";
import { connectToSocket, startProgram } from "../../src/support/node-channel.js";
import type {
  ChildEnd,
  ChildRequest,
  ExecRequest,
  ExecResult,
  FileSystem,
  Runtime,
  UserIdentity,
} from "../../src/support/runtime.js";
import { concatBytes, encodeText } from "../../src/support/text.js";
import type { TestTerminal } from "./terminal.js";

export interface TestRuntimeOptions {
  /** The whole environment; nothing is inherited. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly stdin?: Uint8Array | string;
  /** A fixed clock, or one that the test moves. */
  readonly now?: Date | (() => Date);
  readonly homeDirectory?: string | null;
  readonly tempDirectory?: string;
  readonly platform?: NodeJS.Platform;
  readonly userId?: number | null;
  readonly processId?: number;
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** Calls that replace those of the real file system, to inject faults. */
  readonly fs?: Partial<FileSystem>;
  readonly randomBytes?: (length: number) => Uint8Array;
  readonly exec?: (request: ExecRequest) => Promise<ExecResult>;
  /** Without it there is none. */
  readonly terminal?: TestTerminal;
  /** Without it programs run really, their output is captured, and no signal reaches them. */
  readonly runChild?: (request: ChildRequest) => Promise<ChildEnd>;
  readonly startDetached?: (request: ChildRequest) => Promise<void>;
  readonly http?: Runtime["http"];
  readonly audit?: Runtime["audit"];
  readonly becomeUser?: (user: UserIdentity) => void;
}

/** The machine as a test wants it: real disk, captured output, empty environment. */
export interface TestRuntime extends Runtime {
  stdoutBytes(): Uint8Array;
  stderrBytes(): Uint8Array;
  stdoutText(): string;
  stderrText(): string;
  /** Runs the registered clean-ups, newest first, as a signal would. */
  raiseSignal(): void;
  /** What SIGTERM does to a program that has asked to be told. */
  raiseStop(): void;
  /** Number of clean-ups that are registered now. */
  pendingCleanUps(): number;
}

export function createTestRuntime(options: TestRuntimeOptions = {}): TestRuntime {
  const stdout = capture(options);
  const stderr = capture(options);
  const cleanUps = new Set<() => void>();
  const stops = new Set<() => void>();
  const { now } = options;
  return {
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    platform: options.platform ?? process.platform,
    homeDirectory: options.homeDirectory ?? options.env?.["HOME"] ?? null,
    tempDirectory: options.tempDirectory ?? tmpdir(),
    userId: options.userId === undefined ? (process.getuid?.() ?? null) : options.userId,
    processId: options.processId ?? process.pid,
    fs: { ...fs, ...options.fs },
    stdin: inputOf(options),
    stdout: stdout.stream,
    stderr: stderr.stream,
    now: typeof now === "function" ? now : () => now ?? new Date(),
    randomBytes: options.randomBytes ?? ((length) => new Uint8Array(randomBytes(length))),
    exec: options.exec ?? execReally,
    ...conversationsOf(options),
    accountName: () => userInfo().username,
    audit: options.audit ?? (() => Promise.resolve()),
    runChild: options.runChild ?? ((request) => runReally(request, options, stdout, stderr)),
    startDetached: options.startDetached ?? startReally,
    becomeUser:
      options.becomeUser ??
      (() => {
        throw new Error("a test keeps its user");
      }),
    onExit(cleanUp) {
      const entry = (): void => {
        cleanUp();
      };
      cleanUps.add(entry);
      return () => cleanUps.delete(entry);
    },
    onStop(stop) {
      const entry = (): void => {
        stop();
      };
      stops.add(entry);
      return () => stops.delete(entry);
    },
    withUmask(mask, action) {
      const before = process.umask(mask);
      try {
        action();
      } finally {
        process.umask(before);
      }
    },
    isProcessAlive(processId) {
      try {
        process.kill(processId, 0);
        return true;
      } catch {
        return false;
      }
    },
    stdoutBytes: stdout.bytes,
    stderrBytes: stderr.bytes,
    stdoutText: () => Buffer.from(stdout.bytes()).toString("utf8"),
    stderrText: () => Buffer.from(stderr.bytes()).toString("utf8"),
    raiseSignal() {
      for (const cleanUp of [...cleanUps].toReversed()) {
        cleanUp();
      }
    },
    raiseStop() {
      const waiting = [...stops];
      stops.clear();
      for (const stop of waiting) stop();
    },
    pendingCleanUps: () => cleanUps.size,
  };
}

/** Real programs and servers; the terminal that the test has, or none. */
function conversationsOf({
  homeDirectory = null,
  terminal,
  env = {},
  http = (request) => sendHttp(request, { env, fs }),
}: TestRuntimeOptions): Pick<
  Runtime,
  "accountHomeDirectory" | "start" | "connect" | "openTerminal" | "http"
> &
  ThisType<Runtime> {
  return {
    accountHomeDirectory: () => homeDirectory,
    async start(request) {
      const program = findProgram(this, request.command);
      if (program === null) throw new Error(`${request.command}: not found`);
      return startProgram(program, request);
    },
    connect: connectToSocket,
    http,
    openTerminal: () => terminal?.open() ?? Promise.resolve(null),
  };
}

function inputOf(options: TestRuntimeOptions): Runtime["stdin"] {
  let rest = Buffer.from(toBytes(options.stdin ?? ""));
  const take = (end: number): Buffer => {
    const taken = rest.subarray(0, end);
    rest = rest.subarray(end);
    return taken;
  };
  return {
    isTTY: options.isTTY ?? false,
    readAll: () => Promise.resolve(new Uint8Array(take(rest.length))),
    readLine() {
      const end = rest.indexOf("\n");
      if (rest.length === 0) return Promise.resolve(null);
      const line = take(end === -1 ? rest.length : end + 1).toString("utf8");
      return Promise.resolve(line.replace(/\r?\n$/, ""));
    },
  };
}

function toBytes(data: Uint8Array | string): Uint8Array {
  return typeof data === "string" ? encodeText(data) : data;
}

interface Capture {
  stream: Runtime["stdout"];
  bytes: () => Uint8Array;
}

function capture(options: TestRuntimeOptions): Capture {
  const parts: Uint8Array[] = [];
  return {
    stream: {
      isTTY: options.isTTY ?? false,
      columns: options.columns ?? 80,
      write(data) {
        parts.push(new Uint8Array(toBytes(data)));
      },
    },
    bytes: () => concatBytes(parts),
  };
}

function execReally(request: ExecRequest): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(request.command, request.args, {
      env: { PATH: process.env["PATH"], ...request.env },
      cwd: request.cwd,
    });
    const stdout: Uint8Array[] = [];
    const stderr: Uint8Array[] = [];
    child.stdout.on("data", (chunk: Uint8Array) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Uint8Array) => stderr.push(chunk));
    child.on("error", reject);
    child.on("close", (exitCode, signal) => {
      resolve({ exitCode, signal, stdout: concatBytes(stdout), stderr: concatBytes(stderr) });
    });
    child.stdin.end(request.input);
  });
}

function runReally(
  request: ChildRequest,
  { stdin, cwd }: TestRuntimeOptions,
  stdout: Capture,
  stderr: Capture,
): Promise<ChildEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(request.command, request.args, {
      env: { ...request.env },
      cwd: request.cwd ?? cwd,
    });
    child.stdout.on("data", (chunk: Uint8Array) => {
      stdout.stream.write(chunk);
    });
    child.stderr.on("data", (chunk: Uint8Array) => {
      stderr.stream.write(chunk);
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin ?? "");
    child.on("error", reject);
    child.on("close", (exitCode, signal) => {
      const status = signal === null ? (exitCode ?? 1) : 128 + constants.signals[signal];
      resolve({ status, signal, passedSignals: [] });
    });
  });
}

function startReally(request: ChildRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(request.command, request.args, {
      env: { ...request.env },
      cwd: request.cwd,
      stdio: "ignore",
      detached: true,
    });
    child.on("error", reject);
    child.on("spawn", () => {
      child.unref();
      resolve();
    });
  });
}
