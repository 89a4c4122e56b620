/**
 * `commands/` holds one thin file a verb: flags to the typed input of an operation, the operation, an exit status.
 * A new verb is a new file here and one line in `command-list.ts`.
 */
import type { Reporter } from "../../report/reporter.js";
import type { Runtime } from "../../support/runtime.js";
import type { Positional } from "../argv.js";
import { helpOption } from "../options/general.js";
import type { Flags, OptionTable } from "../options/option.js";

export interface CommandInput<T extends OptionTable> {
  readonly flags: Flags<T>;
  readonly positionals: readonly Positional[];
}

export interface CommandContext {
  readonly runtime: Runtime;
  readonly reporter: Reporter;
}

interface Example {
  readonly line: string;
  readonly does: string;
}

/** A command by name; its file is loaded when it is needed. */
export interface CommandEntry {
  readonly name: string;
  load(): Promise<Command>;
}

interface CommandTexts {
  readonly name: string;
  readonly summary: string;
  /** What follows the options in the usage line. */
  readonly args: string;
  readonly description: string;
  readonly examples: readonly Example[];
  /** It reads or writes files, so an auditing configuration concerns it. */
  readonly touchesFiles: boolean;
  /** Where a second word chooses: those commands, whose names are two words. Such a command never runs itself. */
  readonly commands?: readonly CommandEntry[];
}

export interface Command extends CommandTexts {
  readonly options: OptionTable;
  /** @returns the exit status */
  run(input: CommandInput<OptionTable>, context: CommandContext): Promise<number>;
}

interface CommandDefinition<T extends OptionTable> extends CommandTexts {
  readonly options: T;
  run(input: CommandInput<T>, context: CommandContext): Promise<number>;
}

/** A command with its flags typed for `run`; `--help` comes with every one. */
export function defineCommand<T extends OptionTable>(definition: CommandDefinition<T>): Command {
  return {
    ...definition,
    options: { ...definition.options, ...helpOption },
    run: (input, context) => definition.run(input as CommandInput<T>, context),
  };
}
