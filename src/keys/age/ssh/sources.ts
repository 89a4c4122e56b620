/** The sources of SSH private keys (spec: keys.md §5.2). */
import * as path from "node:path";

import { decodeUtf8, showText } from "../../../support/text.js";
import type { KeyContext } from "../../key-type.js";
import { absent, found, problem, type Candidate, type IdentitySource } from "../identity-source.js";
import { runKeyCommand } from "../key-command.js";
import { readKeyFile } from "../key-file.js";
import { askAtTerminal } from "../passphrase.js";
import { createSshIdentity } from "./identity.js";
import type { SshKeyFile, SshSecret } from "./key-file.js";
import { parseSshKeyFile } from "./private-key.js";
import { parsePublicKeyLine, type SshPublicKey } from "./public-key.js";
import { sshFingerprint } from "./tag.js";

export function loadSshFileVariable(context: KeyContext): IdentitySource {
  const name = "SOPS_AGE_SSH_PRIVATE_KEY_FILE";
  const file = context.machine.env[name];
  return file === undefined
    ? absent(name)
    : fromFile(name, path.resolve(context.machine.cwd, file), context, false);
}

/** May answer differently for each recipient. A key under a passphrase is refused, as sops does. */
export async function loadSshCommand(
  context: KeyContext,
  recipient: string,
): Promise<IdentitySource> {
  const name = "SOPS_AGE_SSH_PRIVATE_KEY_CMD";
  const output = await runKeyCommand(name, recipient, context);
  if (!(output instanceof Uint8Array)) {
    return output;
  }
  const key = parseSshKeyFile(output);
  if (typeof key === "string") {
    return problem(name, key);
  }
  const { publicKey } = key;
  return publicKey === null || key.isProtected
    ? problem(name, "the private key is protected by a passphrase, which cannot be used here")
    : found(name, [
        candidateOf(
          publicKey,
          once(() => Promise.resolve(key.unlock(null))),
        ),
      ]);
}

/** Also read where the variables are set. */
export function loadDefaultSshFile(file: string, context: KeyContext): IdentitySource {
  return fromFile(file, file, context, true);
}

function fromFile(
  name: string,
  file: string,
  context: KeyContext,
  mayBeMissing: boolean,
): IdentitySource {
  const bytes = readKeyFile(name, file, context, mayBeMissing);
  if (!(bytes instanceof Uint8Array)) {
    return bytes;
  }
  const key = parseSshKeyFile(bytes);
  if (typeof key === "string") {
    return problem(name, key);
  }
  const publicKey = key.publicKey ?? readPublicKeyBeside(file, context);
  return publicKey === null
    ? problem(name, "is protected, and there is no public key beside it to tell whose it is")
    : found(name, [
        candidateOf(
          publicKey,
          once(() => unlockFile(key, file, context)),
        ),
      ]);
}

function readPublicKeyBeside(file: string, { machine }: KeyContext): SshPublicKey | null {
  try {
    const line = decodeUtf8(machine.fs.readFileSync(`${file}.pub`));
    const key = line === null ? "not text" : parsePublicKeyLine(line);
    return typeof key === "string" ? null : key;
  } catch {
    return null;
  }
}

async function unlockFile(
  key: SshKeyFile,
  file: string,
  { machine }: KeyContext,
): Promise<SshSecret> {
  if (!key.isProtected) {
    return key.unlock(null);
  }
  const passphrase = await askAtTerminal(machine, `Enter passphrase for ${showText(file)}`);
  try {
    return key.unlock(passphrase);
  } finally {
    passphrase.fill(0);
  }
}

function candidateOf(publicKey: SshPublicKey, unlock: () => Promise<SshSecret>): Candidate {
  return {
    identity: createSshIdentity(publicKey, unlock),
    turn: "at-once",
    describe: () => Promise.resolve(`${publicKey.type} ${sshFingerprint(publicKey.wire)}`),
  };
}

/** Once a run, whatever comes of it. */
function once<Value>(work: () => Promise<Value>): () => Promise<Value> {
  let result: Promise<Value> | undefined;
  return () => (result ??= work());
}
