import type { Channel } from "../../../support/runtime.js";
import { concatBytes, decodeUtf8, encodeText } from "../../../support/text.js";
import { createLineReader, type LineReader } from "../channel-lines.js";
import { decodeUnpadded, encodeUnpadded, type Stanza } from "../stanza.js";

/** Characters of a whole line of a body, which is 48 bytes. */
const COLUMNS = 64;
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
      const [arrow, ...args] = (decodeUtf8(line) ?? "").split(" ");
      if (arrow !== "->" || args.length === 0 || !args.every(isArgument)) {
        return malformed();
      }
      return { args, body: await readBody(nextLine) };
    },

    write(args, body = new Uint8Array()) {
      const text = encodeUnpadded(body);
      const lines = [`-> ${args.join(" ")}`];
      for (let start = 0; start <= text.length; start += COLUMNS) {
        lines.push(text.slice(start, start + COLUMNS));
      }
      channel.write(encodeText(`${lines.join("\n")}\n`));
    },
  };
}

async function readBody(nextLine: LineReader): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  while (parts.length < MAX_BODY_LINES) {
    const line = (await nextLine()) ?? malformed();
    const bytes = line.length > COLUMNS ? null : decodeUnpadded(decodeUtf8(line) ?? "?");
    parts.push(bytes ?? malformed());
    if (line.length < COLUMNS) {
      return concatBytes(parts);
    }
  }
  return malformed();
}

function isArgument(text: string): boolean {
  return /^[\u0021-\u007e]+$/.test(text);
}

function malformed(): never {
  throw new Error("it does not keep to the plugin protocol");
}
