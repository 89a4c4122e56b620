/** Runs the command line with commands that only record that they were called. */
import { main } from "../../src/cli/main.js";
import { recordingCommands, type RecordedCall } from "./commands.js";
import { createTestRuntime, type TestRuntimeOptions } from "./runtime.js";

export interface RecordedOutcome {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly calls: readonly RecordedCall[];
}

const NO_AUDIT = "/nonexistent/audit.yaml";

export async function runRecorded(
  argv: readonly string[],
  options: TestRuntimeOptions & { failure?: unknown; auditFile?: string } = {},
): Promise<RecordedOutcome> {
  const calls: RecordedCall[] = [];
  const runtime = createTestRuntime({ now: new Date("2026-11-24T10:00:00Z"), ...options });
  const commands = recordingCommands(calls, () =>
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- whatever may be thrown
    options.failure === undefined ? Promise.resolve(0) : Promise.reject(options.failure),
  );
  const exit = await main(argv, runtime, { commands, auditFile: options.auditFile ?? NO_AUDIT });
  return { exit, stdout: runtime.stdoutText(), stderr: runtime.stderrText(), calls };
}
