import { main } from "../../src/cli/main.js";
import { createTestRuntime } from "./runtime.js";

export interface CliOptions {
  readonly cwd: string;
  /** The whole environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: Uint8Array | string;
  readonly now?: Date;
}

export interface CliResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs the program in this process: real disk, captured output, only the given environment. */
export async function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const runtime = createTestRuntime({
    cwd: options.cwd,
    env: options.env ?? {},
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
    ...(options.now === undefined ? {} : { now: options.now }),
  });
  const exitCode = await main([...args], runtime);
  return { exitCode, stdout: Buffer.from(runtime.stdoutBytes()), stderr: runtime.stderrText() };
}
