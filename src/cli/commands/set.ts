import type { ValueSource } from "../../operations/options.js";
import { SopsError } from "../../support/errors.js";
import { requireWords, settle } from "../files.js";
import { idempotentOptions, valueOptions } from "../options/change.js";
import type { Flags } from "../options/option.js";
import { changeOptions, toChangeOptions, type ChangeOptionTable } from "./change-input.js";
import { defineCommand, type Command } from "./command.js";

/** More would not fit a file; it also bounds what a slip of the finger costs. */
const LONGEST_SECRET = 65_536;

type SetOptionTable = typeof valueOptions & ChangeOptionTable;

const options: SetOptionTable = { ...valueOptions, ...changeOptions, ...idempotentOptions };

export const set: Command = defineCommand({
  name: "set",
  summary: "set one value of an encrypted file",
  args: "FILE INDEX [VALUE]",
  description:
    'Sets the value at INDEX, such as \'["db"]["password"]\', to VALUE, which is JSON text. Missing keys are appended, ' +
    "an index behind the end of a list appends. Everything else in the file keeps its bytes. " +
    "Other users of the machine can see command lines, and shells keep them: --value-stdin and --value-file keep a " +
    "secret out of both, and --generate makes one that nobody has seen.",
  examples: [
    {
      line: `leafseal set secrets.yaml '["db"]["user"]' '"admin"'`,
      does: "a text, quoted as JSON",
    },
    {
      line: `pass show db | jq -R . | leafseal set --value-stdin secrets.yaml '["db"]["password"]'`,
      does: "a secret from another program",
    },
    {
      line: `leafseal set --generate 32 secrets.yaml '["db"]["password"]'`,
      does: "a new random password",
    },
  ],
  touchesFiles: true,
  options,
  async run({ flags, positionals }, { runtime, reporter }) {
    const { source, count } = chooseSource(flags);
    const [file = "", path = "", text = ""] = requireWords(positionals, count);
    const input = {
      ...toChangeOptions(flags, file),
      path,
      value: source ?? (flags.valueFile ? { from: "file", file: text } : { from: "text", text }),
      idempotent: flags.idempotent,
    } as const;
    const { setValue } = await import("../../operations/set.js");
    const outcomes = await settle([file], async () => [await setValue(input, runtime, reporter)]);
    return reporter.finish(outcomes, { verb: "changed", isResultOnStdout: false });
  },
});

/** @returns the source where it is no word of the command line, and how many words there must be */
function chooseSource(flags: Flags<typeof valueOptions>): {
  source: ValueSource | null;
  count: 2 | 3;
} {
  const { generate, valueFile, valueStdin } = flags;
  const given = [
    valueFile ? "--value-file" : null,
    valueStdin ? "--value-stdin" : null,
    generate === undefined ? null : "--generate",
  ].filter((name) => name !== null);
  if (given.length > 1) {
    // spec: cli.md §9.2, exit 1
    throw new SopsError("USAGE", `cannot use ${given.join(" and ")} together`);
  }
  if (generate !== undefined) {
    if (generate < 1 || generate > LONGEST_SECRET) {
      throw new SopsError("USAGE", `--generate must be between 1 and ${String(LONGEST_SECRET)}`);
    }
    return { source: { from: "random", length: generate }, count: 2 };
  }
  return valueStdin ? { source: { from: "stdin" }, count: 2 } : { source: null, count: 3 };
}
