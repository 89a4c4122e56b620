import * as path from "node:path";

import { SopsError } from "../../support/errors.js";
import type { Runtime } from "../../support/runtime.js";
import { describeSystemError } from "../../support/system-error.js";
import { showText } from "../../support/text.js";

import { absolutePath } from "../input-file.js";

type Machine = Pick<Runtime, "cwd" | "fs">;

/** A file to publish. */
export interface FoundFile {
  /** As given, or as walked from what was given: rules look at this text (config.md §6). */
  readonly file: string;
  /** At the destination: the base name, or the path below the directory with slashes. */
  readonly name: string;
}

/**
 * @returns the file, or those of a directory in lexical order; links to directories are not followed, `.git` is left
 *   out
 * @throws SopsError NO_FILE (100), FILE_NOT_FOUND, CANNOT_READ, USAGE for a directory that may not be walked (1)
 */
export function findFiles(
  given: string | undefined,
  isRecursive: boolean,
  machine: Machine,
): readonly FoundFile[] {
  if (given === undefined) {
    throw new SopsError("NO_FILE", "Error: no file specified");
  }
  const stats = statOf(given, machine);
  if (!stats.isDirectory()) {
    return [{ file: given, name: path.basename(given) }];
  }
  if (!isRecursive) {
    throw new SopsError("CANNOT_READ", "can't operate on a directory without --recursive flag.", {
      exitCode: 1,
    });
  }
  return walk(given, machine).map((file) => ({
    file: path.join(given, file),
    name: file.split(path.sep).join("/"),
  }));
}

/** spec: cli.md §9.7, whatever the reason, 1 */
function statOf(file: string, machine: Machine): ReturnType<Runtime["fs"]["statSync"]> & object {
  const absolute = absolutePath(machine, file);
  try {
    return machine.fs.statSync(absolute);
  } catch (cause) {
    const reason = describeSystemError(cause);
    throw new SopsError("FILE_NOT_FOUND", `${showText(absolute)}: ${reason}`, {
      exitCode: 1,
      cause,
    });
  }
}

function walk(root: string, machine: Machine): string[] {
  const base = absolutePath(machine, root);
  const files: string[] = [];
  const waiting = [""];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const absolute = path.join(base, name);
    if (name !== "" && !machine.fs.lstatSync(absolute).isDirectory()) {
      files.push(name);
      continue;
    }
    const entries = machine.fs
      .readdirSync(absolute)
      .filter((entry) => entry !== ".git")
      .map((entry) => path.join(name, entry))
      .filter((entry) => !isLinkToDirectory(path.join(base, entry), machine));
    waiting.push(...entries.toSorted().toReversed());
  }
  return files;
}

function isLinkToDirectory(absolute: string, { fs }: Machine): boolean {
  return (
    fs.lstatSync(absolute).isSymbolicLink() &&
    fs.statSync(absolute, { throwIfNoEntry: false })?.isDirectory() === true
  );
}
