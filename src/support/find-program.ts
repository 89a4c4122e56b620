import * as path from "node:path";

import type { Runtime } from "./runtime.js";

/**
 * The file that a program's name means. Only absolute entries of `PATH` are looked at, never the current directory, not
 * even on Windows (security.md T7); a name with a slash is a file, seen from the working directory.
 *
 * @returns an absolute path; `null` where there is no such program
 */
export function findProgram(
  machine: Pick<Runtime, "env" | "fs" | "platform" | "cwd">,
  command: string,
): string | null {
  if (command === "" || command.includes("\0")) {
    return null;
  }
  const isWindows = machine.platform === "win32";
  if (command.includes("/") || (isWindows && command.includes("\\"))) {
    return path.resolve(machine.cwd, command);
  }
  const endings = isWindows ? ["", ".exe", ".com"] : [""];
  for (const directory of (machine.env["PATH"] ?? "").split(path.delimiter)) {
    for (const ending of path.isAbsolute(directory) ? endings : []) {
      const candidate = path.join(directory, command + ending);
      if (isExecutable(machine.fs, candidate)) {
        return candidate;
      }
    }
  }
  return null;
}

function isExecutable(fs: Runtime["fs"], candidate: string): boolean {
  try {
    fs.accessSync(candidate, fs.constants.X_OK);
    return fs.statSync(candidate).isFile();
  } catch {
    return false;
  }
}
