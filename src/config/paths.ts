import { posix, win32 } from "node:path";

import type { Runtime } from "../support/runtime.js";

/** Paths as text: nothing here looks at the disk, so symbolic links keep their names (config.md §4.2). */
type Place = Pick<Runtime, "cwd" | "platform">;

/** Absolute, with `.` and `..` removed textually. */
export function absolutePath(place: Place, ...parts: readonly string[]): string {
  return pathsOf(place).resolve(place.cwd, ...parts);
}

export function isAbsolutePath(place: Place, path: string): boolean {
  return pathsOf(place).isAbsolute(path);
}

/**
 * The path in which `path_regex` is searched: relative to the configuration when the file is below it, else absolute.
 *
 * @param directory - absolute directory of the configuration
 * @param file - as given on the command line
 */
export function matchedPath(place: Place, directory: string, file: string): string {
  const absolute = absolutePath(place, file);
  // spec: config.md §4.2: in the root directory this prefix is "//", and nothing is stripped, as sops does.
  const prefix = `${directory}${pathsOf(place).sep}`;
  return absolute.startsWith(prefix) ? absolute.slice(prefix.length) : absolute;
}

function pathsOf({ platform }: Place): typeof posix {
  return platform === "win32" ? win32 : posix;
}
