import type { EditOptions } from "../../operations/options.js";
import type { SopsError } from "../../support/errors.js";
import { chooseFiles, requireFile } from "../files.js";
import { showMasterKeysOptions } from "../options/change.js";
import { ignoreMacOptions } from "../options/decryption.js";
import { overrideOptions, ownTypeOptions } from "../options/files.js";
import { configOptions, layoutOptions, outputOptions } from "../options/general.js";
import { toConfig, toKeyServices, unlessEmpty } from "../options/input.js";
import {
  awsOptions,
  decryptionOrderOptions,
  encryptionContextOptions,
  keyServiceOptions,
  recipientOptions,
  thresholdOptions,
  toRecipients,
} from "../options/keys.js";
import type { Flags } from "../options/option.js";
import { macOptions, selectionOptions, toSelection } from "../options/selection.js";
import { defineCommand, type Command, type CommandContext } from "./command.js";

const options = {
  ...ownTypeOptions,
  ...showMasterKeysOptions,
  ...ignoreMacOptions,
  ...recipientOptions,
  ...awsOptions,
  ...encryptionContextOptions,
  ...thresholdOptions,
  ...selectionOptions,
  ...macOptions,
  ...overrideOptions,
  ...decryptionOrderOptions,
  ...keyServiceOptions,
  ...configOptions,
  ...layoutOptions,
  ...outputOptions,
};

export const edit: Command = defineCommand({
  name: "edit",
  summary: "edit an encrypted file, or make a new one",
  args: "FILE",
  description:
    "Opens FILE decrypted in your editor (SOPS_EDITOR, else EDITOR, else vim, nano or vi), on a private copy that is " +
    "gone afterwards, and encrypts what you save. Values that you do not change keep their ciphertext. A file that is " +
    "not there yet starts from a template, for the recipients of the flags or of its creation rule. " +
    "Exits with 200 when nothing was changed.",
  examples: [
    { line: "leafseal edit secrets.yaml", does: "edit a file, or make it" },
    { line: "leafseal secrets.yaml", does: "the same" },
    { line: "EDITOR='code --wait' leafseal edit secrets.yaml", does: "in another editor" },
  ],
  touchesFiles: true,
  options,
  async run({ flags, positionals }, context) {
    const { runtime, reporter } = context;
    const [file] = chooseFiles(positionals, false, reporter, options);
    const input = toEditOptions(flags, requireFile(file === undefined ? [] : [file]));
    const { editFile } = await import("../../operations/edit.js");
    const outcome = await editFile(input, runtime, reporter, (problem) =>
      askAgain(problem, context),
    );
    return reporter.finish([outcome], { verb: "edited", isResultOnStdout: false });
  },
});

/** A text that cannot be taken: on a terminal the editor opens again, at the line; else there is one refusal (E5). */
async function askAgain(
  problem: SopsError,
  { runtime, reporter }: CommandContext,
): Promise<boolean> {
  if (!runtime.stdin.isTTY) {
    return false;
  }
  reporter.failure(problem, "plain");
  runtime.stderr.write("Press Enter to return to the editor, or Ctrl-D to give up.");
  const line = await runtime.stdin.readLine();
  runtime.stderr.write("\n");
  return line !== null;
}

function toEditOptions(flags: Flags<typeof options>, file: string): EditOptions {
  return {
    file,
    inputType: unlessEmpty(flags.inputType),
    outputType: unlessEmpty(flags.outputType),
    ...toConfig(flags),
    ...toKeyServices(flags),
    ignoreMac: flags.ignoreMac,
    decryptionOrder: unlessEmpty(flags.decryptionOrder),
    showMasterKeys: flags.showMasterKeys,
    recipients: toRecipients(flags),
    awsProfile: unlessEmpty(flags.awsProfile),
    encryptionContext: unlessEmpty(flags.encryptionContext),
    threshold: flags.threshold ?? 0,
    selection: toSelection(flags),
    macOnlyEncrypted: flags.macOnlyEncrypted,
    allowPlaintext: flags.allowPlaintext,
    allowInexact: flags.allowInexact,
  };
}
