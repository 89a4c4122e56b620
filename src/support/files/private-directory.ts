import * as path from "node:path";

import type { FileMachine } from "./machine.js";

const PRIVATE_MODE = 0o700;
const OTHERS = 0o077;

/**
 * A directory of the user's own: below `$XDG_RUNTIME_DIR` or the temporary directory, `leafseal-<uid>/<name>`
 * (decisions.md, locks).
 *
 * @throws Error when it cannot be made, or when somebody else has made it (security.md A3)
 */
export function privateDirectory(machine: FileMachine, name: string): string {
  const own = path.join(baseDirectory(machine), `leafseal-${machine.userId ?? "user"}`);
  const inner = path.join(own, name);
  for (const directory of [own, inner]) {
    makeDirectory(machine, directory);
    assertPrivate(machine, directory);
  }
  return inner;
}

function baseDirectory({ env, fs, tempDirectory }: FileMachine): string {
  const runtimeDirectory = env["XDG_RUNTIME_DIR"] ?? "";
  const isUsable =
    path.isAbsolute(runtimeDirectory) &&
    fs.statSync(runtimeDirectory, { throwIfNoEntry: false })?.isDirectory() === true;
  return isUsable ? runtimeDirectory : tempDirectory;
}

function makeDirectory({ fs }: FileMachine, directory: string): void {
  try {
    fs.mkdirSync(directory, { mode: PRIVATE_MODE });
  } catch (error) {
    if (fs.lstatSync(directory, { throwIfNoEntry: false }) === undefined) {
      throw error;
    }
  }
}

function assertPrivate({ fs, platform, userId }: FileMachine, directory: string): void {
  const stat = fs.lstatSync(directory);
  const isPrivate =
    stat.isDirectory() &&
    (platform === "win32" ||
      ((userId === null || stat.uid === userId) && (stat.mode & OTHERS) === 0));
  if (!isPrivate) {
    throw new Error("the private directory for locks and recovery belongs to somebody else");
  }
}
