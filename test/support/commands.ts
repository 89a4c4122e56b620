import { COMMANDS } from "../../src/cli/command-list.js";
import type { CommandEntry, CommandInput } from "../../src/cli/commands/command.js";
import type { OptionTable } from "../../src/cli/options/option.js";

export interface RecordedCall {
  readonly command: string;
  readonly flags: Readonly<Record<string, unknown>>;
  readonly files: readonly string[];
}

/** The real commands with a `run` that only writes down what reached it. */
export function recordingCommands(
  calls: RecordedCall[],
  run: (input: CommandInput<OptionTable>) => Promise<number> = () => Promise.resolve(0),
): CommandEntry[] {
  const record = (entry: CommandEntry): CommandEntry => ({
    name: entry.name,
    load: async () => {
      const command = await entry.load();
      return {
        ...command,
        ...(command.commands === undefined ? {} : { commands: command.commands.map(record) }),
        run(input: CommandInput<OptionTable>) {
          const files = input.positionals.map(({ text }) => text);
          calls.push({ command: command.name, flags: input.flags, files });
          return run(input);
        },
      };
    },
  });
  return COMMANDS.map(record);
}
