import type { DestinationOptions, FileOutcome, Notices } from "../operations/options.js";
import { SopsError } from "../support/errors.js";
import { showText } from "../support/text.js";
import type { Positional } from "./argv.js";
import { nearest } from "./suggest.js";
import { spelled, type OptionTable } from "./options/option.js";

const MANY_ARGUMENTS = "more than one file is given; only the first one is used";

/**
 * The files of a command that works on one, or on several where its flags say where each result goes
 * (spec: cli.md §1.4; decisions.md, Many files). What is left out is told, the exit status does not change.
 */
export function chooseFiles(
  positionals: readonly Positional[],
  takesSeveral: boolean,
  notices: Notices,
  options: OptionTable,
): string[] {
  const [first, ...others] = positionals;
  if (first === undefined) {
    return [];
  }
  const used = takesSeveral ? others.filter((positional) => !isStray(positional)) : [];
  if (!takesSeveral && others.length > 0) {
    notices.warn(MANY_ARGUMENTS);
  }
  const stray = others.findLast(isStray);
  if (stray !== undefined) {
    notices.warn(strayFlagWarning(stray.text, options));
  }
  return [first, ...used].map((positional) => positional.text);
}

/** It looks like a flag, and did not stand after `--`. */
function isStray({ text, isLiteral }: Positional): boolean {
  return !isLiteral && text.length > 1 && text.startsWith("-");
}

function strayFlagWarning(text: string, options: OptionTable): string {
  const typed = text.replace(/^-+/, "").replace(/=.*$/su, "");
  const names = Object.values(options).flatMap((option) => option.names);
  const shown = `"${showText(text)}"`;
  if (names.includes(typed)) {
    return `${shown} stands after the file and is ignored; flags go before the file`;
  }
  const near = nearest(typed, names);
  const advice = near === null ? "" : `; did you mean ${spelled(near)}?`;
  return `${shown} looks like a flag but is none, and is ignored${advice}`;
}

/**
 * Where results go, with the combinations that exclude each other refused (spec: cli.md §4, §6).
 *
 * @throws SopsError CONFLICTING_PARAMETERS (exit 8)
 */
export function checkDestination(
  destination: DestinationOptions,
  files: readonly string[],
  isStream = false,
): void {
  const given = [
    destination.inPlace ? "--in-place" : null,
    destination.output === undefined ? null : "--output",
    destination.outputDir === undefined ? null : "--output-dir",
    isStream ? "--stream" : null,
  ].filter((name) => name !== null);
  if (files.length === 0) {
    refuseForStandardInput(destination);
  }
  if (given.length > 1) {
    throw conflict(`cannot use ${given.join(" and ")} together`);
  }
}

function refuseForStandardInput(destination: DestinationOptions): void {
  if (destination.inPlace) {
    throw conflict("cannot use --in-place when reading from standard input");
  }
  if (destination.outputDir !== undefined) {
    throw conflict("cannot use --output-dir when reading from standard input");
  }
}

/** @throws SopsError CONFLICTING_PARAMETERS: standard input has no name to choose a type and a rule by (cli.md §4) */
export function requireName(files: readonly string[], filenameOverride: string | undefined): void {
  if (files.length === 0 && filenameOverride === undefined) {
    throw conflict("must specify --filename-override when reading from stdin");
  }
}

function conflict(reason: string): SopsError {
  return new SopsError("CONFLICTING_PARAMETERS", `Error: ${reason}`);
}

/** @throws SopsError NO_FILE (exit 100) */
export function requireFile(files: readonly string[]): string {
  const [file] = files;
  if (file === undefined) {
    throw new SopsError("NO_FILE", "Error: no file specified");
  }
  return file;
}

/**
 * The words of a command that needs an exact number of them.
 *
 * @throws SopsError NO_FILE (exit 100, spec: cli.md §12)
 */
export function requireWords(positionals: readonly Positional[], count: number): string[] {
  if (positionals.length !== count) {
    const given = String(positionals.length);
    const message =
      positionals.length === 0
        ? "Error: no file specified"
        : `Error: this command needs ${String(count)} arguments, and ${given} are given`;
    throw new SopsError("NO_FILE", message);
  }
  return positionals.map(({ text }) => text);
}

/** An operation throws the error of an only file; as an outcome it is told with the file's name. */
export async function settle(
  files: readonly string[],
  work: () => Promise<readonly FileOutcome[]>,
): Promise<readonly FileOutcome[]> {
  const [file] = files;
  try {
    return await work();
  } catch (error) {
    if (files.length === 1 && file !== undefined && error instanceof SopsError) {
      return [{ file, status: "failed", error }];
    }
    throw error;
  }
}
