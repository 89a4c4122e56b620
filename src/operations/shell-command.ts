import { SopsError } from "../support/errors.js";
import type { ChildEnd, ChildRequest, Runtime } from "../support/runtime.js";

import type { CommandEnd } from "./exec-options.js";

const SHELL = "/bin/sh";

/**
 * Gives a command to the system's shell and waits for it.
 *
 * @throws SopsError COMMAND_NOT_STARTED
 */
export async function runShell(
  runtime: Runtime,
  command: string,
  env: ReadonlyMap<string, string>,
): Promise<CommandEnd> {
  return outcomeOf(await starting(() => runtime.runChild(shellRequest(runtime, command, env))));
}

/** Starts a command that goes on without us. @throws SopsError COMMAND_NOT_STARTED */
export async function startShell(
  runtime: Runtime,
  command: string,
  env: ReadonlyMap<string, string>,
): Promise<CommandEnd> {
  await starting(() => runtime.startDetached(shellRequest(runtime, command, env)));
  return { exitCode: 0, reason: "" };
}

/** A shell of its own stays with the command, since it has to remove something afterwards. */
const REMOVING_SCRIPT =
  `trap 'rm -rf -- "$2"' EXIT; trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM; ` +
  `${SHELL} -c "$1"`;

/** As {@link startShell}; the directory is removed when the command has ended. */
export async function startShellThenRemove(
  runtime: Runtime,
  command: string,
  env: ReadonlyMap<string, string>,
  directory: string,
): Promise<CommandEnd> {
  const args = ["-c", REMOVING_SCRIPT, SHELL, command, directory];
  await starting(() =>
    runtime.startDetached({ command: SHELL, args, env: Object.fromEntries(env) }),
  );
  return { exitCode: 0, reason: "" };
}

function shellRequest(
  { platform, env: own }: Runtime,
  command: string,
  env: ReadonlyMap<string, string>,
): ChildRequest {
  const variables = Object.fromEntries(env);
  return platform === "win32"
    ? {
        command: own["ComSpec"] ?? "C:\\Windows\\System32\\cmd.exe",
        args: ["/d", "/s", "/c", `"${command}"`],
        env: variables,
        isVerbatim: true,
      }
    : { command: SHELL, args: ["-c", command], env: variables };
}

async function starting<T>(start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "unexpected failure";
    throw new SopsError("COMMAND_NOT_STARTED", `the command cannot be started: ${reason}`, {
      cause,
      hint: reason.includes("E2BIG")
        ? "the variables are too long for this system; exec-file has no such limit"
        : null,
    });
  }
}

/** As the system calls them. */
const SIGNAL_TEXTS: ReadonlyMap<string, string> = new Map([
  ["SIGHUP", "hangup"],
  ["SIGINT", "interrupt"],
  ["SIGQUIT", "quit"],
  ["SIGABRT", "aborted"],
  ["SIGKILL", "killed"],
  ["SIGUSR1", "user defined signal 1"],
  ["SIGSEGV", "segmentation fault"],
  ["SIGUSR2", "user defined signal 2"],
  ["SIGPIPE", "broken pipe"],
  ["SIGALRM", "alarm clock"],
  ["SIGTERM", "terminated"],
]);

function outcomeOf({ status, signal }: ChildEnd): CommandEnd {
  const reason =
    signal === null ? `exit status ${status}` : `signal: ${SIGNAL_TEXTS.get(signal) ?? signal}`;
  return { exitCode: status, reason };
}
