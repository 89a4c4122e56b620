import type { FileOutcome, GroupsAddOptions } from "../../operations/options.js";
import { SopsError } from "../../support/errors.js";
import type { Positional } from "../argv.js";
import { parseInteger } from "../flag-text.js";
import { ignoreMacOptions } from "../options/decryption.js";
import { inPlaceOptions, inputTypeOption } from "../options/files.js";
import { configOptions, layoutOptions, outputOptions } from "../options/general.js";
import { toConfig, toKeyServices, unlessEmpty } from "../options/input.js";
import {
  awsOptions,
  decryptionOrderOptions,
  encryptionContextOptions,
  groupKeyOptions,
  keyServiceOptions,
  thresholdOptions,
  toGroupKeys,
} from "../options/keys.js";
import { text, type Flags, type StringOption } from "../options/option.js";
import { defineCommand, type Command, type CommandContext } from "./command.js";

const fileOption: { file: StringOption } = {
  file: text(["file", "f"], "FILE", "the encrypted file to change"),
};

type SharedOptionTable = typeof fileOption &
  typeof inPlaceOptions &
  typeof thresholdOptions &
  typeof inputTypeOption &
  typeof ignoreMacOptions &
  typeof decryptionOrderOptions &
  typeof keyServiceOptions &
  typeof configOptions &
  typeof layoutOptions &
  typeof outputOptions;

const sharedOptions: SharedOptionTable = {
  ...fileOption,
  ...inPlaceOptions,
  ...thresholdOptions,
  ...inputTypeOption,
  ...ignoreMacOptions,
  ...decryptionOrderOptions,
  ...keyServiceOptions,
  ...configOptions,
  ...layoutOptions,
  ...outputOptions,
};

const add: Command = defineCommand({
  name: "groups add",
  summary: "add a group of keys to a file",
  args: "",
  description:
    "Adds one more group that has a share of the data key. From two groups on, keys of as many groups as " +
    "--shamir-secret-sharing-threshold says are needed to decrypt, of all groups where it is not given. " +
    "The data key, the values and the MAC stay.",
  examples: [
    {
      line: "leafseal groups add -i -f secrets.yaml --age age1... --age age1...",
      does: "a group of two age keys, of which one is enough",
    },
  ],
  touchesFiles: true,
  options: {
    ...sharedOptions,
    ...groupKeyOptions,
    ...awsOptions,
    ...encryptionContextOptions,
  },
  async run({ flags, positionals }, context) {
    requireCount(positionals, 0, "groups add takes no arguments; name the file with --file");
    const input: GroupsAddOptions = {
      ...toSharedOptions(flags),
      recipients: toGroupKeys(flags),
      awsProfile: unlessEmpty(flags.awsProfile),
      encryptionContext: unlessEmpty(flags.encryptionContext),
    };
    const { addGroup } = await import("../../operations/groups.js");
    return tell(() => addGroup(input, context.runtime, context.reporter), input, context);
  },
});

const remove: Command = defineCommand({
  name: "groups delete",
  summary: "delete a group of keys from a file",
  args: "INDEX",
  description:
    "Deletes the group with this number, counted from 0, from the file. The data key, the values and the MAC stay: " +
    "run rotate too where a group must not read what is written later.",
  examples: [{ line: "leafseal groups delete -i -f secrets.yaml 1", does: "the second group" }],
  touchesFiles: true,
  options: sharedOptions,
  async run({ flags, positionals }, context) {
    requireCount(positionals, 1, "groups delete needs the number of one group");
    const index = parseInteger(positionals[0]?.text ?? "");
    if (index === null) {
      throw new SopsError("USAGE", "the number of the group is not a number");
    }
    const input = { ...toSharedOptions(flags), index };
    const { deleteGroup } = await import("../../operations/groups.js");
    return tell(() => deleteGroup(input, context.runtime, context.reporter), input, context);
  },
});

export const groups: Command = defineCommand({
  name: "groups",
  summary: "change the key groups of a file",
  args: "COMMAND",
  description:
    "Several groups of keys share the data key, so that more than one person has to agree.",
  examples: [],
  touchesFiles: false,
  options: {},
  commands: [
    { name: "add", load: () => Promise.resolve(add) },
    { name: "delete", load: () => Promise.resolve(remove) },
  ],
  run: () => Promise.resolve(0),
});

function requireCount(positionals: readonly Positional[], count: number, reason: string): void {
  if (positionals.length !== count) {
    throw new SopsError("USAGE", reason);
  }
}

function toSharedOptions(
  flags: Flags<SharedOptionTable>,
): Omit<GroupsAddOptions, "recipients" | "awsProfile" | "encryptionContext"> {
  return {
    file: flags.file,
    inPlace: flags.inPlace,
    inputType: unlessEmpty(flags.inputType),
    ...toConfig(flags),
    ...toKeyServices(flags),
    threshold: flags.threshold ?? 0,
    ignoreMac: flags.ignoreMac,
    decryptionOrder: unlessEmpty(flags.decryptionOrder),
  };
}

/** Errors without a status of their own are log lines here (spec: cli.md §11). */
async function tell(
  work: () => Promise<FileOutcome>,
  { inPlace }: { readonly inPlace: boolean },
  { reporter }: CommandContext,
): Promise<number> {
  try {
    const outcome = await work();
    return reporter.finish([outcome], { verb: "changed", isResultOnStdout: !inPlace });
  } catch (error) {
    if (!(error instanceof SopsError)) {
      throw error;
    }
    reporter.failure(error, error.exitCode === 1 ? "log" : "plain");
    return error.exitCode;
  }
}
