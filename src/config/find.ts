import type { Stats } from "node:fs";

import type { Runtime } from "../support/runtime.js";
import { showText } from "../support/text.js";
import { absolutePath, isAbsolutePath } from "./paths.js";

export type ConfigMachine = Pick<Runtime, "fs" | "cwd" | "platform" | "userId">;

/** Where a configuration is: the same file by three names. */
export interface ConfigPlace {
  /** For messages: as given, or relative to the working directory. */
  readonly path: string;
  /** To open it: the file system resolves `..` after symbolic links. */
  readonly openPath: string;
  /** Absolute, `..` removed textually: what the paths of its rules are relative to (config.md §4.2). */
  readonly directory: string;
}

export interface ConfigSearch {
  readonly place: ConfigPlace | null;
  readonly warnings: readonly string[];
}

const NAME = ".sops.yaml";
const IGNORED_NAME = ".sops.yml";
const MOST_LEVELS = 100;

/** The file that the user names, whether or not it exists. */
export function explicitPlace(machine: ConfigMachine, path: string): ConfigPlace {
  const openPath = isAbsolutePath(machine, path) ? path : `${physicalDirectory(machine)}/${path}`;
  return { path, openPath, directory: absolutePath(machine, path, "..") };
}

/**
 * Searches `.sops.yaml` from the working directory upwards: at most 100 levels, and not beyond the root of the
 * repository (security.md T6, unlike sops).
 */
export function searchConfig(machine: ConfigMachine): ConfigSearch {
  const warnings: string[] = [];
  const start = physicalDirectory(machine);
  let ignored: string | null = null;
  let repositoryRoot: string | null = null;
  let directory = start;
  for (let level = 0; level < MOST_LEVELS; level += 1) {
    const up = "../".repeat(level);
    if (exists(machine, `${directory}/${NAME}`)) {
      const place = {
        path: `${up}${NAME}`,
        openPath: `${directory}/${NAME}`,
        directory: absolutePath(machine, up),
      };
      if (repositoryRoot !== null) {
        warnings.push(beyondRepository(place.path, repositoryRoot));
      }
      const used = repositoryRoot === null ? place : null;
      return { place: used, warnings: [...warnings, ...misnamed(ignored, used)] };
    }
    if (
      repositoryRoot === null &&
      ignored === null &&
      exists(machine, `${directory}/${IGNORED_NAME}`)
    ) {
      ignored = `${up}${IGNORED_NAME}`;
    }
    if (repositoryRoot === null && exists(machine, `${directory}/.git`)) {
      repositoryRoot = directory;
    }
    const parent = absolutePath({ ...machine, cwd: directory }, "..");
    if (parent === directory) {
      break;
    }
    directory = parent;
  }
  return { place: null, warnings: misnamed(ignored, null) };
}

function physicalDirectory(machine: ConfigMachine): string {
  try {
    return machine.fs.realpathSync(machine.cwd);
  } catch {
    return machine.cwd;
  }
}

function exists(machine: ConfigMachine, path: string): boolean {
  try {
    return machine.fs.statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function beyondRepository(path: string, root: string): string {
  return (
    `ignoring ${showText(path)}: it is outside the repository ${showText(root)}; ` +
    `pass --config to use it`
  );
}

/** spec: config.md §1.4: names the ignored file, the name that it must have, and the file used instead */
function misnamed(ignored: string | null, used: ConfigPlace | null): string[] {
  if (ignored === null) {
    return [];
  }
  const instead = used === null ? "" : `; using ${showText(used.path)}`;
  return [`ignoring ${showText(ignored)}: a configuration file must be named ${NAME}${instead}`];
}

/**
 * Warnings about a file that was found, not named: somebody else may have put it there (security.md T6). A foreign
 * owner is told above the working directory only: a container that runs as root on a mounted checkout is no attack.
 */
export function ownershipWarnings(
  machine: ConfigMachine,
  path: string,
  stats: Pick<Stats, "uid" | "mode">,
): string[] {
  if (machine.platform === "win32" || machine.userId === null) {
    return [];
  }
  const warnings: string[] = [];
  const isAbove = path.startsWith("..");
  if (isAbove && stats.uid !== 0 && stats.uid !== machine.userId) {
    warnings.push(
      `${showText(path)} belongs to another user: whoever that is decides who can decrypt`,
    );
  }
  if ((stats.mode & 0o002) !== 0) {
    warnings.push(`${showText(path)} can be written by everybody: they decide who can decrypt`);
  }
  return warnings;
}
