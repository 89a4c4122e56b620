import type { FileSystem } from "../runtime.js";
import { concatBytes } from "../text.js";

/** What is to be written: all of it, or pieces that are made one by one while they are written. */
export type FileContent = Uint8Array | Iterable<Uint8Array>;

function piecesOf(content: FileContent): Iterable<Uint8Array> {
  return content instanceof Uint8Array ? [content] : content;
}

/** All of the content in memory. */
export function collectContent(content: FileContent): Uint8Array {
  return content instanceof Uint8Array ? content : concatBytes([...content]);
}

/** @returns the number of bytes written */
export function writeContent(fs: FileSystem, descriptor: number, content: FileContent): number {
  let length = 0;
  for (const piece of piecesOf(content)) {
    for (let offset = 0; offset < piece.length;) {
      offset += fs.writeSync(descriptor, piece, offset, piece.length - offset);
    }
    length += piece.length;
  }
  return length;
}
