/** Programs of their own that get signals while they run something. */
import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

export interface SignalledOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Sent when the output holds `ready`, one after the other. */
  readonly signals?: readonly NodeJS.Signals[];
  readonly stdin?: string;
}

export interface SignalledResult {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Between "ready" and the signal, so that the shell that wrote it is where it waits. */
const SETTLE_MS = 150;

/** Runs Node with these arguments, without a terminal. */
export async function runSignalled(
  args: readonly string[],
  options: SignalledOptions,
): Promise<SignalledResult> {
  const child = spawn(process.execPath, args, {
    cwd: options.cwd,
    env: { PATH: process.env["PATH"], ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
    // No terminal that would give its own signals.
    detached: true,
  });
  let stdout = "";
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
  const isReady = new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString("utf8");
      if (stdout.includes("ready")) resolve();
    });
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.stdin ?? "");
  const isOver = new Promise<[number | null, string | null]>((resolve) => {
    child.on("close", (code, signal) => {
      resolve([code, signal]);
    });
  });
  for (const signal of options.signals ?? []) {
    await Promise.race([isReady, isOver]);
    await pause(SETTLE_MS);
    child.kill(signal);
  }
  const [exitCode, signal] = await isOver;
  return { exitCode, signal, stdout, stderr };
}

export const ENDING_SIGNALS = [
  ["SIGTERM", 143],
  ["SIGHUP", 129],
  ["SIGINT", 130],
  ["SIGQUIT", 131],
  ["SIGUSR1", 138],
  ["SIGUSR2", 140],
] as const;
