import type { Channel } from "../../support/runtime.js";
import { concatBytes } from "../../support/text.js";

const LINE_FEED = 0x0a;

/** @returns the next line without its end; `null` at the end, also in the middle of a line, or when one is too long */
export type LineReader = () => Promise<Uint8Array | null>;

export function createLineReader(channel: Channel, maxLength: number): LineReader {
  let waiting: Uint8Array = new Uint8Array();
  return async () => {
    for (let searched = 0; ;) {
      const end = waiting.indexOf(LINE_FEED, searched);
      if (end !== -1) {
        const line = waiting.subarray(0, end);
        waiting = waiting.subarray(end + 1);
        return line;
      }
      searched = waiting.length;
      const chunk = searched > maxLength ? null : await channel.read();
      if (chunk === null) {
        return null;
      }
      waiting = concatBytes([waiting, chunk]);
      chunk.fill(0);
    }
  };
}
