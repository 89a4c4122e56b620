import { decodeBech32 } from "../bech32.js";

/** spec: security.md T5; no path separator, so a name is never a path */
const NAME = /^[a-z0-9+._-]+$/;

const RECIPIENT_PREFIX = "age1";
const IDENTITY_PREFIX = "age-plugin-";

/** @returns what is wrong, as `{ reason }`, when it is no plugin recipient `age1NAME1…` */
export function pluginOfRecipient(recipient: string): string | { reason: string } {
  return nameIn(recipient, RECIPIENT_PREFIX, "");
}

/** @returns as {@link pluginOfRecipient}, for an identity `AGE-PLUGIN-NAME-1…`; nothing of the text in the reason */
export function pluginOfIdentity(identity: string): string | { reason: string } {
  return identity === identity.toUpperCase()
    ? nameIn(identity, IDENTITY_PREFIX, "-")
    : { reason: "it is not all upper case" };
}

function nameIn(text: string, start: string, end: string): string | { reason: string } {
  const decoded = decodeBech32(text);
  if (typeof decoded === "string") {
    return { reason: decoded };
  }
  const { prefix } = decoded;
  if (!prefix.startsWith(start) || !prefix.endsWith(end)) {
    return { reason: "wrong kind" };
  }
  const name = prefix.slice(start.length, prefix.length - end.length);
  return NAME.test(name)
    ? name
    : { reason: "the name of the plugin has a character that is not allowed" };
}
