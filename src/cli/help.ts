import { Command as Commander, Option as CommanderOption } from "commander";

import { SopsError } from "../support/errors.js";
import { showText } from "../support/text.js";
import type { Command, CommandEntry } from "./commands/command.js";
import { spelled, type Option, type OptionTable } from "./options/option.js";
import { ROOT_OPTIONS } from "./options/root.js";

const ROOT_DESCRIPTION =
  "Encrypts the values of YAML, JSON, dotenv, INI and binary files, exchangeable with sops and lossless.\n" +
  "The old style works too: leafseal -e FILE, leafseal -d FILE, leafseal -r FILE.";

/**
 * The command of a topic, `null` for no topic. Words after the name of a command are ignored, unless it has commands of
 * its own.
 *
 * @throws SopsError UNKNOWN_HELP_TOPIC (exit 3)
 */
export async function topicNamed(
  topic: readonly string[],
  commands: readonly CommandEntry[],
): Promise<Command | null> {
  const [word, ...rest] = topic;
  if (word === undefined) {
    return null;
  }
  const entry = commands.find(({ name }) => name === word);
  if (entry === undefined) {
    throw new SopsError("UNKNOWN_HELP_TOPIC", `No help topic for '${showText(word)}'`);
  }
  const command = await entry.load();
  return command.commands === undefined
    ? command
    : ((await topicNamed(rest, command.commands)) ?? command);
}

/** The help of a command, or of the program for `null`. */
export async function helpText(
  command: Command | null,
  commands: readonly CommandEntry[],
): Promise<string> {
  return command === null ? rootHelp(commands) : commandHelp(command);
}

/** What a usage error shows on standard output (spec: cli.md §1.5). */
export async function usageText(
  reason: string,
  command: Command | null,
  commands: readonly CommandEntry[],
): Promise<string> {
  return `Incorrect Usage: ${showText(reason)}\n\n${await helpText(command, commands)}`;
}

async function rootHelp(commands: readonly CommandEntry[]): Promise<string> {
  const root = describe("leafseal", ROOT_DESCRIPTION, ROOT_OPTIONS)
    .usage("[options] COMMAND [arguments]\n       leafseal [options] FILE")
    .helpCommand("help [COMMAND]", "show the help of a command");
  await list(root, commands);
  return commandsFirst(root.helpInformation());
}

async function list(page: Commander, commands: readonly CommandEntry[]): Promise<void> {
  for (const entry of commands) {
    page.command(entry.name).description((await entry.load()).summary);
  }
}

/** The few commands stand before the many flags. */
function commandsFirst(text: string): string {
  const options = text.indexOf("Options:\n");
  const commands = text.indexOf("Commands:\n");
  return `${text.slice(0, options)}${text.slice(commands)}\n${text.slice(options, commands).trimEnd()}\n`;
}

async function commandHelp(command: Command): Promise<string> {
  const { name, args, description, options, examples, commands } = command;
  const page = describe(name, description, options).usage(`[options] ${args}`.trimEnd());
  const program = new Commander("leafseal");
  program.addCommand(page);
  if (commands !== undefined) {
    await list(page.helpCommand(false), commands);
    return commandsFirst(page.helpInformation());
  }
  const shown = examples.map(({ line, does }) => `  ${does}:\n    ${line}\n`).join("");
  return `${page.helpInformation()}\nExamples:\n${shown}`;
}

function describe(name: string, description: string, options: OptionTable): Commander {
  const page = new Commander(name).description(description).helpOption(false);
  page.configureHelp({ helpWidth: 100 });
  for (const option of Object.values(options)) {
    if (option.isLater !== true) {
      page.addOption(new CommanderOption(flagsText(option), summaryText(option)));
    }
  }
  return page;
}

function flagsText(option: Option): string {
  const [long, ...others] = option.names.toReversed().map((name) => spelled(name));
  const names = [long, ...others].join(", ");
  switch (option.type) {
    case "bool":
      return names;
    case "int":
      return `${names} <N>`;
    case "string":
    case "list":
      return `${names} <${option.placeholder}>`;
  }
}

function summaryText(option: Option): string {
  const notes = [
    option.type === "list" ? "repeatable" : null,
    option.type === "bool" && option.isOnByDefault === true ? "on by default" : null,
    option.env === undefined ? null : `env: ${option.env}`,
  ].filter((note) => note !== null);
  return notes.length === 0 ? option.summary : `${option.summary} (${notes.join("; ")})`;
}
