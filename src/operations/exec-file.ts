import { SopsError } from "../support/errors.js";
import { serveFifo } from "../support/files/fifo.js";
import {
  createTemporaryDirectory,
  type TemporaryDirectory,
} from "../support/files/temporary-directory.js";
import type { Runtime } from "../support/runtime.js";
import { showText } from "../support/text.js";

import { planPlainText } from "./decrypt.js";
import type { CommandEnd, ExecFileOptions } from "./exec-options.js";
import { readInput } from "./input-file.js";
import { inheritedVariables } from "./key-variables.js";
import type { Notices } from "./options.js";
import { createRun } from "./run.js";
import { runShell, startShellThenRemove } from "./shell-command.js";
import { becomeUser, findUser, userVariables } from "./user-account.js";

const DEFAULT_NAME = "tmp-file";

/** What stands in the command for the path of the file. */
const PLACEHOLDER = "{}";

/**
 * Runs a command with the decrypted file as a named pipe or, where the options or the system want it, as a private file
 * that is removed afterwards, on every end (cli.md §9.10, security.md §4).
 *
 * @returns how the command ended
 * @throws SopsError as decrypting; INVALID_FILE_NAME, UNKNOWN_USER, CANNOT_BECOME_USER, COMMAND_NOT_STARTED (exit 1),
 *   CANNOT_WRITE (3)
 */
export async function execFile(
  options: ExecFileOptions,
  runtime: Runtime,
  notices: Notices,
): Promise<CommandEnd> {
  checkName(options.filename);
  const account = options.user === undefined ? null : await findUser(runtime, options.user);
  const plain = await decryptedText(options, runtime, notices);
  if (account !== null) {
    becomeUser(runtime, account);
  }
  const inherited = inheritedVariables(runtime, options.hideKeyVariables);
  const env = new Map([...inherited, ...userVariables(account)]);
  const directory = createTemporaryDirectory(runtime, { prefix: ".sops" });
  try {
    return options.background
      ? await leaveInBackground(options, plain, directory, env, runtime)
      : await runWithFile(options, plain, directory, env, runtime, notices);
  } catch (error) {
    directory.remove();
    throw error;
  }
}

/** One part of a path that stays in its directory (security.md X5). @throws SopsError INVALID_FILE_NAME */
function checkName(name: string | undefined): void {
  if (name !== undefined && (/[/\\\0]/.test(name) || name === "." || name === "..")) {
    throw new SopsError(
      "INVALID_FILE_NAME",
      `--filename must be a plain name without directories, not "${showText(name)}"`,
    );
  }
}

async function decryptedText(
  options: ExecFileOptions,
  runtime: Runtime,
  notices: Notices,
): Promise<Uint8Array> {
  const run = createRun(options, runtime, notices);
  try {
    const work = planPlainText(options.file, options, run);
    return await work(await readInput(runtime, options.file));
  } finally {
    run.close();
  }
}

async function runWithFile(
  options: ExecFileOptions,
  plain: Uint8Array,
  directory: TemporaryDirectory,
  env: ReadonlyMap<string, string>,
  runtime: Runtime,
  notices: Notices,
): Promise<CommandEnd> {
  const name = options.filename ?? DEFAULT_NAME;
  const canServe = !options.noFifo && runtime.platform !== "win32";
  const server = canServe ? await serveFifo(runtime, directory.path, name, plain) : null;
  if (server === null && !options.noFifo) {
    notices.warn("no named pipe can be made here; the command gets a private file instead");
  }
  const file = server === null ? regularFile(options, plain, directory) : server.file;
  try {
    return await runShell(runtime, commandWith(options.command, file), env);
  } finally {
    server?.close();
    removeAfter(directory, notices);
  }
}

function regularFile(
  { filename }: ExecFileOptions,
  plain: Uint8Array,
  directory: TemporaryDirectory,
): string {
  return directory.writeFile(filename ?? `${DEFAULT_NAME}${directory.digits}`, plain);
}

/** The shell keeps the file for the command and removes it; a pipe would need us to stay. */
async function leaveInBackground(
  options: ExecFileOptions,
  plain: Uint8Array,
  directory: TemporaryDirectory,
  env: ReadonlyMap<string, string>,
  runtime: Runtime,
): Promise<CommandEnd> {
  if (runtime.platform === "win32") {
    throw new SopsError(
      "CONFLICTING_PARAMETERS",
      "Error: --background cannot be used on this system",
    );
  }
  const command = commandWith(options.command, regularFile(options, plain, directory));
  const end = await startShellThenRemove(runtime, command, env, directory.path);
  directory.handOver();
  return end;
}

function commandWith(command: string, file: string): string {
  return command.replaceAll(PLACEHOLDER, () => file);
}

/** The command has ended; its status counts more than a directory that somebody else keeps busy. */
function removeAfter(directory: TemporaryDirectory, notices: Notices): void {
  try {
    directory.remove();
  } catch {
    notices.warn(`the clear copy could not be removed; remove ${directory.path} yourself`);
  }
}
