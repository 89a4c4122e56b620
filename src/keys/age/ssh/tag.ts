import { createHash } from "node:crypto";

import { encodeUnpadded } from "../stanza.js";

/** What an SSH stanza says of its recipient: enough to find the key, or the wrong one once in four billion. */
export function sshTag(wire: Uint8Array): string {
  return encodeUnpadded(createHash("sha256").update(wire).digest().subarray(0, 4));
}

/** As `ssh-keygen -l` shows it. */
export function sshFingerprint(wire: Uint8Array): string {
  return `SHA256:${encodeUnpadded(createHash("sha256").update(wire).digest())}`;
}
