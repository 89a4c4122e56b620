import type { PublishDialogue, PublishOptions } from "../../operations/options.js";
import type { Reporter } from "../../report/reporter.js";
import type { Runtime } from "../../support/runtime.js";
import { showText } from "../../support/text.js";
import { chooseFiles } from "../files.js";
import { inputTypeOption } from "../options/files.js";
import { configOptions, layoutOptions, outputOptions, yesOptions } from "../options/general.js";
import { toConfig, toKeyServices, unlessEmpty } from "../options/input.js";
import { decryptionOrderOptions, keyServiceOptions } from "../options/keys.js";
import type { Flags } from "../options/option.js";
import { publishOptions } from "../options/publish.js";
import { askYesNo } from "../question.js";
import { defineCommand, type Command } from "./command.js";

type PublishOptionTable = typeof yesOptions &
  typeof publishOptions &
  typeof inputTypeOption &
  typeof decryptionOrderOptions &
  typeof keyServiceOptions &
  typeof configOptions &
  typeof layoutOptions &
  typeof outputOptions;

const options: PublishOptionTable = {
  ...yesOptions,
  ...publishOptions,
  ...inputTypeOption,
  ...decryptionOrderOptions,
  ...keyServiceOptions,
  ...configOptions,
  ...layoutOptions,
  ...outputOptions,
};

export const publish: Command = defineCommand({
  name: "publish",
  summary: "send encrypted files where .sops.yaml says",
  args: "PATH",
  description:
    "The first of the destination_rules that fits PATH names an S3 or Google Cloud Storage bucket, which gets the " +
    "encrypted file, or with a recreation_rule a copy for other recipients; or a path in Vault's key-value engine, " +
    "which gets the decrypted data. The file itself stays as it is. Asks before each upload. " +
    "S3 needs the package @aws-sdk/client-s3, Google Cloud Storage google-auth-library.",
  examples: [
    { line: "leafseal publish secrets.yaml", does: "one file, after a question" },
    { line: "leafseal publish -y --recursive secrets/", does: "a directory, unasked" },
    {
      line: "leafseal publish -y --omit-extensions app.enc.yaml",
      does: "under the name app.enc",
    },
  ],
  touchesFiles: true,
  options,
  async run({ flags, positionals }, { runtime, reporter }) {
    const [path] = chooseFiles(positionals, false, reporter, options);
    const input = toPublishOptions(flags, path);
    const { publishFiles } = await import("../../operations/publish/publish.js");
    const dialogue = createDialogue(flags, runtime, reporter);
    const outcomes = await publishFiles(input, runtime, reporter, dialogue);
    return reporter.finish(outcomes, { verb: "published", isResultOnStdout: false });
  },
});

function createDialogue(
  { yes, json }: Flags<typeof yesOptions & typeof outputOptions>,
  runtime: Runtime,
  reporter: Reporter,
): PublishDialogue {
  // Standard output of --json is for the machine.
  const screen = json ? runtime.stderr : runtime.stdout;
  return {
    isAsking: !yes,
    tellPlan(plan) {
      reporter.plans([plan]);
    },
    confirm: ({ file, destination }) =>
      askYesNo(
        `uploading ${showText(file)} to ${showText(destination)} ? (y/n): `,
        runtime.stdin,
        screen,
      ),
    tellCanceled({ file }) {
      screen.write(`Publication of ${showText(file)} canceled\n`);
    },
  };
}

function toPublishOptions(
  flags: Flags<PublishOptionTable>,
  path: string | undefined,
): PublishOptions {
  return {
    path,
    recursive: flags.recursive,
    omitExtensions: flags.omitExtensions,
    inputType: unlessEmpty(flags.inputType),
    ...toConfig(flags),
    ...toKeyServices(flags),
    decryptionOrder: unlessEmpty(flags.decryptionOrder),
  };
}
