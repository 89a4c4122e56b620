import { constants, createPublicKey, publicEncrypt } from "node:crypto";

import { concatBytes } from "../../../support/text.js";
import { deriveKey, encodeUnpadded, sealFileKey, type FileKeyWrapper } from "../stanza.js";
import { scalarMultiply, scalarMultiplyBase } from "../x25519.js";
import type { Ed25519PublicKey, RsaPublicKey, SshPublicKey } from "./public-key.js";
import { sshTag } from "./tag.js";

export const ED25519_LABEL = "age-encryption.org/v1/ssh-ed25519";
export const RSA_LABEL: Buffer = Buffer.from("age-encryption.org/v1/ssh-rsa");

/** spec: keys.md §5.4 */
export function createSshRecipient(
  key: SshPublicKey,
  randomBytes: (length: number) => Uint8Array,
): FileKeyWrapper {
  return (fileKey) =>
    Promise.resolve([
      key.type === "ssh-rsa"
        ? { args: [key.type, sshTag(key.wire)], body: encryptRsa(key, fileKey) }
        : wrapEd25519(key, fileKey, randomBytes(32)),
    ]);
}

function wrapEd25519(key: Ed25519PublicKey, fileKey: Uint8Array, ephemeral: Uint8Array) {
  try {
    const share = scalarMultiplyBase(ephemeral);
    const point = scalarMultiply(ephemeral, key.montgomery);
    const shared = point === null ? null : scalarMultiply(ed25519Tweak(key.wire), point);
    if (shared === null) {
      throw new Error("the ssh-ed25519 key is a point of low order");
    }
    const wrapKey = deriveKey(shared, concatBytes([share, key.montgomery]), ED25519_LABEL);
    return {
      args: [key.type, sshTag(key.wire), encodeUnpadded(share)],
      body: sealFileKey(fileKey, wrapKey),
    };
  } finally {
    ephemeral.fill(0);
  }
}

/** Binds the shared secret to the SSH key and to this use of it. */
export function ed25519Tweak(wire: Uint8Array): Uint8Array {
  return deriveKey(new Uint8Array(), wire, ED25519_LABEL);
}

function encryptRsa(key: RsaPublicKey, fileKey: Uint8Array): Uint8Array {
  const n = Buffer.from(key.modulus).toString("base64url");
  const e = Buffer.from(key.exponent).toString("base64url");
  const publicKey = createPublicKey({ key: { kty: "RSA", n, e }, format: "jwk" });
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return new Uint8Array(
    publicEncrypt({ key: publicKey, padding, oaepHash: "sha256", oaepLabel: RSA_LABEL }, fileKey),
  );
}
