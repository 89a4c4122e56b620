/**
 * `cli/` turns a command line into one call of an operation and its outcome into text and an exit status. It may
 * import everything; nothing imports it.
 */
import { createReporter } from "../report/create-reporter.js";
import type { Reporter } from "../report/reporter.js";
import { SopsError } from "../support/errors.js";
import type { Runtime } from "../support/runtime.js";
import { parseArgv, type ParsedArgv } from "./argv.js";
import { AUDIT_FILE, withAuditTrail } from "./audit.js";
import { COMMANDS, HELP_NAMES } from "./command-list.js";
import type { Command, CommandEntry, CommandInput } from "./commands/command.js";
import { COMPLETION_REQUEST, COMPLETION_TOKEN } from "./completion-token.js";
import { exitCodeOf, isLogged } from "./exit.js";
import { checkBoolVariables, resolveFlags } from "./flags.js";
import { inheritGlobals, reportOptionsOf } from "./globals.js";
import type { OptionTable } from "./options/option.js";
import { ROOT_OPTIONS, versionOptions } from "./options/root.js";

const HELP_FLAGS: readonly string[] = ["-h", "--h", "-help", "--help"];

/** What tests replace. */
export interface MainSeams {
  readonly commands?: readonly CommandEntry[];
  readonly auditFile?: string;
}

/** The state of one invocation: what is known so far decides how a refusal is told. */
interface Session {
  readonly runtime: Runtime;
  readonly commands: readonly CommandEntry[];
  readonly auditFile: string;
  reporter: Reporter;
  /** Whose help a usage error shows; `null` is the root. */
  command: Command | null;
  isJson: boolean;
}

/**
 * Runs one command line. Never ends the process, never throws.
 *
 * @param argv - without the program's name
 * @returns the exit status (spec: cli.md §12)
 */
export async function main(
  argv: readonly string[],
  runtime: Runtime,
  seams: MainSeams = {},
): Promise<number> {
  const isJson = argv.includes("--json");
  const session: Session = {
    runtime,
    commands: seams.commands ?? COMMANDS,
    auditFile: seams.auditFile ?? AUDIT_FILE,
    reporter: createReporter(runtime, { json: isJson, quiet: false, verbose: false }),
    command: null,
    isJson,
  };
  try {
    return await dispatch(argv, session);
  } catch (error) {
    return refuse(error, session);
  }
}

async function refuse(error: unknown, session: Session): Promise<number> {
  try {
    if (error instanceof SopsError && error.code === "USAGE" && !session.isJson) {
      const { usageText } = await import("./help.js");
      session.runtime.stdout.write(
        await usageText(error.message, session.command, session.commands),
      );
    }
    session.reporter.failure(error, isLogged(error) ? "log" : "plain");
  } catch (another) {
    session.reporter.failure(another, "plain");
  }
  return exitCodeOf(error);
}

/** Help, version, a command, or the old style (spec: cli.md §1). */
async function dispatch(argv: readonly string[], session: Session): Promise<number> {
  const { runtime, commands } = session;
  if (argv.at(-1) === COMPLETION_TOKEN) {
    const { completions } = await import("./completion.js");
    runtime.stdout.write(await completions(argv.slice(0, -1), commands, runtime.env));
    return 0;
  }
  const request = argv.at(-1)?.startsWith(COMPLETION_REQUEST) === true ? argv.at(-1) : undefined;
  if (request !== undefined) {
    const { suggestionText } = await import("./suggestions.js");
    const shell = request.slice(COMPLETION_REQUEST.length);
    runtime.stdout.write(await suggestionText(argv.slice(0, -1), shell, commands, runtime));
    return 0;
  }
  checkBoolVariables(ROOT_OPTIONS, runtime.env);
  const root = parseArgv(argv, ROOT_OPTIONS, "first-positional");
  if (root.given.get("help") === true) {
    return showHelp([], session);
  }
  if (root.given.get("version") === true) {
    return showVersion(root, session);
  }
  const [word, ...rest] = root.positionals.map(({ text }) => text);
  if (word !== undefined) {
    if (HELP_NAMES.includes(word)) {
      return showHelp(rest, session);
    }
    const entry = commands.find(({ name }) => name === word);
    if (entry !== undefined) {
      return runCommand(entry, root, rest, session);
    }
  }
  return runLegacy(root, session);
}

