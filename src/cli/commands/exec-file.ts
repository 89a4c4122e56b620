import { offerOptions } from "../options/child.js";
import { ownTypeOptions } from "../options/files.js";
import { unlessEmpty } from "../options/input.js";
import { defineCommand, type Command } from "./command.js";
import {
  execOptions,
  refuseFailure,
  toExecOptions,
  warnOfBackground,
  type ExecOptionTable,
} from "./exec-input.js";

const options: typeof offerOptions & typeof ownTypeOptions & ExecOptionTable = {
  ...offerOptions,
  ...ownTypeOptions,
  ...execOptions,
};

export const execFile: Command = defineCommand({
  name: "exec-file",
  summary: "run a command with a decrypted file that is gone afterwards",
  args: "FILE COMMAND",
  description:
    "Decrypts FILE and runs COMMAND, one text for the shell, in which {} stands for the path of the decrypted file: a " +
    "named pipe that gives the content to everybody who opens it, so that it never touches the disk, or with " +
    "--no-fifo a private file. Both are removed when the command has ended, also by a signal. Signals to us reach the " +
    "command; its exit status is ours, or 128 + n where signal n ended it.",
  examples: [
    { line: "leafseal exec-file secrets.json 'jq .db {}'", does: "a program that reads a file" },
    {
      line: "leafseal exec-file --no-fifo --filename id_ed25519 key.enc 'ssh -i {} host uptime'",
      does: "one that needs a real file, under a certain name",
    },
  ],
  touchesFiles: true,
  options,
  async run({ flags, positionals }, { runtime, reporter }) {
    const input = {
      ...toExecOptions(flags, positionals),
      outputType: unlessEmpty(flags.outputType),
      noFifo: flags.noFifo,
      filename: unlessEmpty(flags.filename),
    };
    warnOfBackground(input, "exec-file", reporter);
    const operation = await import("../../operations/exec-file.js");
    const end = await operation.execFile(input, runtime, reporter);
    refuseFailure(end);
    return end.exitCode;
  },
});
