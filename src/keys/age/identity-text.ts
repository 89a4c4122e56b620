import { decodeBech32 } from "./bech32.js";
import { pluginOfIdentity } from "./plugin/name.js";

const SECRET_LENGTH = 32;

/** One identity as its line has it. Secret. */
export type ParsedIdentity =
  | { readonly kind: "x25519"; readonly text: string; readonly scalar: Uint8Array }
  | { readonly kind: "hybrid"; readonly text: string }
  | { readonly kind: "plugin"; readonly text: string; readonly plugin: string };

/**
 * Reads identities, one a line; empty lines and lines that begin with `#` are skipped (keys.md §5.2).
 *
 * @param isSplitAtBlanks - several identities may share a line (only in SOPS_AGE_KEY)
 * @returns what is wrong, without any of the text: one bad line invalidates its whole source
 */
export function parseIdentityText(
  text: string,
  isSplitAtBlanks: boolean,
): readonly ParsedIdentity[] | string {
  const identities: ParsedIdentity[] = [];
  for (const [index, ended] of text.split("\n").entries()) {
    const line = ended.endsWith("\r") ? ended.slice(0, -1) : ended;
    if (line === "" || line.startsWith("#")) {
      continue;
    }
    const words = isSplitAtBlanks ? line.split(/\s+/).filter((word) => word !== "") : [line];
    for (const word of words) {
      const identity = parseIdentity(word);
      if (typeof identity === "string") {
        return `line ${index + 1} is not an identity: ${identity}`;
      }
      identities.push(identity);
    }
  }
  return identities.length === 0 ? "holds no identity" : identities;
}

function parseIdentity(text: string): ParsedIdentity | string {
  if (text.startsWith("AGE-PLUGIN-")) {
    const plugin = pluginOfIdentity(text);
    return typeof plugin === "string" ? { kind: "plugin", text, plugin } : plugin.reason;
  }
  if (!text.startsWith("AGE-SECRET-KEY-")) {
    return "it does not begin with AGE-SECRET-KEY- or AGE-PLUGIN-";
  }
  const decoded = decodeBech32(text);
  if (typeof decoded === "string") {
    return decoded;
  }
  if (decoded.bytes.length === SECRET_LENGTH && decoded.prefix === "age-secret-key-") {
    return { kind: "x25519", text, scalar: decoded.bytes };
  }
  return decoded.bytes.length === SECRET_LENGTH && decoded.prefix === "age-secret-key-pq-"
    ? { kind: "hybrid", text }
    : "wrong kind or length";
}
