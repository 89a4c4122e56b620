import type { DecryptOptions } from "../../operations/options.js";
import { checkDestination, chooseFiles, settle } from "../files.js";
import { extractOptions, ignoreMacOptions, streamOptions } from "../options/decryption.js";
import { destinationOptions, fileTypeOptions, manyFilesOptions } from "../options/files.js";
import { configOptions, layoutOptions, outputOptions } from "../options/general.js";
import {
  toConfig,
  toDestination,
  toFileTypes,
  toKeyServices,
  unlessEmpty,
} from "../options/input.js";
import { awsOptions, decryptionOrderOptions, keyServiceOptions } from "../options/keys.js";
import type { Flags } from "../options/option.js";
import { defineCommand, type Command } from "./command.js";

type DecryptOptionTable = typeof destinationOptions &
  typeof manyFilesOptions &
  typeof streamOptions &
  typeof extractOptions &
  typeof fileTypeOptions &
  typeof ignoreMacOptions &
  typeof decryptionOrderOptions &
  typeof keyServiceOptions &
  typeof awsOptions &
  typeof configOptions &
  typeof layoutOptions &
  typeof outputOptions;

const options: DecryptOptionTable = {
  ...destinationOptions,
  ...manyFilesOptions,
  ...streamOptions,
  ...extractOptions,
  ...fileTypeOptions,
  ...ignoreMacOptions,
  ...decryptionOrderOptions,
  ...keyServiceOptions,
  ...awsOptions,
  ...configOptions,
  ...layoutOptions,
  ...outputOptions,
};

export const decrypt: Command = defineCommand({
  name: "decrypt",
  summary: "decrypt files",
  args: "[FILE...]",
  description:
    "Decrypts FILE, or standard input, and writes the result to standard output. " +
    "Nothing is written before every value and the MAC have been checked. " +
    "With --in-place, --output-dir or --stream several files are decrypted in one go.",
  examples: [
    { line: "leafseal decrypt secrets.yaml", does: "show a file" },
    {
      line: `leafseal decrypt --extract '["db"]["password"]' secrets.yaml`,
      does: "show one value, without a newline after it",
    },
    {
      line: "leafseal decrypt --stream *.yaml | kubectl apply -f -",
      does: "many files, joined by ---",
    },
  ],
  touchesFiles: true,
  options,
  async run({ flags, positionals }, { runtime, reporter }) {
    const takesSeveral = flags.inPlace || flags.outputDir !== "" || flags.stream;
    const files = chooseFiles(positionals, takesSeveral, reporter, options);
    const input = toDecryptOptions(flags, files);
    checkDestination(input, files, flags.stream);
    const { decryptFiles } = await import("../../operations/decrypt.js");
    const outcomes = await settle(files, () => decryptFiles(input, runtime, reporter));
    return reporter.finish(outcomes, {
      verb: "decrypted",
      isResultOnStdout:
        !flags.inPlace && input.outputDir === undefined && input.output === undefined,
    });
  },
});

export function toDecryptOptions(
  flags: Flags<DecryptOptionTable>,
  files: readonly string[],
): DecryptOptions {
  return {
    files,
    ...toFileTypes(flags),
    ...toConfig(flags),
    ...toKeyServices(flags),
    ...toDestination(flags),
    extract: unlessEmpty(flags.extract),
    ignoreMac: flags.ignoreMac,
    decryptionOrder: unlessEmpty(flags.decryptionOrder),
    stream: flags.stream,
  };
}
