import { expect, test } from "vitest";

import { checkRecipient, recipientKind } from "../../../../src/keys/age/recipient.js";
import { keyTypeOf } from "../../../../src/keys/registry.js";
import { sshRecipient } from "../../../support/ssh-keys.js";
import { TOY_RECIPIENT } from "../../../support/toy-plugin.js";
import { AGE_RECIPIENT } from "../../../support/vectors.js";

const TAG = "age1tag1qgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqydpmt7j";
const ed25519 = sshRecipient("ed25519");

test.each([
  [AGE_RECIPIENT, "native"],
  [TAG, "native"],
  ["age1pq1x", "native"],
  ["age1tagpq1x", "native"],
  [TOY_RECIPIENT, "plugin"],
  ["age1yubikey1x", "plugin"],
  [ed25519, "ssh"],
  ["ecdsa-sha2-nistp256 AAAA", "unknown"],
  ["github:someone", "unknown"],
  [AGE_RECIPIENT.toUpperCase(), "unknown"],
  ["", "unknown"],
])("%s is of kind %s", (recipient, kind) => {
  expect(recipientKind(recipient)).toBe(kind);
});

test.each([
  ed25519,
  ed25519.replace("ssh-ed25519", "ssh-foo"),
  sshRecipient("rsa"),
  TOY_RECIPIENT,
  TAG,
])("%s is in order", (recipient) => {
  expect(checkRecipient(recipient)).toBeNull();
});

test.each([
  ["", "unknown recipient type: an element of the list is empty"],
  ["github:someone", "unknown recipient type: a recipient begins with age1 or ssh-"],
  [sshRecipient("ecdsa"), "unknown recipient type"],
  [sshRecipient("rsa-short"), "an RSA key of 1024 bits is too short, 2048 are needed"],
  ["ssh-ed25519 x", "there is no base64 after the type"],
  [`${AGE_RECIPIENT.slice(0, -1)}q`, "invalid checksum"],
  [`${TOY_RECIPIENT.slice(0, -1)}q`, "invalid checksum"],
  ["age1x/y1w3hhjepdgw6", "the name of the plugin has a character that is not allowed"],
  ["age1pq1qqqqqqqqqqqqqq", "malformed recipient"],
  [`ssh-ed25519 ${"A".repeat(4000)}`, "AAAA…"],
  ["ssh-\u001b[2J", "ssh-\\x1b[2J"],
])("%s is refused", (recipient, reason) => {
  const error = checkRecipient(recipient);
  expect(error?.code).toBe("INVALID_RECIPIENT");
  expect(error?.message).toContain(reason);
  expect(error?.message.length).toBeLessThan(200);
});

test("an SSH recipient keeps its whole line, with the comment", () => {
  const [key] = keyTypeOf("age").parse(`  ${ed25519} `);
  expect(key?.display).toBe(ed25519);
});

test("a private key given as a recipient is not shown", () => {
  for (const secret of ["AGE-SECRET-KEY-1QQQ", "-----BEGIN OPENSSH PRIVATE KEY-----\nQQQ"]) {
    expect(checkRecipient(secret)?.message).toContain("unknown recipient type");
    expect(checkRecipient(secret)?.message).not.toContain("QQQ");
  }
});
