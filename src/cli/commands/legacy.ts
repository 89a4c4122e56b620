import { resolve } from "node:path";

import { SopsError } from "../../support/errors.js";
import type { Runtime } from "../../support/runtime.js";
import type { GivenValue, ParsedArgv, Positional } from "../argv.js";
import { checkDestination, chooseFiles, requireFile } from "../files.js";
import { resolveFlags } from "../flags.js";
import { spelled, type OptionTable } from "../options/option.js";
import { modeOptions, ROOT_OPTIONS } from "../options/root.js";
import { nearest } from "../suggest.js";
import type { Command, CommandContext, CommandEntry } from "./command.js";

/** The flags that choose a verb, in the order in which sops tries them. */
const MODES = [
  { key: "encrypt", verb: "encrypt" },
  { key: "decrypt", verb: "decrypt" },
  { key: "rotate", verb: "rotate" },
  { key: "set", verb: "set" },
] as const;

/** No mode: the file is edited. */
const EDITING = { key: "edit", verb: "edit" } as const;

type Mode = (typeof MODES)[number] | typeof EDITING;

type Given = ReadonlyMap<string, GivenValue>;

/**
 * The old style, `leafseal -d [flags] FILE`: the same work as the command, with the flags of the root, one file, and
 * everything after the file ignored (spec: cli.md §10).
 *
 * @returns the command and its input, or throws what sops refuses, in its order: no file 100, conflicts 8, a missing
 *   file 49 or 100
 */
export async function resolveLegacy(
  { given, positionals }: ParsedArgv,
  commands: readonly CommandEntry[],
  context: CommandContext,
): Promise<{ command: Command; input: Parameters<Command["run"]>[0] }> {
  const { runtime, reporter } = context;
  const mode = chosenMode(given);
  const file = requireFile(positionals.map(({ text }) => text));
  chooseFiles(positionals, false, reporter, ROOT_OPTIONS);
  refuseBothDestinations(given);
  refuseMissing(file, mode, given, runtime);
  warnOfCommand(file, mode, positionals.length, commands, context);
  const entry = commands.find(({ name }) => name === mode.verb);
  if (entry === undefined) {
    throw new SopsError("INTERNAL", `there is no command ${mode.verb}`);
  }
  const command = await entry.load();
  return {
    command,
    input: {
      flags: resolveFlags(command.options, flagsFor(command.options, given), runtime.env),
      positionals: [file, ...wordsOf(mode, given)].map(literal),
    },
  };
}

function literal(text: string): Positional {
  return { text, isLiteral: true };
}

/** @throws SopsError USAGE where several modes are asked for (decisions.md, Verbs) */
function chosenMode(given: Given): Mode {
  const chosen = MODES.filter(({ key }) => {
    const value = given.get(key);
    return value !== undefined && value !== false && value !== "";
  });
  if (chosen.length > 1) {
    const names = chosen.map(({ key }) => spelled(modeOptions[key].names[0]));
    throw new SopsError("USAGE", `only one of ${names.join(", ")} can be given`);
  }
  return chosen[0] ?? EDITING;
}

function refuseBothDestinations(given: Given): void {
  const output = given.get("output");
  checkDestination(
    {
      inPlace: given.get("inPlace") === true,
      output: typeof output === "string" && output !== "" ? output : undefined,
    },
    ["."],
  );
}

/** What the commands themselves do not check so: `rotate` tells when it reads (spec: cli.md §4, §10). */
function refuseMissing(file: string, mode: Mode, given: Given, runtime: Runtime): void {
  const path = resolve(runtime.cwd, file);
  if (isPresent(path, runtime)) {
    return;
  }
  const changesKeys = [...given].some(([key, value]) => /^(?:add|rm)\./.test(key) && value !== "");
  if (changesKeys) {
    throw new SopsError(
      "FILE_NOT_FOUND",
      `Error: cannot add or remove keys on non-existent file ${JSON.stringify(path)}`,
      { exitCode: 49 },
    );
  }
  if (mode.key === "rotate") {
    throw new SopsError(
      "FILE_NOT_FOUND",
      `Error: cannot operate on non-existent file ${JSON.stringify(path)}`,
    );
  }
}

/**
 * `--set 'INDEX VALUE'`, parted after the first bracket with a blank (spec: cli.md §10).
 *
 * @throws SopsError INVALID_SET_VALUE (exit 7) where there is none
 */
function wordsOf(mode: Mode, given: Given): string[] {
  const text = given.get("set");
  if (mode.key !== "set" || typeof text !== "string") {
    return [];
  }
  const end = text.indexOf("] ");
  if (end < 0) {
    throw new SopsError("INVALID_SET_VALUE", "Invalid --set format: it must be 'INDEX VALUE'", {
      hint: `as in --set '["key"][0] "value"'`,
    });
  }
  return [text.slice(0, end + 1), text.slice(end + 2)];
}

/**
 * A mistyped command arrives here as a file to edit (spec: cli.md §1): told where the file is not there and more words
 * follow, or the name is close to a command's.
 */
function warnOfCommand(
  file: string,
  mode: Mode,
  words: number,
  commands: readonly CommandEntry[],
  { runtime, reporter }: CommandContext,
): void {
  if (mode !== EDITING || isPresent(resolve(runtime.cwd, file), runtime)) {
    return;
  }
  const near = nearest(
    file,
    commands.map(({ name }) => name),
  );
  if (near !== null && words > 1) {
    throw new SopsError("USAGE", `there is no command and no file ${JSON.stringify(file)}`, {
      hint: `did you mean the command ${near}?`,
    });
  }
  if (near !== null) {
    reporter.warn(`there is no file ${JSON.stringify(file)}; did you mean the command ${near}?`);
  }
}

function isPresent(path: string, runtime: Runtime): boolean {
  return runtime.fs.statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** What the root took for the options that the command has too. */
function flagsFor(options: OptionTable, given: Given): Given {
  return new Map([...given].filter(([key]) => key in options));
}
