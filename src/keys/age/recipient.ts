import type { SopsError } from "../../support/errors.js";
import { showText } from "../../support/text.js";
import { notBuiltIn } from "../not-built-in.js";
import { invalidRecipient } from "../recipient-list.js";
import { decodeBech32 } from "./bech32.js";

/** What a recipient is, by its prefix (keys.md §5.1). */
export type AgeRecipientKind = "x25519" | "hybrid" | "plugin" | "ssh" | "unknown";

const X25519_LENGTH = 32;
const HYBRID_LENGTH = 1216;

export function recipientKind(recipient: string): AgeRecipientKind {
  if (recipient.startsWith("age1pq1")) {
    return "hybrid";
  }
  if (recipient.startsWith("age1")) {
    return recipient.includes("1", "age1".length) ? "plugin" : "x25519";
  }
  return recipient.startsWith("ssh-") ? "ssh" : "unknown";
}

/** @returns why nothing can be wrapped for this recipient, `null` when it is in order */
export function checkRecipient(recipient: string): SopsError | null {
  switch (recipientKind(recipient)) {
    case "x25519":
      return checkBech32(recipient, "age", X25519_LENGTH);
    case "hybrid":
      return checkBech32(recipient, "age1pq", HYBRID_LENGTH);
    case "plugin":
    case "ssh":
      return notBuiltIn(describeKind(recipient));
    case "unknown":
      return invalidRecipient(`unknown recipient type: ${describeUnknown(recipient)}`);
  }
}

/** The kind in words, for messages that say that it is missing. */
export function describeKind(recipient: string): string {
  switch (recipientKind(recipient)) {
    case "ssh":
      return "SSH recipients of age";
    case "plugin": {
      const name = recipient.slice("age1".length, recipient.lastIndexOf("1"));
      return `recipients of the plugin age-plugin-${showText(name)}`;
    }
    default:
      return "recipients of this kind";
  }
}

function checkBech32(recipient: string, prefix: string, length: number): SopsError | null {
  const decoded = decodeBech32(recipient);
  let reason: string | null = null;
  if (typeof decoded === "string") {
    reason = decoded;
  } else if (decoded.prefix !== prefix || decoded.bytes.length !== length) {
    reason = "wrong length";
  }
  return reason === null
    ? null
    : invalidRecipient(`malformed recipient "${showText(recipient)}": ${reason}`);
}

/** Never the text of something that could be a private key. */
function describeUnknown(recipient: string): string {
  if (recipient === "") {
    return "an element of the list is empty";
  }
  if (/^age-(secret-key|plugin)-/i.test(recipient) || recipient.includes("PRIVATE KEY")) {
    return "this is an identity, which is secret; a recipient begins with age1";
  }
  return "a recipient begins with age1 or ssh-";
}
