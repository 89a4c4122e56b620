import { describe, expect, test } from "vitest";

import { parsePublicKey, parsePublicKeyLine } from "../../../../../src/keys/age/ssh/public-key.js";
import { sshRecipient } from "../../../../support/ssh-keys.js";

const ed25519 = sshRecipient("ed25519");
const blob = ed25519.split(" ")[1] ?? "";

/** Strings of the wire, one after the other. */
function wire(...parts: (string | Uint8Array)[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(
      parts.flatMap((part) => {
        const bytes = Buffer.from(part);
        const length = Buffer.alloc(4);
        length.writeUInt32BE(bytes.length);
        return [length, bytes];
      }),
    ),
  );
}

const modulus = Buffer.concat([Buffer.from([0]), Buffer.alloc(256, 0xff)]);

describe("a line of authorized_keys", () => {
  test.each([
    ["as ssh-keygen writes it", ed25519, "ssh-ed25519"],
    ["RSA", sshRecipient("rsa"), "ssh-rsa"],
    ["without a comment", `ssh-ed25519 ${blob}`, "ssh-ed25519"],
    ["with tabulators", `ssh-ed25519\t${blob}\tme`, "ssh-ed25519"],
    ["whose name lies: the key itself counts", `ssh-foo ${blob}`, "ssh-ed25519"],
  ])("%s", (_, line, type) => {
    expect(parsePublicKeyLine(line)).toMatchObject({ type });
  });

  test.each([
    ["only a name", "ssh-ed25519", "no base64"],
    ["no base64", "ssh-ed25519 ****", "no base64"],
    ["base64 that is not canonical", `ssh-ed25519 ${blob}=`, "no base64"],
    ["cut short", `ssh-ed25519 ${blob.slice(0, 40)}`, "wrong length"],
    ["1024 bits", sshRecipient("rsa-short"), "1024 bits is too short"],
    ["another type", sshRecipient("ecdsa").replace("ecdsa", "ssh"), "only ssh-ed25519 and ssh-rsa"],
  ])("refused: %s", (_, line, reason) => {
    expect(parsePublicKeyLine(line)).toContain(reason);
  });
});

test.each<[string, Uint8Array, string]>([
  ["nothing", new Uint8Array(), "cut short"],
  ["a length beyond the end", Uint8Array.of(255, 255, 255, 255), "cut short"],
  ["more after the end", wire("ssh-ed25519", new Uint8Array(32), "x"), "wrong length"],
  ["31 bytes", wire("ssh-ed25519", new Uint8Array(31)), "wrong length"],
  [
    "no point of the curve",
    wire("ssh-ed25519", Uint8Array.of(2, ...new Uint8Array(31))),
    "no point",
  ],
  ["a negative modulus", wire("ssh-rsa", Uint8Array.of(3), modulus.subarray(1)), "damaged"],
  ["no exponent", wire("ssh-rsa", "", modulus), "damaged"],
  ["an even exponent", wire("ssh-rsa", Uint8Array.of(4), modulus), "impossible"],
  ["exponent 1", wire("ssh-rsa", Uint8Array.of(1), modulus), "impossible"],
  [
    "a modulus that takes hours",
    wire("ssh-rsa", Uint8Array.of(3), Buffer.concat([Buffer.from([0]), Buffer.alloc(4096, 0xff)])),
    "impossible",
  ],
])("hostile keys: %s", (_, bytes, reason) => {
  expect(parsePublicKey(bytes)).toContain(reason);
});
