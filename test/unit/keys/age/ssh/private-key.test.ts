import { describe, expect, test } from "vitest";

import { parseSshKeyFile } from "../../../../../src/keys/age/ssh/private-key.js";
import { createSshIdentity } from "../../../../../src/keys/age/ssh/identity.js";
import { parsePublicKeyLine } from "../../../../../src/keys/age/ssh/public-key.js";
import { createSshRecipient } from "../../../../../src/keys/age/ssh/recipient.js";
import type { SshKeyFile } from "../../../../../src/keys/age/ssh/key-file.js";
import { sshKey, SSH_PASSPHRASE, sshRecipient } from "../../../../support/ssh-keys.js";

const fileKey = Uint8Array.from({ length: 16 }, (_, index) => index);
const passphrase = Buffer.from(SSH_PASSPHRASE);

function keyFile(name: string): SshKeyFile {
  const key = parseSshKeyFile(sshKey(name));
  if (typeof key === "string") throw new Error(key);
  return key;
}

function publicKeyOf(name: string) {
  const key = parsePublicKeyLine(sshRecipient(name));
  if (typeof key === "string") throw new Error(key);
  return key;
}

describe.each([
  ["ed25519", "ed25519", false],
  ["ed25519-ctr", "ed25519", true],
  ["ed25519-cbc", "ed25519", true],
  ["ed25519-gcm", "ed25519", true],
  ["rsa", "rsa", false],
  ["rsa-ctr", "rsa", true],
  ["rsa-pkcs1", "rsa", false],
  ["rsa-pkcs8", "rsa", false],
  ["rsa-pkcs1-protected", "rsa", true],
  ["rsa-pkcs8-protected", "rsa", true],
])("the private key file %s", (name, recipient, isProtected) => {
  test("belongs to its public key", () => {
    const key = keyFile(name);
    expect(key.isProtected).toBe(isProtected);
    const isKnownBefore = !name.startsWith("rsa-pkcs") || !isProtected;
    expect(key.publicKey).toEqual(isKnownBefore ? publicKeyOf(recipient) : null);
  });

  test("opens what is wrapped for it, also a second time", async () => {
    const publicKey = publicKeyOf(recipient);
    const random = (length: number) => new Uint8Array(length).fill(7);
    const stanzas = await createSshRecipient(publicKey, random)(fileKey);
    for (let time = 0; time < 2; time += 1) {
      const secret = keyFile(name).unlock(isProtected ? passphrase : null);
      const identity = createSshIdentity(publicKey, () => Promise.resolve(secret));
      expect(await identity.unwrap({ stanzas, file: new Uint8Array() })).toEqual(fileKey);
    }
  });
});

test.each([
  "ed25519-ctr",
  "ed25519-cbc",
  "ed25519-gcm",
  "rsa-pkcs1-protected",
  "rsa-pkcs8-protected",
])("a wrong passphrase for %s is called that", (name) => {
  expect(() => keyFile(name).unlock(Buffer.from("wrong"))).toThrowError(
    /^the passphrase is wrong$/,
  );
});

test("an Ed25519 key in PKCS #8 has a public key", () => {
  const key = keyFile("ed25519-pkcs8");
  expect(key.publicKey?.type).toBe("ssh-ed25519");
  expect(key.unlock(null).type).toBe("ssh-ed25519");
});

test.each([
  ["another type", sshKey("ecdsa"), "only ssh-ed25519 and ssh-rsa keys can be used"],
  ["a public key", Buffer.from(sshRecipient("rsa")), "no private key"],
  ["nothing", new Uint8Array(), "no private key"],
  ["any bytes", Uint8Array.of(0, 255, 128), "no private key"],
  ["damaged PEM", sshKey("rsa-pkcs1").filter((_, index) => index < 300 || index > 400), "damaged"],
  ["no base64", Buffer.from("-----BEGIN OPENSSH PRIVATE KEY-----\nSECRET!"), "damaged"],
])("not a key: %s", (_, bytes, reason) => {
  const result = parseSshKeyFile(new Uint8Array(bytes));
  expect(result).toContain(reason);
  expect(result).not.toContain("SECRET");
});

test("a cipher that is not known is named as that", () => {
  const key = keyFile("ed25519-chacha");
  expect(() => key.unlock(passphrase)).toThrowError("a cipher that is not known");
});

test("every cut of a key file is refused cleanly", () => {
  const text = Buffer.from(sshKey("ed25519")).toString("latin1");
  const end = text.indexOf("-----END");
  for (let length = 36; length < end - 2; length += 5) {
    const cut = parseSshKeyFile(Buffer.from(`${text.slice(0, length)}\n${text.slice(end)}`));
    if (typeof cut !== "string") {
      expect(() => cut.unlock(null)).toThrowError(/damaged/);
    }
  }
});

test("settings that would keep the machine busy for days are refused", () => {
  const [head = "", body = "", tail = ""] = Buffer.from(sshKey("ed25519-ctr"))
    .toString("latin1")
    .split(/(?<=OPENSSH PRIVATE KEY-----\n)|(?=-----END)/);
  const bytes = Buffer.from(body, "base64");
  const rounds = bytes.indexOf("bcrypt") + "bcrypt".length + 4 + 4 + 16;
  expect(bytes.readUInt32BE(rounds)).toBe(2);
  bytes.writeUInt32BE(0xffffffff, rounds);
  const key = parseSshKeyFile(Buffer.from(head + bytes.toString("base64") + tail));
  expect(() => (key as SshKeyFile).unlock(passphrase)).toThrowError("impossible settings");
});

describe("stanzas", () => {
  const unlocked = keyFile("ed25519").unlock(null);
  const publicKey = publicKeyOf("ed25519");

  async function stanza() {
    const random = (length: number) => new Uint8Array(length).fill(9);
    const [made] = await createSshRecipient(publicKey, random)(fileKey);
    if (made === undefined) throw new Error("no stanza");
    return made;
  }

  test("of other keys are not even looked at, so nobody is asked for a passphrase", async () => {
    const { args, body } = await stanza();
    const identity = createSshIdentity(publicKey, () => Promise.reject(new Error("asked")));
    for (const other of [
      ["ssh-ed25519", "AAAAAA", args[2] ?? ""],
      ["ssh-rsa", args[1] ?? ""],
      ["X25519"],
    ]) {
      const stanzas = [{ args: other, body }];
      expect(await identity.unwrap({ stanzas, file: new Uint8Array() })).toBeNull();
    }
  });

  test.each<[string, (args: string[], body: Uint8Array) => [string[], Uint8Array]]>([
    ["a changed body", (args, body) => [args, body.map((byte) => byte ^ 1)]],
    ["a short body", (args, body) => [args, body.subarray(1)]],
    ["no share", (args, body) => [args.slice(0, 2), body]],
    ["one argument more", (args, body) => [[...args, "x"], body]],
    ["a share of low order", (args, body) => [[...args.slice(0, 2), "A".repeat(43)], body]],
    ["padded base64", (args, body) => [[...args.slice(0, 2), `${args[2] ?? ""}=`], body]],
  ])("with our tag and %s are damaged", async (_, change) => {
    const { args, body } = await stanza();
    const [newArgs, newBody] = change(args, body);
    const identity = createSshIdentity(publicKey, () => Promise.resolve(unlocked));
    await expect(
      identity.unwrap({ stanzas: [{ args: newArgs, body: newBody }], file: new Uint8Array() }),
    ).rejects.toThrowError("damaged");
  });
});
