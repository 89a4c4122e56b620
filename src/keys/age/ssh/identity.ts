import { constants, createHash, privateDecrypt, type KeyObject } from "node:crypto";

import { concatBytes } from "../../../support/text.js";
import {
  argumentsOf,
  DamagedStanzaError,
  decodeUnpadded,
  deriveKey,
  openFileKey,
  type AgeIdentity,
  type Stanza,
} from "../stanza.js";
import { POINT_LENGTH, scalarMultiply, scalarMultiplyBase } from "../x25519.js";
import type { SshSecret } from "./key-file.js";
import type { SshPublicKey } from "./public-key.js";
import { ED25519_LABEL, ed25519Tweak, RSA_LABEL } from "./recipient.js";
import { sshTag } from "./tag.js";

const FILE_KEY_LENGTH = 16;

/**
 * @param unlock - gives the private half; called only when a stanza has the tag of `publicKey`
 */
export function createSshIdentity(
  publicKey: SshPublicKey,
  unlock: () => Promise<SshSecret>,
): AgeIdentity {
  const tag = sshTag(publicKey.wire);
  return {
    async unwrap({ stanzas }) {
      const mine = stanzas.find(({ args }) => args[0] === publicKey.type && args[1] === tag);
      if (mine === undefined) {
        return null;
      }
      const secret = await unlock();
      // A stanza with our tag that does not open is damaged: the tag of another key is ours once in four billion.
      const fileKey =
        secret.type === "ssh-rsa"
          ? openRsa(mine, secret.key)
          : openEd25519(mine, secret.seed, publicKey.wire);
      if (fileKey === null) {
        throw new DamagedStanzaError(publicKey.type);
      }
      return fileKey;
    },
  };
}

function openRsa(stanza: Stanza, key: KeyObject): Uint8Array | null {
  argumentsOf(stanza, 1);
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  try {
    const fileKey = privateDecrypt(
      { key, padding, oaepHash: "sha256", oaepLabel: RSA_LABEL },
      stanza.body,
    );
    return fileKey.length === FILE_KEY_LENGTH ? new Uint8Array(fileKey) : null;
  } catch {
    return null;
  }
}

function openEd25519(stanza: Stanza, seed: Uint8Array, wire: Uint8Array): Uint8Array | null {
  const [, text = ""] = argumentsOf(stanza, 2);
  const share = decodeUnpadded(text);
  if (share?.length !== POINT_LENGTH) {
    return null;
  }
  const scalar = createHash("sha512").update(seed).digest().subarray(0, 32);
  try {
    const point = scalarMultiply(scalar, share);
    const shared = point === null ? null : scalarMultiply(ed25519Tweak(wire), point);
    if (shared === null) {
      return null;
    }
    const key = deriveKey(shared, concatBytes([share, scalarMultiplyBase(scalar)]), ED25519_LABEL);
    return openFileKey(stanza.body, key, "ssh-ed25519");
  } finally {
    scalar.fill(0);
  }
}
