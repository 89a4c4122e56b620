import type { CommandEntry } from "../../src/cli/command-list.js";
import { COMMANDS } from "../../src/cli/command-list.js";
import type { CommandInput } from "../../src/cli/commands/command.js";
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
  return COMMANDS.map((entry) => ({
    name: entry.name,
    load: async () => ({
      ...(await entry.load()),
      run(input: CommandInput<OptionTable>) {
        const files = input.positionals.map(({ text }) => text);
        calls.push({ command: entry.name, flags: input.flags, files });
        return run(input);
      },
    }),
  }));
}
