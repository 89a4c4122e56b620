import type { KeyDialogue, KeyEvent, UpdateKeysOptions } from "../../operations/options.js";
import type { Reporter } from "../../report/reporter.js";
import type { Runtime } from "../../support/runtime.js";
import { settle } from "../files.js";
import { rotateTooOptions } from "../options/change.js";
import { ignoreMacOptions } from "../options/decryption.js";
import { allFilesOptions, inexactOptions, inputTypeOption } from "../options/files.js";
import { configOptions, layoutOptions, outputOptions, yesOptions } from "../options/general.js";
import { toConfig, toKeyServices, unlessEmpty } from "../options/input.js";
import { decryptionOrderOptions, keyServiceOptions } from "../options/keys.js";
import type { Flags } from "../options/option.js";
import { askYesNo } from "../question.js";
import { defineCommand, type Command } from "./command.js";

type UpdateKeysOptionTable = typeof yesOptions &
  typeof rotateTooOptions &
  typeof allFilesOptions &
  typeof inputTypeOption &
  typeof ignoreMacOptions &
  typeof inexactOptions &
  typeof decryptionOrderOptions &
  typeof keyServiceOptions &
  typeof configOptions &
  typeof layoutOptions &
  typeof outputOptions;

const options: UpdateKeysOptionTable = {
  ...yesOptions,
  ...rotateTooOptions,
  ...allFilesOptions,
  ...inputTypeOption,
  ...ignoreMacOptions,
  ...inexactOptions,
  ...decryptionOrderOptions,
  ...keyServiceOptions,
  ...configOptions,
  ...layoutOptions,
  ...outputOptions,
};

export const updatekeys: Command = defineCommand({
  name: "updatekeys",
  summary: "bring the recipients of files in line with .sops.yaml",
  args: "FILE...",
  description:
    "Shows how the recipients of each file differ from its creation rule, asks once, and wraps the data key for the " +
    "recipients of the rule. Values keep their bytes. FILE may be a directory or a pattern: its encrypted files. " +
    "The data key stays, so a removed recipient could still read what is written later: --rotate changes it too.",
  examples: [
    { line: "leafseal updatekeys secrets.yaml", does: "one file, after a look at the change" },
    {
      line: "leafseal updatekeys -y --all",
      does: "every encrypted file of the repository, unasked",
    },
    { line: "leafseal updatekeys --rotate prod/", does: "after somebody has left" },
  ],
  touchesFiles: true,
  options,
  async run({ flags, positionals }, { runtime, reporter }) {
    const files = positionals.map(({ text }) => text);
    const input = toUpdateKeysOptions(flags, files);
    const { updateKeys } = await import("../../operations/update-keys.js");
    const dialogue = createDialogue(flags, runtime, reporter);
    const outcomes = await settle(files, () => updateKeys(input, runtime, reporter, dialogue));
    return reporter.finish(outcomes, {
      verb: "synced",
      isResultOnStdout: false,
      // spec: cli.md §9.4
      exitOfSeveral: 1,
    });
  },
});

const EVENT_TEXTS: Readonly<Record<KeyEvent, (file: string) => string>> = {
  syncing: (file) => `Syncing keys for file ${file}`,
  current: (file) => `File ${file} already up to date`,
  declined: (file) => `File ${file} left unchanged`,
  synced: (file) => `File ${file} synced with new keys`,
};

function createDialogue(
  { yes, json }: Flags<typeof yesOptions & typeof outputOptions>,
  runtime: Runtime,
  reporter: Reporter,
): KeyDialogue {
  return {
    tell(event, file) {
      reporter.note(EVENT_TEXTS[event](file));
    },
    async confirm(plans) {
      reporter.plans(plans);
      // Standard output of --json is for the machine.
      const screen = json ? runtime.stderr : runtime.stdout;
      return yes || (await askYesNo("Is this okay? (y/n):", runtime.stdin, screen));
    },
  };
}

export function toUpdateKeysOptions(
  flags: Flags<UpdateKeysOptionTable>,
  files: readonly string[],
): UpdateKeysOptions {
  return {
    files,
    all: flags.all,
    inputType: unlessEmpty(flags.inputType),
    ...toConfig(flags),
    ...toKeyServices(flags),
    ignoreMac: flags.ignoreMac,
    decryptionOrder: unlessEmpty(flags.decryptionOrder),
    rotate: flags.rotate,
    allowInexact: flags.allowInexact,
  };
}
