import type { EncryptOptions } from "../../operations/options.js";
import { checkDestination, chooseFiles, requireName, settle } from "../files.js";
import {
  destinationOptions,
  fileTypeOptions,
  manyFilesOptions,
  overrideOptions,
} from "../options/files.js";
import { configOptions, layoutOptions, outputOptions } from "../options/general.js";
import {
  toConfig,
  toDestination,
  toFileTypes,
  toKeyServices,
  unlessEmpty,
} from "../options/input.js";
import {
  awsOptions,
  encryptionContextOptions,
  keyServiceOptions,
  recipientOptions,
  thresholdOptions,
  toRecipients,
} from "../options/keys.js";
import type { Flags } from "../options/option.js";
import { macOptions, selectionOptions, toSelection } from "../options/selection.js";
import { defineCommand, type Command } from "./command.js";

type EncryptOptionTable = typeof destinationOptions &
  typeof manyFilesOptions &
  typeof fileTypeOptions &
  typeof recipientOptions &
  typeof awsOptions &
  typeof encryptionContextOptions &
  typeof thresholdOptions &
  typeof selectionOptions &
  typeof macOptions &
  typeof overrideOptions &
  typeof keyServiceOptions &
  typeof configOptions &
  typeof layoutOptions &
  typeof outputOptions;

const options: EncryptOptionTable = {
  ...destinationOptions,
  ...manyFilesOptions,
  ...fileTypeOptions,
  ...recipientOptions,
  ...awsOptions,
  ...encryptionContextOptions,
  ...thresholdOptions,
  ...selectionOptions,
  ...macOptions,
  ...overrideOptions,
  ...keyServiceOptions,
  ...configOptions,
  ...layoutOptions,
  ...outputOptions,
};

export const encrypt: Command = defineCommand({
  name: "encrypt",
  summary: "encrypt files",
  args: "[FILE...]",
  description:
    "Encrypts the values of FILE, or of standard input, and writes the result to standard output. " +
    "Recipients come from the flags, or else from the creation rule of .sops.yaml that fits. " +
    "With --in-place or --output-dir several files are encrypted in one go.",
  examples: [
    { line: "leafseal encrypt -i secrets.yaml", does: "encrypt a file where it stands" },
    {
      line: "leafseal encrypt --age age1... secrets.env > secrets.enc.env",
      does: "for one recipient, to standard output",
    },
    {
      line: "leafseal encrypt --filename-override a.json < plain > a.json",
      does: "from standard input, as if it were a.json",
    },
  ],
  touchesFiles: true,
  options,
  async run({ flags, positionals }, { runtime, reporter }) {
    const takesSeveral = flags.inPlace || flags.outputDir !== "";
    const files = chooseFiles(positionals, takesSeveral, reporter, options);
    const input = toEncryptOptions(flags, files);
    checkDestination(input, files);
    requireName(files, input.filenameOverride);
    const { encryptFiles } = await import("../../operations/encrypt.js");
    const outcomes = await settle(files, () => encryptFiles(input, runtime, reporter));
    return reporter.finish(outcomes, {
      verb: "encrypted",
      isResultOnStdout: !takesSeveral && input.output === undefined,
    });
  },
});

export function toEncryptOptions(
  flags: Flags<EncryptOptionTable>,
  files: readonly string[],
): EncryptOptions {
  return {
    files,
    ...toFileTypes(flags),
    ...toConfig(flags),
    ...toKeyServices(flags),
    ...toDestination(flags),
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
