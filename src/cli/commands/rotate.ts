import type { RotateOptions } from "../../operations/options.js";
import { SopsError } from "../../support/errors.js";
import { checkDestination, chooseFiles, requireFile, settle } from "../files.js";
import { strictOptions } from "../options/change.js";
import { ignoreMacOptions } from "../options/decryption.js";
import {
  allFilesOptions,
  destinationOptions,
  fileTypeOptions,
  inexactOptions,
  manyFilesOptions,
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
  decryptionOrderOptions,
  encryptionContextOptions,
  keyChangeOptions,
  keyServiceOptions,
  toKeyChange,
} from "../options/keys.js";
import type { Flags } from "../options/option.js";
import { defineCommand, type Command } from "./command.js";

type RotateOptionTable = typeof destinationOptions &
  typeof manyFilesOptions &
  typeof allFilesOptions &
  typeof keyChangeOptions &
  typeof strictOptions &
  typeof fileTypeOptions &
  typeof ignoreMacOptions &
  typeof inexactOptions &
  typeof encryptionContextOptions &
  typeof awsOptions &
  typeof decryptionOrderOptions &
  typeof keyServiceOptions &
  typeof configOptions &
  typeof layoutOptions &
  typeof outputOptions;

const options: RotateOptionTable = {
  ...destinationOptions,
  ...manyFilesOptions,
  ...allFilesOptions,
  ...keyChangeOptions,
  ...strictOptions,
  ...fileTypeOptions,
  ...ignoreMacOptions,
  ...inexactOptions,
  ...encryptionContextOptions,
  ...awsOptions,
  ...decryptionOrderOptions,
  ...keyServiceOptions,
  ...configOptions,
  ...layoutOptions,
  ...outputOptions,
};

export const rotate: Command = defineCommand({
  name: "rotate",
  summary: "give files a new data key",
  args: "FILE...",
  description:
    "Makes a new data key and encrypts every value again with it, so that whoever only knows the old data key cannot " +
    "read what is written from now on. Recipients can be added and removed on the way. " +
    "With --in-place several files, directories and patterns can be named.",
  examples: [
    { line: "leafseal rotate -i secrets.yaml", does: "one file" },
    {
      line: "leafseal rotate -i --rm-age age1... prod/",
      does: "a directory, without one recipient",
    },
    { line: "leafseal rotate -i --all", does: "every encrypted file of the repository" },
  ],
  touchesFiles: true,
  options,
  async run({ flags, positionals }, { runtime, reporter }) {
    const takesSeveral = flags.inPlace || flags.outputDir !== "";
    const files = chooseFiles(positionals, takesSeveral, reporter, options);
    const input = toRotateOptions(flags, files);
    if (!flags.all) {
      requireFile(files);
    } else if (!flags.inPlace) {
      throw new SopsError("CONFLICTING_PARAMETERS", "Error: --all needs --in-place");
    }
    checkDestination(input, ["."]);
    const { rotateFiles } = await import("../../operations/rotate.js");
    const outcomes = await settle(files, () => rotateFiles(input, runtime, reporter));
    return reporter.finish(outcomes, {
      verb: "rotated",
      isResultOnStdout: !takesSeveral && input.output === undefined,
    });
  },
});

export function toRotateOptions(
  flags: Flags<RotateOptionTable>,
  files: readonly string[],
): RotateOptions {
  return {
    files,
    all: flags.all,
    ...toFileTypes(flags),
    ...toConfig(flags),
    ...toKeyServices(flags),
    ...toDestination(flags),
    add: toKeyChange(flags, "add"),
    remove: toKeyChange(flags, "rm"),
    awsProfile: unlessEmpty(flags.awsProfile),
    encryptionContext: unlessEmpty(flags.encryptionContext),
    ignoreMac: flags.ignoreMac,
    decryptionOrder: unlessEmpty(flags.decryptionOrder),
    strictRecipients: flags.strictRecipients,
    allowInexact: flags.allowInexact,
  };
}
