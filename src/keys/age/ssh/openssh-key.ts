import { createPrivateKey, type KeyObject } from "node:crypto";

import { encodeText, equalBytes } from "../../../support/text.js";
import { unlockOpenssh, type LockedKey } from "./openssh-cipher.js";
import type { SshKeyFile, SshSecret } from "./key-file.js";
import { parsePublicKey, type SshPublicKey } from "./public-key.js";
import { nameOf, readWire, unsigned, type WireReader } from "./wire.js";

const MAGIC = encodeText("openssh-key-v1\0");
const ARMOR =
  /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]*)-----END OPENSSH PRIVATE KEY-----/;
const DAMAGED = "the OpenSSH private key is damaged";
const SEED_LENGTH = 32;

/** The format that OpenSSH calls PROTOCOL.key. @returns what is wrong, as a phrase */
export function parseOpensshKey(text: string): SshKeyFile | string {
  const bytes = new Uint8Array(Buffer.from(ARMOR.exec(text)?.[1] ?? "", "base64"));
  if (!equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) {
    return DAMAGED;
  }
  const reader = readWire(bytes.subarray(MAGIC.length));
  const cipher = nameOf(reader.string());
  const kdf = nameOf(reader.string());
  const kdfOptions = reader.string();
  const count = reader.number();
  const wire = reader.string();
  const secret = reader.string();
  if (cipher === null || kdf === null || kdfOptions === null || wire === null || secret === null) {
    return DAMAGED;
  }
  if (count !== 1) {
    return "the OpenSSH private key file holds several keys";
  }
  const publicKey = parsePublicKey(wire);
  if (typeof publicKey === "string") {
    return publicKey;
  }
  const locked = { cipher, kdf, kdfOptions, secret, tag: reader.rest() };
  return {
    publicKey,
    isProtected: cipher !== "none",
    unlock: (passphrase) => unlock(locked, passphrase, publicKey),
  };
}

function unlock(
  locked: LockedKey,
  passphrase: Uint8Array | null,
  publicKey: SshPublicKey,
): SshSecret {
  const section = passphrase === null ? locked.secret.slice() : unlockOpenssh(locked, passphrase);
  try {
    const secret = readSecret(section, publicKey);
    if (secret === null) {
      throw new Error(DAMAGED);
    }
    return secret;
  } finally {
    section.fill(0);
  }
}

/** The section that begins with a number twice: it has been unlocked when both are the same. */
function readSecret(section: Uint8Array, publicKey: SshPublicKey): SshSecret | null {
  const reader = readWire(section);
  if (reader.number() !== reader.number() || nameOf(reader.string()) !== publicKey.type) {
    return null;
  }
  if (publicKey.type === "ssh-rsa") {
    const key = readRsa(reader);
    return key === null ? null : { type: "ssh-rsa", key };
  }
  reader.string();
  const seed = reader.string()?.slice(0, SEED_LENGTH);
  return seed?.length === SEED_LENGTH ? { type: "ssh-ed25519", seed } : null;
}

function readRsa(reader: WireReader): KeyObject | null {
  const names = ["n", "e", "d", "qi", "p", "q"] as const;
  const numbers = names.map((name) => [name, unsigned(reader.string())] as const);
  const fields = new Map<string, bigint>();
  for (const [name, bytes] of numbers) {
    if (bytes === null) {
      return null;
    }
    fields.set(name, BigInt(`0x${Buffer.from(bytes).toString("hex")}`));
  }
  const [d = 0n, p = 0n, q = 0n] = ["d", "p", "q"].map((name) => fields.get(name));
  if (p < 3n || q < 3n) {
    return null;
  }
  fields.set("dp", d % (p - 1n)).set("dq", d % (q - 1n));
  const jwk = Object.fromEntries(Array.from(fields, ([name, value]) => [name, base64url(value)]));
  try {
    return createPrivateKey({ key: { kty: "RSA", ...jwk }, format: "jwk" });
  } catch {
    return null;
  }
}

function base64url(number: bigint): string {
  const hex = number.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex").toString("base64url");
}
