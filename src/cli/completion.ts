import type { Runtime } from "../support/runtime.js";
import { HELP_NAMES } from "./command-list.js";
import type { CommandEntry } from "./commands/command.js";
import { readLineSoFar } from "./line-so-far.js";
import { spelled, type OptionTable } from "./options/option.js";
import { ROOT_OPTIONS } from "./options/root.js";

/**
 * The candidates for the last word, one a line (spec: cli.md §1.6). Scripts that sops once generated ask for them.
 *
 * @param tokens - the command line without the completion token
 */
export async function completions(
  tokens: readonly string[],
  commands: readonly CommandEntry[],
  env: Runtime["env"],
): Promise<string> {
  const { command } = await readLineSoFar(tokens, commands);
  const last = tokens.at(-1) ?? "";
  if (last.startsWith("-")) {
    return lines(flagCandidates(last, tokens, [ROOT_OPTIONS, command?.options ?? {}]));
  }
  if (command === null) {
    return lines(await commandCandidates(commands, env));
  }
  // Within a command the shell offers file names.
  return command.commands === undefined
    ? ""
    : lines(await commandCandidates(command.commands, env));
}

function flagCandidates(
  last: string,
  tokens: readonly string[],
  tables: readonly OptionTable[],
): string[] {
  const isLong = last.startsWith("--");
  const start = last.replace(/^-{1,2}/, "");
  const present = new Set(
    tokens.map((token) => token.replace(/^-{1,2}/, "").replace(/=.*$/su, "")),
  );
  const candidates = new Set<string>();
  for (const option of tables.flatMap((table) => Object.values(table))) {
    if (option.isLater !== true && !option.names.some((name) => present.has(name))) {
      option.names
        .filter((name) => name.startsWith(start) && (!isLong || name.length > 1))
        .forEach((name) => candidates.add(spelled(name)));
    }
  }
  return [...candidates];
}

async function commandCandidates(
  commands: readonly CommandEntry[],
  env: Runtime["env"],
): Promise<string[]> {
  const described: (readonly [string, string])[] = [];
  for (const entry of commands) {
    described.push([entry.name, (await entry.load()).summary]);
  }
  HELP_NAMES.forEach((name) => described.push([name, "show help"]));
  const isZsh = env["_CLI_ZSH_AUTOCOMPLETE_HACK"] === "1";
  return described.map(([name, summary]) => (isZsh ? `${name}:${summary}` : name));
}

function lines(candidates: readonly string[]): string {
  return candidates.map((candidate) => `${candidate}\n`).join("");
}
