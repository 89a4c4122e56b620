/** Encrypted files for tests of the verbs that change them, and eyes for what changed. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { type CliResult, runCli } from "./cli.js";
import { AGE_RECIPIENT, VECTOR_KEYS_DIR } from "./vectors.js";

/** Runs the program with the first throw-away identity, or another file of them. */
export function runWithKeys(
  args: readonly string[],
  cwd: string,
  options: { identities?: string; stdin?: string; env?: Record<string, string>; now?: Date } = {},
): Promise<CliResult> {
  const { identities = "age.txt", stdin = "", env, now = new Date() } = options;
  return runCli(args, {
    cwd,
    stdin,
    now,
    env: { HOME: cwd, SOPS_AGE_KEY_FILE: join(VECTOR_KEYS_DIR, identities), ...env },
  });
}

/** Writes files and encrypts them in place for the first throw-away key. @throws Error where that fails */
export async function writeEncrypted(
  cwd: string,
  files: Readonly<Record<string, string>>,
  flags: readonly string[] = ["--age", AGE_RECIPIENT],
): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), text);
  }
  const args = ["encrypt", "-i", ...flags, ...Object.keys(files)];
  // Some time ago, so that a change shows in the file's time.
  const now = new Date("2026-01-02T03:04:05Z");
  const { exitCode, stderr } = await runWithKeys(args, cwd, { now });
  if (exitCode !== 0) throw new Error(stderr);
}

export function read(cwd: string, name: string): string {
  return readFileSync(join(cwd, name), "utf8");
}

/** Lines of either text that the other does not have in the same order: what `git diff` would count. */
export function changedLines(
  before: string,
  after: string,
): { removed: string[]; added: string[] } {
  const [left, right] = [before.split("\n"), after.split("\n")];
  // Longest common subsequence from the end; the files of tests are short.
  const lengths = Array.from({ length: left.length + 1 }, () =>
    Array.from({ length: right.length + 1 }, () => 0),
  );
  for (let a = left.length - 1; a >= 0; a -= 1) {
    for (let b = right.length - 1; b >= 0; b -= 1) {
      lengths[a]![b] =
        left[a] === right[b]
          ? lengths[a + 1]![b + 1]! + 1
          : Math.max(lengths[a + 1]![b]!, lengths[a]![b + 1]!);
    }
  }
  const removed: string[] = [];
  const added: string[] = [];
  let [a, b] = [0, 0];
  while (a < left.length || b < right.length) {
    if (a < left.length && b < right.length && left[a] === right[b]) {
      a += 1;
      b += 1;
    } else if (
      b >= right.length ||
      (a < left.length && lengths[a + 1]![b]! >= lengths[a]![b + 1]!)
    ) {
      removed.push(left[a] ?? "");
      a += 1;
    } else {
      added.push(right[b] ?? "");
      b += 1;
    }
  }
  return { removed, added };
}
