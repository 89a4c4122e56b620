import type { InputStream } from "./runtime.js";
import { concatBytes } from "./text.js";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Where the bytes of a standard input come from; both give `null` at the end. */
export interface ByteSource {
  /** May hold up everything else, signals too. */
  readonly readBlocking: () => Promise<Uint8Array | null>;
  /** Other work goes on meanwhile. `null` also when `signal` ends it. Once it was used, only it knows what comes next. */
  readonly readWaiting: (signal?: AbortSignal) => Promise<Uint8Array | null>;
}

/** Standard input on top of a source. What one call read too much waits for the next. */
export function createInputStream(isTTY: boolean, source: ByteSource): InputStream {
  let waiting: Uint8Array = new Uint8Array();
  let hasWaited = false;
  return {
    isTTY,
    async readAll() {
      const chunks = [waiting];
      waiting = new Uint8Array();
      const next = hasWaited ? source.readWaiting : source.readBlocking;
      for (let chunk = await next(); chunk !== null; chunk = await next()) {
        chunks.push(chunk);
      }
      return concatBytes(chunks);
    },
    async readLine(signal) {
      const chunks: Uint8Array[] = [];
      let chunk: Uint8Array | null = waiting;
      while (chunk !== null) {
        const end = chunk.indexOf(LINE_FEED);
        if (end >= 0) {
          waiting = chunk.subarray(end + 1);
          chunks.push(chunk.subarray(0, end));
          return lineOf(chunks);
        }
        chunks.push(chunk);
        hasWaited = true;
        chunk = await source.readWaiting(signal);
      }
      waiting = new Uint8Array();
      return chunks.every((part) => part.length === 0) ? null : lineOf(chunks);
    },
  };
}

function lineOf(chunks: readonly Uint8Array[]): string {
  const bytes = concatBytes(chunks);
  const isWindows = bytes.at(-1) === CARRIAGE_RETURN;
  return new TextDecoder().decode(isWindows ? bytes.subarray(0, -1) : bytes);
}
