import type { KeyContext } from "../key-type.js";
import { encodeBech32 } from "./bech32.js";
import type { Candidate } from "./identity-source.js";
import type { ParsedIdentity } from "./identity-text.js";
import { createPluginIdentity } from "./plugin/identity.js";
import type { AgeIdentity } from "./stanza.js";
import { createX25519Identity } from "./x25519-identity.js";
import { scalarMultiplyBase } from "./x25519.js";

const HYBRID_TYPE = "mlkem768x25519";

/** A post-quantum recipient has two thousand characters. */
const SHOWN_LENGTH = 70;

/** What a line of an identity text can do. */
export function candidateOf(parsed: ParsedIdentity, context: KeyContext): Candidate {
  switch (parsed.kind) {
    case "x25519":
      return {
        identity: createX25519Identity(parsed.scalar),
        turn: "at-once",
        describe: () => Promise.resolve(encodeBech32("age", scalarMultiplyBase(parsed.scalar))),
      };
    case "hybrid":
      return {
        identity: createHybridIdentity(parsed.text),
        turn: "at-once",
        describe: () => hybridPublicSide(parsed.text),
      };
    case "plugin":
      return {
        identity: createPluginIdentity(parsed.plugin, parsed.text, context),
        turn: "after-programs",
        describe: () => Promise.resolve(`an identity of age-plugin-${parsed.plugin}`),
      };
  }
}

function createHybridIdentity(text: string): AgeIdentity {
  return {
    async unwrap({ stanzas, file }) {
      if (!stanzas.some(({ args }) => args[0] === HYBRID_TYPE)) {
        return null;
      }
      const { openWithHybrid } = await import("./library-client.js");
      return openWithHybrid(file, text);
    },
  };
}

async function hybridPublicSide(identity: string): Promise<string> {
  const { hybridRecipientOf } = await import("./library-client.js");
  return `${(await hybridRecipientOf(identity)).slice(0, SHOWN_LENGTH)}…`;
}
