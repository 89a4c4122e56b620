import type { CommandEnd, ExecOptions } from "../../operations/exec-options.js";
import type { Notices } from "../../operations/options.js";
import { SopsError } from "../../support/errors.js";
import type { Positional } from "../argv.js";
import { childOptions } from "../options/child.js";
import { ignoreMacOptions } from "../options/decryption.js";
import { inputTypeOption } from "../options/files.js";
import { configOptions, layoutOptions, outputOptions } from "../options/general.js";
import { toConfig, toKeyServices, unlessEmpty } from "../options/input.js";
import { decryptionOrderOptions, keyServiceOptions } from "../options/keys.js";
import type { Flags } from "../options/option.js";

export type ExecOptionTable = typeof childOptions &
  typeof inputTypeOption &
  typeof ignoreMacOptions &
  typeof decryptionOrderOptions &
  typeof keyServiceOptions &
  typeof configOptions &
  typeof layoutOptions &
  typeof outputOptions;

/** What `exec-env` and `exec-file` share. */
export const execOptions: ExecOptionTable = {
  ...childOptions,
  ...inputTypeOption,
  ...ignoreMacOptions,
  ...decryptionOrderOptions,
  ...keyServiceOptions,
  ...configOptions,
  ...layoutOptions,
  ...outputOptions,
};

/** @throws SopsError NO_FILE, with exit 1 for these two verbs (spec: cli.md §9.9) */
export function toExecOptions(
  flags: Flags<ExecOptionTable>,
  positionals: readonly Positional[],
): ExecOptions {
  const [file, command, ...others] = positionals.map(({ text }) => text);
  if (file === undefined || command === undefined || others.length > 0) {
    throw new SopsError(
      "NO_FILE",
      `error: a file and a command are needed, and ${String(positionals.length)} arguments are given`,
      { exitCode: 1, hint: "put the whole command in quotes: it is one argument" },
    );
  }
  return {
    file,
    command,
    ...toConfig(flags),
    ...toKeyServices(flags),
    inputType: unlessEmpty(flags.inputType),
    ignoreMac: flags.ignoreMac,
    decryptionOrder: unlessEmpty(flags.decryptionOrder),
    background: flags.background,
    user: unlessEmpty(flags.user),
    hideKeyVariables: flags.hideKeyVariables,
  };
}

export function warnOfBackground(
  { background }: ExecOptions,
  verb: string,
  notices: Pick<Notices, "warn">,
): void {
  if (background) {
    notices.warn(`${verb}'s --background option is deprecated; let the shell do it: ${verb} … &`);
  }
}

/** Told in the words that sops has for it. @throws SopsError COMMAND_FAILED with the command's own exit status */
export function refuseFailure({ exitCode, reason }: CommandEnd): void {
  if (exitCode !== 0) {
    throw new SopsError("COMMAND_FAILED", reason, { exitCode });
  }
}
