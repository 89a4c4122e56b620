/** The four sources of identities in text: `AGE-SECRET-KEY-1…` and the like (spec: keys.md §5.2). */
import * as path from "node:path";

import { decodeUtf8, encodeText } from "../../support/text.js";
import type { KeyContext } from "../key-type.js";
import { candidateOf } from "./candidates.js";
import { absent, found, problem, type IdentitySource } from "./identity-source.js";
import { parseIdentityText } from "./identity-text.js";
import { runKeyCommand } from "./key-command.js";
import { readKeyFile } from "./key-file.js";
import { createProtectedCandidate, isAgeFile } from "./protected-identities.js";

export function loadKeyVariable(context: KeyContext): IdentitySource {
  const name = "SOPS_AGE_KEY";
  const text = context.machine.env[name];
  return text === undefined ? absent(name) : fromBytes(name, encodeText(text), context, true);
}

export function loadKeyFileVariable(context: KeyContext): IdentitySource {
  const name = "SOPS_AGE_KEY_FILE";
  const file = context.machine.env[name];
  return file === undefined
    ? absent(name)
    : fromFile(name, path.resolve(context.machine.cwd, file), context, false);
}

/** May answer differently for each recipient. */
export async function loadKeyCommand(
  context: KeyContext,
  recipient: string,
): Promise<IdentitySource> {
  const name = "SOPS_AGE_KEY_CMD";
  const output = await runKeyCommand(name, recipient, context);
  return output instanceof Uint8Array ? fromBytes(name, output, context) : output;
}

export function loadDefaultKeyFile(context: KeyContext): IdentitySource {
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
  mayBeMissing: boolean,
): IdentitySource {
  const bytes = readKeyFile(name, file, context, mayBeMissing);
  return bytes instanceof Uint8Array ? fromBytes(name, bytes, context) : bytes;
}

function fromBytes(
  name: string,
  bytes: Uint8Array,
  context: KeyContext,
  isSplitAtBlanks = false,
): IdentitySource {
  if (isAgeFile(bytes)) {
    return found(name, [createProtectedCandidate(name, bytes, context)]);
  }
  const text = decodeUtf8(bytes);
  const parsed = text === null ? "is not UTF-8 text" : parseIdentityText(text, isSplitAtBlanks);
  return typeof parsed === "string"
    ? problem(name, parsed)
    : found(
        name,
        parsed.map((identity) => candidateOf(identity, context)),
      );
}
