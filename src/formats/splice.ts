import type { Comment, ScalarValue } from "../document/tree.js";
import { SopsError } from "../support/errors.js";
import { equalBytes } from "../support/text.js";
import type { Piece, SourceDocument } from "./store.js";

/**
 * A document of a store whose places are plain ranges of the text: place `i` is `[spans[2i], spans[2i + 1])`,
 * in UTF-16 units.
 */
export interface SpannedDocument extends SourceDocument {
  readonly spans: readonly number[];
}

/** The document with its spans. @throws SopsError INTERNAL when another store made it */
export function asSpanned(document: SourceDocument): SpannedDocument {
  if (!isSpanned(document)) {
    throw new SopsError("INTERNAL", `not a document of this store: ${document.format}`);
  }
  return document;
}

function isSpanned(document: SourceDocument): document is SpannedDocument {
  return "spans" in document;
}

export function spanStart(document: SpannedDocument, place: number): number {
  return document.spans[2 * place] ?? 0;
}

export function spanEnd(document: SpannedDocument, place: number): number {
  return document.spans[2 * place + 1] ?? 0;
}

/** True when two scalars are the same value, whatever their places: the old spelling still says it. */
export function isSameScalar(a: ScalarValue, b: ScalarValue): boolean {
  if (a === b) {
    return true;
  }
  if (a.kind === "bytes" || b.kind === "bytes") {
    return a.kind === "bytes" && b.kind === "bytes" && equalBytes(a.value, b.value);
  }
  const aValue = a.kind === "null" ? null : a.value;
  const bValue = b.kind === "null" ? null : b.value;
  return a.kind === b.kind && Object.is(aValue, bValue);
}

/**
 * Builds pieces out of ranges of one source text, from its start to its end, without copying it.
 *
 * Runs of structure are joined, so that structure and leaves alternate (the contract of {@link Piece}).
 */
export class Splicer {
  readonly #text: string;
  readonly #pieces: Piece[] = [];
  #structure = "";
  /** Where the source has been read to. */
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The source up to `offset` stays. */
  keepUntil(offset: number): void {
    if (offset > this.#position) {
      this.#structure += this.#text.slice(this.#position, offset);
      this.#position = offset;
    }
  }

  /** The source up to `offset` is left out. */
  skipTo(offset: number): void {
    this.#position = Math.max(this.#position, offset);
  }

  /** New structure. */
  insert(text: string): void {
    this.#structure += text;
  }

  /** Keeps the source up to `start`; what stands up to `end` becomes `leaf`, spelled `text`. */
  leaf(start: number, end: number, text: string, leaf: ScalarValue | Comment): void {
    this.keepUntil(start);
    this.#flush();
    this.#pieces.push({ text, leaf });
    this.#position = end;
  }

  /** Takes back one line feed at the end of the structure since the last leaf. */
  dropLineFeed(): void {
    if (this.#structure.endsWith("\n")) {
      this.#structure = this.#structure.slice(0, -1);
    }
  }

  /** True when nothing was kept or inserted yet, or a line feed last. */
  get isAtLineStart(): boolean {
    const last = this.#structure === "" ? (this.#pieces.at(-1)?.text ?? "\n") : this.#structure;
    return last.endsWith("\n");
  }

  /** A new leaf. */
  insertLeaf(text: string, leaf: ScalarValue | Comment): void {
    this.#flush();
    this.#pieces.push({ text, leaf });
  }

  /** As {@link leaf}, in the source's own spelling. */
  keepLeaf(start: number, end: number, leaf: ScalarValue | Comment): void {
    this.leaf(start, end, this.#text.slice(start, end), leaf);
  }

  /** The rest of the source stays. @returns all pieces */
  finish(): Piece[] {
    this.keepUntil(this.#text.length);
    if (this.#structure !== "") {
      this.#flush();
    }
    return this.#pieces;
  }

  /** A structure piece stands before every leaf, even when it is empty. */
  #flush(): void {
    this.#pieces.push({ text: this.#structure });
    this.#structure = "";
  }
}
