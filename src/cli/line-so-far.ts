import type { CommandEntry, Command } from "./commands/command.js";
import type { Option, OptionTable } from "./options/option.js";
import { ROOT_OPTIONS } from "./options/root.js";

/** A command line that is still being written, up to the word before the cursor. */
export interface LineSoFar {
  /** `null` at the root and in the old style. */
  readonly command: Command | null;
  /** Flags that may follow here. */
  readonly options: OptionTable;
  /** Flags before the command's name that it heeds too are left out. */
  readonly positionals: readonly string[];
  /** The flag whose value comes next. */
  readonly expecting: Option | null;
  /** After `--` nothing is a flag. */
  readonly isLiteral: boolean;
}

/** Reads what there is of a command line, mistakes and all. */
export async function readLineSoFar(
  words: readonly string[],
  commands: readonly CommandEntry[],
): Promise<LineSoFar> {
  let line = scan(words, ROOT_OPTIONS, true);
  let command: Command | null = null;
  let entry = commands.find(({ name }) => name === line.positionals[0]);
  while (entry !== undefined) {
    const loaded = await entry.load();
    const subcommands = loaded.commands ?? [];
    line = scan(line.positionals.slice(1), loaded.options, subcommands.length > 0);
    command = loaded;
    entry = subcommands.find(({ name }) => name === line.positionals[0]);
  }
  return { ...line, command };
}

/** @param stopsAtWord - everything from the first word on is positional */
function scan(
  words: readonly string[],
  options: OptionTable,
  stopsAtWord: boolean,
): Omit<LineSoFar, "command"> {
  const byName = new Map(
    Object.values(options).flatMap((option) => option.names.map((name) => [name, option] as const)),
  );
  const positionals: string[] = [];
  let expecting: Option | null = null;
  for (const [index, word] of words.entries()) {
    if (expecting !== null) {
      expecting = null;
    } else if (word === "--") {
      positionals.push(...words.slice(index + 1));
      return { options, positionals, expecting, isLiteral: true };
    } else if (word.length > 1 && word.startsWith("-")) {
      const option = byName.get(word.replace(/^-{1,2}/, ""));
      expecting = option !== undefined && option.type !== "bool" ? option : null;
    } else if (stopsAtWord) {
      positionals.push(...words.slice(index));
      break;
    } else {
      positionals.push(word);
    }
  }
  return { options, positionals, expecting, isLiteral: false };
}
