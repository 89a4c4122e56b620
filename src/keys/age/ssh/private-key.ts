import type { SshKeyFile } from "./key-file.js";
import { parseOpensshKey } from "./openssh-key.js";
import { parsePemKey } from "./pem-key.js";

/**
 * A private key as `ssh-keygen` writes it: in the format of OpenSSH, or in PEM.
 *
 * @returns what is wrong, as a phrase without any of the content
 */
export function parseSshKeyFile(bytes: Uint8Array): SshKeyFile | string {
  const text = Buffer.from(bytes).toString("latin1");
  return text.includes("-----BEGIN OPENSSH PRIVATE KEY-----")
    ? parseOpensshKey(text)
    : parsePemKey(text);
}
