import { SopsError } from "../../support/errors.js";
import { environmentOptions } from "../options/child.js";
import { defineCommand, type Command } from "./command.js";
import {
  execOptions,
  refuseFailure,
  toExecOptions,
  warnOfBackground,
  type ExecOptionTable,
} from "./exec-input.js";

const options: typeof environmentOptions & ExecOptionTable = {
  ...environmentOptions,
  ...execOptions,
};

export const execEnv: Command = defineCommand({
  name: "exec-env",
  summary: "run a command with the values of a file as its environment",
  args: "FILE COMMAND",
  description:
    "Decrypts FILE and runs COMMAND, one text for the shell, with its top-level values as environment variables. " +
    "The values never touch the disk and stand on no command line. Signals to us reach the command; its exit status " +
    "is ours, or 128 + n where signal n ended it. Nested values are refused.",
  examples: [
    { line: "leafseal exec-env secrets.env 'node server.js'", does: "a server with its secrets" },
    {
      line: "leafseal exec-env --pristine secrets.yaml 'env | sort'",
      does: "nothing but the values of the file",
    },
  ],
  touchesFiles: true,
  options,
  async run({ flags, positionals }, { runtime, reporter }) {
    const { pristine, sameProcess, strictVariables } = flags;
    const input = { ...toExecOptions(flags, positionals), pristine, strictVariables };
    warnOfBackground(input, "exec-env", reporter);
    if (sameProcess && input.background) {
      throw new SopsError(
        "CONFLICTING_PARAMETERS",
        "Error: cannot use --same-process and --background together",
      );
    }
    const operation = await import("../../operations/exec-env.js");
    const end = await operation.execEnv(input, runtime, reporter);
    // Without us the command would end with no word of ours.
    if (!sameProcess) {
      refuseFailure(end);
    }
    return end.exitCode;
  },
});
