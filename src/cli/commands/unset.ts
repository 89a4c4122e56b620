import { requireWords, settle } from "../files.js";
import { changeOptions, toChangeOptions } from "./change-input.js";
import { defineCommand, type Command } from "./command.js";

export const unset: Command = defineCommand({
  name: "unset",
  summary: "remove one value of an encrypted file",
  args: "FILE INDEX",
  description:
    'Removes the entry or list element at INDEX, such as \'["db"]["password"]\'. Everything else in the file keeps ' +
    "its bytes.",
  examples: [
    { line: `leafseal unset secrets.yaml '["db"]["password"]'`, does: "an entry" },
    {
      line: `leafseal unset --idempotent secrets.yaml '["hosts"][0]'`,
      does: "the first element, if there is one",
    },
  ],
  touchesFiles: true,
  options: changeOptions,
  async run({ flags, positionals }, { runtime, reporter }) {
    const [file = "", path = ""] = requireWords(positionals, 2);
    const input = { ...toChangeOptions(flags, file), path, idempotent: flags.idempotent };
    const { unsetValue } = await import("../../operations/set.js");
    const outcomes = await settle([file], async () => [await unsetValue(input, runtime, reporter)]);
    return reporter.finish(outcomes, { verb: "changed", isResultOnStdout: false });
  },
});
