import { resolve } from "node:path";

import { SopsError } from "../../support/errors.js";
import type { Runtime } from "../../support/runtime.js";
import type { GivenValue, ParsedArgv } from "../argv.js";
import type { CommandEntry } from "../command-list.js";
import { chooseFiles, requireFile } from "../files.js";
import { resolveFlags } from "../flags.js";
import { laterVerb } from "../later.js";
import { spelled, type OptionTable } from "../options/option.js";
import { modeOptions, ROOT_OPTIONS } from "../options/root.js";
import { nearest } from "../suggest.js";
import type { Command, CommandContext } from "./command.js";

/** The flags that choose a verb, in the order in which sops tries them. */
const MODES = [
  { key: "encrypt", verb: "encrypt" },
  { key: "decrypt", verb: "decrypt" },
  { key: "rotate", verb: "rotate" },
  { key: "set", verb: "set" },
] as const;

type Mode = (typeof MODES)[number];

/**
 * The old style, `leafseal -d [flags] FILE`: the same work as the command, with the flags of the root, one file, and
 * everything after the file ignored (spec: cli.md §10).
 *
 * @returns the command and its input, or throws what sops refuses: no file 100
 */
export async function resolveLegacy(
  { given, positionals }: ParsedArgv,
  commands: readonly CommandEntry[],
  { runtime, reporter }: CommandContext,
): Promise<{ command: Command; input: Parameters<Command["run"]>[0] }> {
  const mode = chosenMode(given);
  const files = positionals.map(({ text }) => text);
  const file = requireFile(files);
  chooseFiles(positionals, false, reporter, ROOT_OPTIONS);
  const entry = mode === null ? undefined : commands.find(({ name }) => name === mode.verb);
  if (mode === null || entry === undefined) {
    throw laterVerb(modeText(mode), mode === null ? adviceFor(file, commands, runtime) : undefined);
  }
  const command = await entry.load();
  return {
    command,
    input: {
      flags: resolveFlags(command.options, flagsFor(command.options, given), runtime.env),
      positionals: [{ text: file, isLiteral: true }],
    },
  };
}

/** @throws SopsError USAGE where several modes are asked for (decisions.md, Verbs) */
function chosenMode(given: ReadonlyMap<string, GivenValue>): Mode | null {
  const chosen = MODES.filter(({ key }) => {
    const value = given.get(key);
    return value !== undefined && value !== false && value !== "";
  });
  if (chosen.length > 1) {
    const names = chosen.map(({ key }) => spelled(modeOptions[key].names[0]));
    throw new SopsError("USAGE", `only one of ${names.join(", ")} can be given`);
  }
  return chosen[0] ?? null;
}

function modeText(mode: Mode | null): string {
  return mode === null ? "editing (FILE without --encrypt or --decrypt)" : spelled(mode.key);
}

/** A mistyped command arrives here as a file (spec: cli.md §1). */
function adviceFor(
  file: string,
  commands: readonly CommandEntry[],
  runtime: Runtime,
): string | undefined {
  if (isPresent(resolve(runtime.cwd, file), runtime)) {
    return undefined;
  }
  const near = nearest(
    file,
    commands.map(({ name }) => name),
  );
  return near === null ? undefined : `did you mean the command ${near}?`;
}

function isPresent(path: string, runtime: Runtime): boolean {
  try {
    runtime.fs.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** What the root took for the options that the command has too. */
function flagsFor(
  options: OptionTable,
  given: ReadonlyMap<string, GivenValue>,
): ReadonlyMap<string, GivenValue> {
  return new Map([...given].filter(([key]) => key in options));
}
