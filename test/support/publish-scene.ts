/** What the tests of `publish` share: encrypted files with rules for where they go, and both programs. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { runCli, type CliResult } from "./cli.js";
import { writeEncrypted } from "./encrypted.js";
import { runRealSops } from "./tools.js";
import { AGE_RECIPIENT, VECTOR_KEYS_DIR } from "./vectors.js";

export type Environment = Readonly<Record<string, string>>;

export interface RunOptions {
  readonly env?: Environment;
  readonly stdin?: string;
}

/** Writes `.sops.yaml` with these destination rules; JSON is YAML. */
export function writeRules(folder: string, ...rules: readonly object[]): void {
  writeFileSync(join(folder, ".sops.yaml"), JSON.stringify({ destination_rules: rules }));
}

/** Encrypted for the first throw-away key, in sops's layout, as the real sops would have. */
export function writeSecrets(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  return writeEncrypted(folder, files, ["--layout", "sops", "--age", AGE_RECIPIENT]);
}

function environment(folder: string, env: Environment | undefined): Record<string, string> {
  return { HOME: folder, SOPS_AGE_KEY_FILE: join(VECTOR_KEYS_DIR, "age.txt"), ...env };
}

export function publishOurs(
  folder: string,
  args: readonly string[],
  { env, stdin = "" }: RunOptions = {},
): Promise<CliResult> {
  return runCli(["publish", ...args], { cwd: folder, env: environment(folder, env), stdin });
}

export function publishReal(
  folder: string,
  args: readonly string[],
  { env, stdin = "" }: RunOptions = {},
): Promise<CliResult> {
  return runRealSops(["publish", ...args], { cwd: folder, env: environment(folder, env), stdin });
}
