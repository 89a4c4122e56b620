import { SopsError } from "../../support/errors.js";
import { requireFile } from "../files.js";
import { inputTypeOption } from "../options/files.js";
import { configOptions, outputOptions } from "../options/general.js";
import { unlessEmpty } from "../options/input.js";
import { defineCommand, type Command } from "./command.js";

export const filestatus: Command = defineCommand({
  name: "filestatus",
  summary: "tell whether a file is encrypted",
  args: "FILE",
  description: 'Prints {"encrypted":true} or {"encrypted":false}. No key is needed.',
  examples: [{ line: "leafseal filestatus secrets.yaml", does: "look at one file" }],
  touchesFiles: true,
  options: { ...inputTypeOption, ...configOptions, ...outputOptions },
  async run({ flags, positionals }, { runtime, reporter }) {
    const file = requireFile(positionals.map(({ text }) => text));
    const { fileStatus } = await import("../../operations/file-status.js");
    try {
      const { encrypted } = await fileStatus(
        { file, inputType: unlessEmpty(flags.inputType), config: unlessEmpty(flags.config) },
        runtime,
        reporter,
      );
      runtime.stdout.write(`${JSON.stringify({ encrypted })}\n`);
      return 0;
    } catch (error) {
      if (!(error instanceof SopsError)) {
        throw error;
      }
      // spec: cli.md §9.6, whatever the reason, 1 and a fatal log line.
      const reason = error.message.replace(/^Error: /, "");
      const refusal = new SopsError(error.code, `cannot check file status: ${reason}`, {
        exitCode: 1,
        hint: error.hint ?? null,
        details: error.details,
        cause: error,
      });
      reporter.failure(refusal, "log");
      return refusal.exitCode;
    }
  },
});
