import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

import { concatBytes, encodeText } from "../../../support/text.js";
import { WRONG_PASSPHRASE, type SshKeyFile, type SshSecret } from "./key-file.js";
import { parsePublicKey, type SshPublicKey } from "./public-key.js";

const NOT_A_KEY = "is no private key in the format of OpenSSH or in PEM";
const UNSUPPORTED = "only Ed25519 and RSA keys can be used";

/** PKCS #1 and PKCS #8, protected or not. @returns what is wrong, as a phrase */
export function parsePemKey(text: string): SshKeyFile | string {
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    return NOT_A_KEY;
  }
  if (/^Proc-Type: *4, *ENCRYPTED|-----BEGIN ENCRYPTED PRIVATE KEY-----/m.test(text)) {
    return {
      publicKey: null,
      isProtected: true,
      unlock: (passphrase) => unlock(text, passphrase ?? new Uint8Array()),
    };
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch {
    return "the private key is damaged";
  }
  const publicKey = publicKeyOf(key);
  const secret = secretOf(key);
  if (publicKey === null || secret === null) {
    return UNSUPPORTED;
  }
  return { publicKey, isProtected: false, unlock: () => secret };
}

function unlock(text: string, passphrase: Uint8Array): SshSecret {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: text, passphrase: Buffer.from(passphrase) });
  } catch {
    throw new Error(WRONG_PASSPHRASE);
  }
  const secret = secretOf(key);
  if (secret === null) {
    throw new Error(UNSUPPORTED);
  }
  return secret;
}

function secretOf(key: KeyObject): SshSecret | null {
  switch (key.asymmetricKeyType) {
    case "rsa":
      return { type: "ssh-rsa", key };
    case "ed25519": {
      const { d = "" } = key.export({ format: "jwk" });
      return { type: "ssh-ed25519", seed: new Uint8Array(Buffer.from(d, "base64url")) };
    }
    default:
      return null;
  }
}

function publicKeyOf(key: KeyObject): SshPublicKey | null {
  const { x = "", n = "", e = "" } = createPublicKey(key).export({ format: "jwk" });
  const parts =
    key.asymmetricKeyType === "rsa"
      ? [encodeText("ssh-rsa"), positive(e), positive(n)]
      : [encodeText("ssh-ed25519"), new Uint8Array(Buffer.from(x, "base64url"))];
  const parsed = parsePublicKey(concatBytes(parts.map(wireString)));
  return typeof parsed === "string" ? null : parsed;
}

/** With a zero byte where the number would else be negative. */
function positive(base64url: string): Uint8Array {
  const bytes = Buffer.from(base64url, "base64url");
  return concatBytes([new Uint8Array((bytes[0] ?? 0) >> 7), bytes]);
}

function wireString(bytes: Uint8Array): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return concatBytes([length, bytes]);
}
