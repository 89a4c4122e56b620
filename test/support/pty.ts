/** Programs at a terminal of their own: what a person sees and types there, apart from the standard streams. */
import { fileURLToPath } from "node:url";

import { runProcess } from "./tools.js";

const HELPER = fileURLToPath(new URL("pty-run.py", import.meta.url));
const DEFAULT_SECONDS = 60;

export type Answer = {
  /** What must be on the screen before. */
  readonly expect: string;
} & ({ /** Keys. */ readonly send: string } | { /** To the program. */ readonly signal: number });

export interface TerminalOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly answers: readonly Answer[];
  readonly seconds?: number;
}

export interface TerminalResult {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: number | null;
  /** All that came to the terminal, echo included. */
  readonly screen: string;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether the terminal was in order at the end: lines, with echo. */
  readonly isEchoing: boolean;
}

/** Needs python3. */
export async function runAtTerminal(
  argv: readonly string[],
  { cwd, env, answers, seconds = DEFAULT_SECONDS }: TerminalOptions,
): Promise<TerminalResult> {
  const spec = {
    argv,
    cwd,
    env: { PATH: process.env["PATH"] ?? "", TERM: "xterm", ...env },
    answers,
    timeout: seconds,
  };
  const { exitCode, stdout, stderr } = await runProcess("python3", [HELPER], {
    stdin: JSON.stringify(spec),
    env: { HOME: cwd },
  });
  if (exitCode !== 0) throw new Error(`the terminal helper failed: ${stderr}`);
  return JSON.parse(stdout.toString("utf8")) as TerminalResult;
}
