import type { Dirent } from "node:fs";
import * as path from "node:path";

import type { Runtime } from "../support/runtime.js";

import { absolutePath, cannotRead } from "./input-file.js";

type Machine = Pick<Runtime, "cwd" | "env" | "exec" | "fs">;

/**
 * The files below a directory: those that git knows or would offer to add, where it is in a repository; else what the
 * directory holds. Links are not followed, `.git` is left out.
 *
 * @param directory - as the user wrote it; what is returned begins with it
 * @returns in the order of their names
 */
export async function listFiles(machine: Machine, directory: string): Promise<string[]> {
  const base = absolutePath(machine, directory);
  const known = await listByGit(machine, base, ".");
  // A directory that git ignores, but the user names.
  const found = known === null || known.length === 0 ? walk(machine, base) : known;
  return found.map((file) => path.join(directory, file)).toSorted();
}

/** The files of the whole repository, else of the working directory; relative to the working directory. */
export async function listAllFiles(machine: Machine): Promise<string[]> {
  const known = await listByGit(machine, machine.cwd, ":/");
  return (known ?? walk(machine, machine.cwd)).toSorted();
}

/** @returns `null` where there is no repository, or no git */
async function listByGit(
  { env, exec, fs }: Machine,
  cwd: string,
  scope: string,
): Promise<string[] | null> {
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", scope];
  try {
    const { exitCode, stdout } = await exec({
      command: "git",
      // A monitor is a program that the repository names.
      args: ["-c", "core.fsmonitor=false", ...list],
      env: withoutKeys(env),
      cwd,
    });
    if (exitCode !== 0) {
      return null;
    }
    const names = Buffer.from(stdout).toString("utf8").split("\0");
    return [...new Set(names)].filter((name) => name !== "" && isPlainFile(fs, cwd, name));
  } catch {
    return null;
  }
}

function withoutKeys(env: Machine["env"]): Machine["env"] {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("SOPS_")));
}

/** Listed files may be deleted, be links, or be repositories of their own. */
function isPlainFile(fs: Machine["fs"], cwd: string, name: string): boolean {
  try {
    return fs.lstatSync(path.join(cwd, name)).isFile();
  } catch {
    return false;
  }
}

/** @throws SopsError CANNOT_READ: what cannot be looked into may hold files that the user means */
function entriesOf(fs: Machine["fs"], directory: string): Dirent[] {
  try {
    return fs.readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    throw cannotRead(directory, error);
  }
}

function walk({ fs }: Machine, base: string): string[] {
  const files: string[] = [];
  const waiting = ["."];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    for (const entry of entriesOf(fs, path.join(base, directory))) {
      const name = path.join(directory, entry.name);
      if (entry.isDirectory() && entry.name !== ".git") {
        waiting.push(name);
      } else if (entry.isFile()) {
        files.push(name);
      }
    }
  }
  return files;
}
