import { parseCiphertext } from "./value-cipher.js";
import type { LeafPosition } from "./walk.js";

/**
 * The ciphertexts of an opened file, for writing what did not change with its old bytes (lossless.md points 5, 10).
 *
 * A ciphertext is taken again only for the same plaintext bytes, type and AAD: first at its own path, then for a leaf
 * that moved. None is taken twice, so equal values never get equal ciphertexts from us.
 */
export interface CiphertextPool {
  /** Paths of leaves whose IV stands over two different plaintexts in the opened file: they get fresh ones. */
  readonly reusedIvs: number;
  take(at: LeafPosition, type: string, plaintext: Uint8Array): string | undefined;
}

/** Collects while a file is decrypted. */
export interface PoolCollector {
  add(at: LeafPosition, type: string, plaintext: Uint8Array, text: string): void;
  /** A pool with every ciphertext in it; each call gives a new one. */
  finish(): CiphertextPool;
}

interface Entry {
  readonly text: string;
  readonly contentKey: string;
}

export function createPoolCollector(): PoolCollector {
  const byPlace = new Map<string, Entry>();
  const byContent = new Map<string, Entry[]>();
  const contentOfIv = new Map<string, string>();
  const unsafeIvs = new Set<string>();

  return {
    add(at, type, plaintext, text) {
      const contentKey = contentKeyOf(at, type, plaintext);
      const entry: Entry = { text, contentKey };
      if (type !== COMMENT) {
        byPlace.set(placeKeyOf(at), entry);
      }
      const same = byContent.get(contentKey);
      if (same === undefined) {
        byContent.set(contentKey, [entry]);
      } else {
        same.push(entry);
      }
      const iv = ivOf(text);
      const bytes = Buffer.from(plaintext).toString("base64");
      if ((contentOfIv.get(iv) ?? bytes) !== bytes) {
        unsafeIvs.add(iv);
      }
      contentOfIv.set(iv, bytes);
    },

    finish() {
      const taken = new Set<Entry>();
      const isUsable = (entry: Entry | undefined): entry is Entry =>
        entry !== undefined && !taken.has(entry) && !unsafeIvs.has(ivOf(entry.text));
      const nextOf = inOrder(byContent, isUsable);
      return {
        reusedIvs: unsafeIvs.size,
        take(at, type, plaintext) {
          const contentKey = contentKeyOf(at, type, plaintext);
          const own = type === COMMENT ? undefined : byPlace.get(placeKeyOf(at));
          const entry = isUsable(own) && own.contentKey === contentKey ? own : nextOf(contentKey);
          if (entry === undefined) {
            return undefined;
          }
          taken.add(entry);
          return entry.text;
        },
      };
    },
  };
}

/**
 * The first usable entry of a content, in the order of the file. What was passed over once is never usable again, so
 * looking for all of them costs no more than finding them.
 */
function inOrder(
  byContent: ReadonlyMap<string, readonly Entry[]>,
  isUsable: (entry: Entry | undefined) => entry is Entry,
): (contentKey: string) => Entry | undefined {
  const firstLeft = new Map<string, number>();
  return (contentKey) => {
    const entries = byContent.get(contentKey) ?? [];
    let index = firstLeft.get(contentKey) ?? 0;
    while (index < entries.length && !isUsable(entries[index])) {
      index += 1;
    }
    firstLeft.set(contentKey, index);
    return entries[index];
  };
}

/** Comments share the path of their container: their content and order tell them apart. */
const COMMENT = "comment";

/** Document number and path with list indexes. */
function placeKeyOf(at: LeafPosition): string {
  return JSON.stringify([at.documentIndex, ...at.path()]);
}

function contentKeyOf(at: LeafPosition, type: string, plaintext: Uint8Array): string {
  return `${type}\0${at.aad}\0${Buffer.from(plaintext).toString("base64")}`;
}

function ivOf(text: string): string {
  const parsed = parseCiphertext(text);
  return "reason" in parsed ? "" : Buffer.from(parsed.iv).toString("base64");
}
