/** The throw-away SSH keys of `fixtures/keys/ssh/`. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../fixtures/keys/ssh/", import.meta.url));

/** Of all those that are protected. */
export const SSH_PASSPHRASE = "correct horse";

export function sshKey(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(FOLDER, name)));
}

/** The line of the `.pub` file, with its comment. */
export function sshRecipient(name: string): string {
  return readFileSync(join(FOLDER, `${name}.pub`), "utf8").trim();
}

/** A copy with the mode that a private key has; a checkout of Git does not keep it. @returns its path */
export function placeSshKey(name: string, folder: string, as: string = name): string {
  const path = join(folder, as);
  writeFileSync(path, sshKey(name), { mode: 0o600 });
  return path;
}