async function showHelp(topic: readonly string[], session: Session): Promise<number> {
  const { helpText, topicNamed } = await import("./help.js");
  const command = await topicNamed(topic, session.commands);
  session.runtime.stdout.write(await helpText(command, session.commands));
  return 0;
}

async function showVersion(root: ParsedArgv, session: Session): Promise<number> {
  const { versionText } = await import("./version.js");
  const flags = resolveFlags(versionOptions, root.given, session.runtime.env);
  const isShort = flags.disableVersionCheck && !flags.checkForUpdates;
  session.runtime.stdout.write(await versionText(isShort));
  return 0;
}

async function runCommand(
  entry: CommandEntry,
  root: ParsedArgv,
  tokens: readonly string[],
  session: Session,
): Promise<number> {
  const command = await entry.load();
  session.command = command;
  if (command.commands !== undefined) {
    return runSubcommand(command, command.commands, root, tokens, session);
  }
  const own = parseUnlessHelp(tokens, command);
  if (own === null || own.given.get("help") === true) {
    const { helpText } = await import("./help.js");
    session.runtime.stdout.write(await helpText(command, session.commands));
    return 0;
  }
  const { given, ignored } = inheritGlobals(root.given, own.given, command.options);
  const flags = resolveFlags(command.options, given, session.runtime.env);
  useReporterFor(flags, session);
  for (const flag of ignored) {
    session.reporter.warn(`${flag} stands before the command ${command.name} and is ignored`);
  }
  return perform(command, { flags, positionals: own.positionals }, session);
}

/** A second word chooses; without one, or with `help`, the help is shown (spec: cli.md §1.5). */
async function runSubcommand(
  command: Command,
  subcommands: readonly CommandEntry[],
  root: ParsedArgv,
  tokens: readonly string[],
  session: Session,
): Promise<number> {
  const own = parseArgv(tokens, command.options, "first-positional");
  const [word, ...rest] = own.positionals.map(({ text }) => text);
  const entry = subcommands.find(({ name }) => name === word);
  if (entry !== undefined && own.given.get("help") !== true) {
    return runCommand(entry, root, rest, session);
  }
  const isTopic = word !== undefined && own.given.get("help") !== true;
  const topic = isTopic ? (HELP_NAMES.includes(word) ? rest : [word]) : [];
  return showHelp([command.name, ...topic], session);
}

/** `null` where the line cannot be read but asks for help, which comes before everything (spec: cli.md §1.5). */
function parseUnlessHelp(tokens: readonly string[], command: Command): ParsedArgv | null {
  try {
    return parseArgv(tokens, command.options, "anywhere");
  } catch (error) {
    const end = tokens.indexOf("--");
    const flags = end === -1 ? tokens : tokens.slice(0, end);
    if (flags.some((token) => HELP_FLAGS.includes(token))) {
      return null;
    }
    throw error;
  }
}

async function runLegacy(root: ParsedArgv, session: Session): Promise<number> {
  useReporterFor(resolveFlags(ROOT_OPTIONS, root.given, session.runtime.env), session);
  const { resolveLegacy } = await import("./commands/legacy.js");
  const { command, input } = await resolveLegacy(root, session.commands, session);
  return perform(command, input, session);
}

function useReporterFor(flags: CommandInput<OptionTable>["flags"], session: Session): void {
  const options = reportOptionsOf(flags);
  session.isJson = options.json;
  session.reporter = createReporter(session.runtime, options);
}

function perform(
  command: Command,
  input: CommandInput<OptionTable>,
  session: Session,
): Promise<number> {
  const { reporter } = session;
  const run = (runtime: Runtime): Promise<number> => command.run(input, { runtime, reporter });
  return command.touchesFiles
    ? withAuditTrail(session.auditFile, session.runtime, run)
    : run(session.runtime);
}
