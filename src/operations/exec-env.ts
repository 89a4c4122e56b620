import { parseDecryptionOrder } from "../keys/decryption-order.js";
import { SopsError } from "../support/errors.js";
import type { Runtime } from "../support/runtime.js";
import { showText } from "../support/text.js";

import { decryptDocument, openEncrypted } from "./encrypted-document.js";
import { environmentValues, steeringNames } from "./environment-values.js";
import type { CommandEnd, ExecEnvOptions } from "./exec-options.js";
import { chooseFormats } from "./file-formats.js";
import { readInput } from "./input-file.js";
import { inheritedVariables } from "./key-variables.js";
import type { Notices } from "./options.js";
import { createRun, recoverDocumentKey, type Run } from "./run.js";
import { runShell, startShell } from "./shell-command.js";
import { becomeUser, findUser, userVariables } from "./user-account.js";

/**
 * Runs a command with the values of a file in its environment. Nothing runs before every value is decrypted and the MAC
 * agrees (cli.md §9.9, security.md §4).
 *
 * @returns how the command ended
 * @throws SopsError as decrypting; INVALID_VARIABLE, UNKNOWN_USER, CANNOT_BECOME_USER, COMMAND_NOT_STARTED (exit 1)
 */
export async function execEnv(
  options: ExecEnvOptions,
  runtime: Runtime,
  notices: Notices,
): Promise<CommandEnd> {
  const account = options.user === undefined ? null : await findUser(runtime, options.user);
  const run = createRun(options, runtime, notices);
  let variables: ReadonlyMap<string, string>;
  try {
    variables = await decryptedVariables(options, run);
  } finally {
    run.close();
  }
  judgeSteering(variables, options, notices);
  if (account !== null) {
    becomeUser(runtime, account);
  }
  const own = options.pristine ? [] : inheritedVariables(runtime, options.hideKeyVariables);
  // Later wins.
  const env = new Map([...own, ...userVariables(account), ...variables]);
  return options.background
    ? startShell(runtime, options.command, env)
    : runShell(runtime, options.command, env);
}

async function decryptedVariables(
  options: ExecEnvOptions,
  run: Run,
): Promise<ReadonlyMap<string, string>> {
  const { input } = chooseFormats(options.file, options, run);
  // A broken configuration stops every verb (decisions.md, Verbs).
  run.config();
  const order = parseDecryptionOrder(options.decryptionOrder);
  const document = await openEncrypted(await readInput(run.runtime, options.file), input);
  const dataKey = await recoverDocumentKey(document, order, run);
  try {
    await run.audit("decrypt", options.file);
    const { branches } = decryptDocument(document, dataKey, { ignoreMac: options.ignoreMac });
    return environmentValues(branches);
  } finally {
    dataKey.fill(0);
  }
}

function judgeSteering(
  variables: ReadonlyMap<string, string>,
  { strictVariables }: ExecEnvOptions,
  notices: Notices,
): void {
  const names = steeringNames(variables).map((name) => showText(name));
  if (names.length === 0) {
    return;
  }
  const list = names.join(", ");
  if (strictVariables) {
    throw new SopsError(
      "INVALID_VARIABLE",
      `the file sets variables that decide which programs and libraries run: ${list}`,
      { details: { names } },
    );
  }
  notices.warn(`the file sets variables that decide which programs and libraries run: ${list}`);
}
