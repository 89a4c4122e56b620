/** Files sealed and opened through the command line, in memory: for tests that do so thousands of times. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, vi } from "vitest";

import { ageKeyType } from "../../src/keys/age/key-type.js";
import { type CliResult, runCli } from "./cli.js";
import { AGE_RECIPIENT, VECTOR_KEYS_DIR } from "./vectors.js";

export const LAYOUTS = ["source", "sops"] as const;
export type LayoutName = (typeof LAYOUTS)[number];

/** Ends of file names that choose the five formats. */
export const EXTENSIONS = ["yaml", "json", "env", "ini", "bin"] as const;
export type Extension = (typeof EXTENSIONS)[number];

export const IDENTITY_ENV: Readonly<Record<string, string>> = {
  SOPS_AGE_KEY_FILE: join(VECTOR_KEYS_DIR, "age.txt"),
};

let folder: string | undefined;

/** A folder without any configuration. */
function emptyFolder(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), "leafseal-sealing-"));
    process.on("exit", () => {
      rmSync(made, { recursive: true, force: true });
    });
    folder = made;
  }
  return folder;
}

export interface SealOptions {
  readonly layout?: LayoutName;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly now?: Date;
}

function run(
  verb: string,
  data: Uint8Array | string,
  extension: string,
  { layout = "source", args = [], env = IDENTITY_ENV, now }: SealOptions,
): Promise<CliResult> {
  return runCli([verb, "--filename-override", `f.${extension}`, "--layout", layout, ...args], {
    cwd: emptyFolder(),
    env,
    stdin: data,
    ...(now === undefined ? {} : { now }),
  });
}

/** `leafseal encrypt` of standard input for the first test identity. */
export function trySeal(
  plain: Uint8Array | string,
  extension: string,
  options: SealOptions = {},
): Promise<CliResult> {
  const args = ["--age", AGE_RECIPIENT, ...(options.args ?? [])];
  return run("encrypt", plain, extension, { ...options, args });
}

/** `leafseal decrypt` of standard input with the first test identity. */
export function tryOpen(
  sealed: Uint8Array | string,
  extension: string,
  options: SealOptions = {},
): Promise<CliResult> {
  return run("decrypt", sealed, extension, options);
}

function succeeded({ exitCode, stdout, stderr }: CliResult): Buffer {
  if (exitCode !== 0) throw new Error(`exit ${exitCode}: ${stderr}`);
  return stdout;
}

/** @throws Error where it does not succeed */
export async function seal(
  plain: Uint8Array | string,
  extension: string,
  options: SealOptions = {},
): Promise<Buffer> {
  return succeeded(await trySeal(plain, extension, options));
}

/** @throws Error where it does not succeed */
export async function open(
  sealed: Uint8Array | string,
  extension: string,
  options: SealOptions = {},
): Promise<Buffer> {
  return succeeded(await tryOpen(sealed, extension, options));
}

/**
 * For this test file: age hands out tokens for data keys instead of wrapping them, which costs most of the time of a
 * small file. Anything that is no token goes to the real one. Call it at the top of a test file.
 *
 * @returns what knows the data key of a YAML file
 */
export function withoutKeyCost(): { readonly dataKeyOf: (sealed: string) => Uint8Array } {
  const dataKeys = new Map<string, Uint8Array>();
  beforeAll(async () => {
    const client = await ageKeyType.load();
    const unwrap = client.unwrap.bind(client);
    vi.spyOn(client, "wrap").mockImplementation((_key, dataKey) => {
      const token = randomBytes(48).toString("base64");
      const text = `-----BEGIN AGE ENCRYPTED FILE-----\n${token}\n-----END AGE ENCRYPTED FILE-----\n`;
      dataKeys.set(text, new Uint8Array(dataKey));
      return Promise.resolve(text);
    });
    vi.spyOn(client, "unwrap").mockImplementation((key, context) => {
      const dataKey = dataKeys.get(key.enc);
      return dataKey === undefined
        ? unwrap(key, context)
        : Promise.resolve(new Uint8Array(dataKey));
    });
  });
  afterAll(() => {
    vi.restoreAllMocks();
  });
  return {
    dataKeyOf(sealed) {
      const text = sealed.replaceAll(/^ +/gm, "");
      const found = [...dataKeys].find(([token]) => text.includes(token))?.[1];
      if (found === undefined) throw new Error("the file has no data key of this test");
      return found;
    },
  };
}
