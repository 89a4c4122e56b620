/**
 * Where age identities are looked for (spec: keys.md §5.2). All sources are added up; what is wrong with one matters
 * only when none of the others opens the file.
 */
import * as path from "node:path";

import { messageOf } from "../../support/errors.js";
import { splitShellWords } from "../../support/shell-words.js";
import { describeSystemError, systemErrorCode } from "../../support/system-error.js";
import { decodeUtf8, showText } from "../../support/text.js";
import type { KeyContext } from "../key-type.js";
import { parseIdentityText } from "./identity-text.js";

const MAX_LENGTH = 16 * 1024 * 1024;
const SSH_VARIABLES = ["SOPS_AGE_SSH_PRIVATE_KEY_FILE", "SOPS_AGE_SSH_PRIVATE_KEY_CMD"];

/** One place where identities may be, after looking. */
export interface IdentitySource {
  /** Name of the variable, or the path of the default file. */
  readonly name: string;
  /** Secret. */
  readonly identities: readonly string[];
  /** What could not be used, without any of the content; empty when all is well. */
  readonly problems: readonly string[];
  /** Nothing is there: the variable is not set, the file does not exist. */
  readonly isAbsent: boolean;
}

/** The sources that are the same for every key of a run, in the order of use. */
export function loadFixedSources(context: KeyContext): IdentitySource[] {
  const { env } = context.machine;
  const keyText = env["SOPS_AGE_KEY"];
  const keyFile = env["SOPS_AGE_KEY_FILE"];
  return [
    ...SSH_VARIABLES.filter((name) => env[name] !== undefined).map((name) =>
      problem(name, "SSH identities are not built in yet"),
    ),
    keyText === undefined ? absent("SOPS_AGE_KEY") : fromText("SOPS_AGE_KEY", keyText, true),
    keyFile === undefined
      ? absent("SOPS_AGE_KEY_FILE")
      : fromFile("SOPS_AGE_KEY_FILE", path.resolve(context.machine.cwd, keyFile), context),
    fromDefaultFile(context),
  ];
}

/** The source that may answer differently for each recipient: the command of SOPS_AGE_KEY_CMD. */
export async function loadCommandSource(
  context: KeyContext,
  recipient: string,
): Promise<IdentitySource> {
  const name = "SOPS_AGE_KEY_CMD";
  const { env, exec } = context.machine;
  const text = env[name];
  if (text === undefined) {
    return absent(name);
  }
  const words = splitShellWords(text);
  if (words === null) {
    return problem(name, "a quote is not closed, or the text ends in a backslash");
  }
  const [command, ...args] = words;
  if (command === undefined) {
    return problem(name, "is set but empty");
  }
  try {
    const result = await exec({ command, args, env: { ...env, SOPS_AGE_RECIPIENT: recipient } });
    if (result.exitCode !== 0) {
      const how = result.exitCode === null ? "a signal" : `exit status ${result.exitCode}`;
      return problem(name, `the command ended with ${how}`);
    }
    return fromBytes(name, result.stdout);
  } catch (error) {
    return problem(name, messageOf(error));
  }
}

function absent(name: string): IdentitySource {
  return { name, identities: [], problems: [], isAbsent: true };
}

function problem(name: string, reason: string): IdentitySource {
  return { name, identities: [], problems: [reason], isAbsent: false };
}

function fromDefaultFile(context: KeyContext): IdentitySource {
  const directory = configDirectory(context);
  if (directory === null) {
    return problem("the default key file", "neither $XDG_CONFIG_HOME nor $HOME are defined");
  }
  const file = path.join(directory, "sops", "age", "keys.txt");
  return fromFile(file, file, context, true);
}

/** The user's configuration directory (keys.md §5.2). */
function configDirectory({ machine }: KeyContext): string | null {
  if (machine.platform === "win32") {
    return machine.env["AppData"] ?? machine.env["APPDATA"] ?? null;
  }
  const configured = machine.env["XDG_CONFIG_HOME"];
  if (configured !== undefined && configured !== "") {
    return configured;
  }
  if (machine.homeDirectory === null) {
    return null;
  }
  return machine.platform === "darwin"
    ? path.join(machine.homeDirectory, "Library", "Application Support")
    : path.join(machine.homeDirectory, ".config");
}

function fromFile(
  name: string,
  file: string,
  context: KeyContext,
  mayBeMissing = false,
): IdentitySource {
  try {
    const bytes = context.machine.fs.readFileSync(file);
    warnIfReadableByOthers(file, context);
    return fromBytes(name, bytes);
  } catch (error) {
    const code = systemErrorCode(error);
    if (mayBeMissing && (code === "ENOENT" || code === "ENOTDIR")) {
      return absent(name);
    }
    return problem(name, `cannot be read: ${describeSystemError(error)}`);
  }
}

/** spec: security.md T6 */
function warnIfReadableByOthers(file: string, context: KeyContext): void {
  const { fs, platform } = context.machine;
  const stat = fs.statSync(file);
  if (platform !== "win32" && stat.isFile() && (stat.mode & 0o004) !== 0) {
    context.warn(`the age key file ${showText(file)} is readable by other users; chmod 600 it`);
  }
}

function fromBytes(name: string, bytes: Uint8Array): IdentitySource {
  if (bytes.length > MAX_LENGTH) {
    return problem(name, "is longer than 16 MiB");
  }
  const text = decodeUtf8(bytes);
  return text === null ? problem(name, "is not UTF-8 text") : fromText(name, text, false);
}

function fromText(name: string, text: string, isSplitAtBlanks: boolean): IdentitySource {
  if (text.startsWith("age-encryption") || text.startsWith("-----BEGIN AGE")) {
    return problem(name, "passphrase-protected identities are not built in yet");
  }
  const parsed = parseIdentityText(text, isSplitAtBlanks);
  if (typeof parsed === "string") {
    return problem(name, parsed);
  }
  return {
    name,
    identities: parsed.identities,
    problems: parsed.plugins.map(
      (plugin) => `identities of age-plugin-${plugin} are not built in yet`,
    ),
    isAbsent: false,
  };
}
