import type { Channel } from "../../../support/runtime.js";
import { concatBytes, decodeUtf8, encodeText } from "../../../support/text.js";
import { createLineReader, type LineReader } from "../channel-lines.js";
import type { Stanza } from "../stanza.js";
import { readArguments, readBodyLine, writeStanza } from "../stanza-text.js";

const MAX_LINE = 64 * 1024;
const MAX_BODY_LINES = 64 * 1024;

/** Stanzas one after the other, as a plugin speaks them (spec: keys.md §5.5). */
export interface StanzaStream {
  /** @returns `null` at the end. @throws Error what comes is no stanza; never with any of it */
  read(): Promise<Stanza | null>;
  write(args: readonly string[], body?: Uint8Array): void;
}

export function createStanzaStream(channel: Channel): StanzaStream {
  const nextLine = createLineReader(channel, MAX_LINE);
  return {
    async read() {
      const line = await nextLine();
      if (line === null) {
        return null;
      }
      const args = readArguments(decodeUtf8(line) ?? "") ?? malformed();
      return { args, body: await readBody(nextLine) };
    },

    write(args, body = new Uint8Array()) {
      channel.write(encodeText(writeStanza(args, body)));
    },
  };
}

async function readBody(nextLine: LineReader): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  while (parts.length < MAX_BODY_LINES) {
    const line = (await nextLine()) ?? malformed();
    const { bytes, isLast } = readBodyLine(decodeUtf8(line) ?? "?") ?? malformed();
    parts.push(bytes);
    if (isLast) {
      return concatBytes(parts);
    }
  }
  return malformed();
}

function malformed(): never {
  throw new Error("it does not keep to the plugin protocol");
}
