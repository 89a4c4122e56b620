/** How a stanza is written, in age files and in the talk with plugins alike. */
import { decodeUnpadded, encodeUnpadded } from "./stanza.js";

/** Characters of a whole line of a body, which is 48 bytes. */
const COLUMNS = 64;

/** Whether an argument of a stanza can be written. */
export function isArgument(text: string): boolean {
  return /^[\u0021-\u007e]+$/.test(text);
}

/** With a final line feed. The last line of the body is never a whole one, if need be it is empty. */
export function writeStanza(args: readonly string[], body: Uint8Array): string {
  const text = encodeUnpadded(body);
  const lines = [`-> ${args.join(" ")}`];
  for (let start = 0; start <= text.length; start += COLUMNS) {
    lines.push(text.slice(start, start + COLUMNS));
  }
  return `${lines.join("\n")}\n`;
}

/** @returns the arguments, `null` when the line begins no stanza */
export function readArguments(line: string): string[] | null {
  const [arrow, ...args] = line.split(" ");
  return arrow === "->" && args.length > 0 && args.every(isArgument) ? args : null;
}

/** @returns the bytes of a line of a body and whether it is the last one, `null` when it is no such line */
export function readBodyLine(line: string): { bytes: Uint8Array; isLast: boolean } | null {
  const bytes = line.length > COLUMNS ? null : decodeUnpadded(line);
  return bytes === null ? null : { bytes, isLast: line.length < COLUMNS };
}
