import { decodeBech32 } from "./bech32.js";

const SECRET_LENGTH = 32;
const PREFIXES = ["age-secret-key-", "age-secret-key-pq-"];

/** What a text with identities holds (keys.md §5.2). */
export interface IdentityText {
  /** Native identities, ready for use. Secret. */
  readonly identities: readonly string[];
  /** Names of plugins whose identities stand there too; they cannot be used. */
  readonly plugins: readonly string[];
}

/**
 * Reads identities, one a line; empty lines and lines that begin with `#` are skipped.
 *
 * @param isSplitAtBlanks - several identities may share a line (only in SOPS_AGE_KEY)
 * @returns what is wrong, without any of the text: one bad line invalidates its whole source
 */
export function parseIdentityText(text: string, isSplitAtBlanks: boolean): IdentityText | string {
  const identities: string[] = [];
  const plugins: string[] = [];
  for (const [index, ended] of text.split("\n").entries()) {
    const line = ended.endsWith("\r") ? ended.slice(0, -1) : ended;
    if (line === "" || line.startsWith("#")) {
      continue;
    }
    const words = isSplitAtBlanks ? line.split(/\s+/).filter((word) => word !== "") : [line];
    for (const word of words) {
      const plugin = pluginName(word);
      const reason = plugin === null ? checkIdentity(word) : null;
      if (reason !== null) {
        return `line ${index + 1} is not an identity: ${reason}`;
      }
      if (plugin === null) {
        identities.push(word);
      } else {
        plugins.push(plugin);
      }
    }
  }
  return identities.length + plugins.length === 0 ? "holds no identity" : { identities, plugins };
}

function pluginName(word: string): string | null {
  if (!word.startsWith("AGE-PLUGIN-")) {
    return null;
  }
  const name = word.slice("AGE-PLUGIN-".length, word.lastIndexOf("1") - 1).toLowerCase();
  // spec: security.md T5
  return /^[a-z0-9+._-]+$/.test(name) ? name : null;
}

function checkIdentity(word: string): string | null {
  if (!word.startsWith("AGE-SECRET-KEY-")) {
    return "it does not begin with AGE-SECRET-KEY-";
  }
  const decoded = decodeBech32(word);
  if (typeof decoded === "string") {
    return decoded;
  }
  return PREFIXES.includes(decoded.prefix) && decoded.bytes.length === SECRET_LENGTH
    ? null
    : "wrong kind or length";
}
