import type { SopsError } from "../../support/errors.js";
import { showText } from "../../support/text.js";
import { invalidRecipient } from "../recipient-list.js";
import { decodeBech32 } from "./bech32.js";
import { pluginOfRecipient } from "./plugin/name.js";
import { parsePublicKeyLine } from "./ssh/public-key.js";

/** What a recipient is, by its prefix (keys.md §5.1). */
export type AgeRecipientKind = "native" | "plugin" | "ssh" | "unknown";

/**
 * Prefix of the text and length of the key of each kind that needs no plugin. The tag kinds are for identities in
 * hardware, which plugins hold; wrapping for them takes the public key only.
 */
const NATIVE: ReadonlyMap<string, number> = new Map([
  ["age", 32],
  ["age1pq", 1216],
  ["age1tag", 33],
  ["age1tagpq", 1249],
]);

const SHOWN_LENGTH = 80;

export function recipientKind(recipient: string): AgeRecipientKind {
  if (recipient.startsWith("age1")) {
    return NATIVE.has(recipient.slice(0, recipient.lastIndexOf("1"))) ? "native" : "plugin";
  }
  return recipient.startsWith("ssh-") ? "ssh" : "unknown";
}

/** @returns why nothing can be wrapped for this recipient, `null` when it is in order */
export function checkRecipient(recipient: string): SopsError | null {
  const reason = reasonAgainst(recipient);
  if (reason === null) {
    return null;
  }
  if (recipientKind(recipient) === "unknown") {
    return invalidRecipient(`unknown recipient type: ${reason}`);
  }
  const isLong = recipient.length > SHOWN_LENGTH;
  const text = `${showText(recipient.slice(0, SHOWN_LENGTH))}${isLong ? "…" : ""}`;
  return invalidRecipient(`malformed recipient "${text}": ${reason}`);
}

function reasonAgainst(recipient: string): string | null {
  switch (recipientKind(recipient)) {
    case "native":
      return reasonAgainstNative(recipient);
    case "ssh": {
      const key = parsePublicKeyLine(recipient);
      return typeof key === "string" ? key : null;
    }
    case "plugin": {
      const name = pluginOfRecipient(recipient);
      return typeof name === "string" ? null : name.reason;
    }
    case "unknown":
      return describeUnknown(recipient);
  }
}

function reasonAgainstNative(recipient: string): string | null {
  const decoded = decodeBech32(recipient);
  if (typeof decoded === "string") {
    return decoded;
  }
  return NATIVE.get(decoded.prefix) === decoded.bytes.length ? null : "wrong length";
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
