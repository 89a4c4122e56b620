/**
 * Child processes that share our terminal and pipes, and get the signals that we get (security.md X1, X2, E3).
 */
import type { ChildProcess } from "node:child_process";
import * as os from "node:os";

import { isTerminalForeground } from "./node-processes.js";
import { SignalRelay, TERMINAL_SIGNALS } from "./node-signal-relay.js";
import { takeSignals, type SignalName } from "./node-signals.js";
import type { ChildEnd, ChildRequest } from "./runtime.js";
import { describeSystemError } from "./system-error.js";
import { showText } from "./text.js";

/**
 * Runs a program to its end, with our standard streams.
 *
 * @param program - absolute path
 * @throws Error when it cannot be started
 */
export async function runChild(program: string, request: ChildRequest): Promise<ChildEnd> {
  const { spawn } = await import("node:child_process");
  const passed: SignalName[] = [];
  let relay: SignalRelay | null = null;
  // Before the start, so that no signal finds a child without anybody to pass it on.
  const release = takeSignals((signal) => {
    if (!(TERMINAL_SIGNALS.has(signal) && isTerminalForeground())) {
      passed.push(signal);
      relay?.pass(signal);
    }
  });
  try {
    const child = spawn(program, request.args, { ...spawnOptions(request), stdio: "inherit" });
    relay = new SignalRelay(child, [program, ...request.args], request.graceMs);
    const end = await endOf(child, request.command);
    await relay.finish();
    return { ...end, passedSignals: passed };
  } catch (error) {
    throw startFailure(request.command, error);
  } finally {
    release();
  }
}

/**
 * Starts a program that goes on when we have ended, without our streams, in a session of its own.
 *
 * @throws Error when it cannot be started
 */
export async function startDetached(program: string, request: ChildRequest): Promise<void> {
  const { spawn } = await import("node:child_process");
  await new Promise<void>((resolve, reject) => {
    const child = spawn(program, request.args, {
      ...spawnOptions(request),
      stdio: "ignore",
      detached: true,
    });
    child.on("error", (error) => {
      reject(startFailure(request.command, error));
    });
    child.on("spawn", () => {
      child.unref();
      resolve();
    });
  });
}

function spawnOptions({ env, cwd, isVerbatim }: ChildRequest): object {
  return { env: { ...env }, cwd, windowsVerbatimArguments: isVerbatim === true };
}

function endOf(child: ChildProcess, command: string): Promise<Pick<ChildEnd, "status" | "signal">> {
  return new Promise((resolve, reject) => {
    child.on("error", (error) => {
      reject(startFailure(command, error));
    });
    child.on("exit", (exitCode, signal) => {
      const status = signal === null ? (exitCode ?? 1) : 128 + os.constants.signals[signal];
      resolve({ status, signal });
    });
  });
}

class StartFailure extends Error {}

function startFailure(command: string, error: unknown): Error {
  return error instanceof StartFailure
    ? error
    : new StartFailure(`${showText(command)}: ${describeSystemError(error)}`);
}
