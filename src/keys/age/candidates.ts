import type { KeyContext } from "../key-type.js";
import { openWithHybrid, recipientOf } from "./file-client.js";
import type { Candidate } from "./identity-source.js";
import type { ParsedIdentity } from "./identity-text.js";
import { createPluginIdentity } from "./plugin/identity.js";
import { createX25519Identity } from "./x25519-identity.js";

/** A post-quantum recipient has two thousand characters. */
const SHOWN_LENGTH = 70;

/** What a line of an identity text can do. */
export function candidateOf(parsed: ParsedIdentity, context: KeyContext): Candidate {
  switch (parsed.kind) {
    case "x25519":
      return {
        identity: createX25519Identity(parsed.scalar),
        turn: "at-once",
        describe: () => publicSide(parsed.text),
      };
    case "hybrid":
      return {
        identity: { unwrap: ({ file }) => openWithHybrid(file, parsed.text) },
        turn: "at-once",
        describe: () => publicSide(parsed.text),
      };
    case "plugin":
      return {
        identity: createPluginIdentity(parsed.plugin, parsed.text, context),
        turn: "after-programs",
        describe: () => Promise.resolve(`an identity of age-plugin-${parsed.plugin}`),
      };
  }
}

async function publicSide(identity: string): Promise<string> {
  const recipient = await recipientOf(identity);
  return recipient.length > SHOWN_LENGTH ? `${recipient.slice(0, SHOWN_LENGTH)}…` : recipient;
}
