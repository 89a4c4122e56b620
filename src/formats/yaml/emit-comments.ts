/** Comments on their way to the page (spec: formats.md §5.9). */
import type { LineWriter } from "./emit-lines.js";

/** Comments that one node brings along; an empty text is none. */
export interface NodeComments {
  readonly head?: string;
  readonly line?: string;
  readonly foot?: string;
  readonly tail?: string;
}

/** Comments waiting for a place: each stays until something prints or replaces it, possibly much later. */
export class WaitingComments {
  readonly #lines: LineWriter;
  #head = "";
  #line = "";
  #foot = "";
  #tail = "";
  /** The line comment that was waiting when a key was written. */
  #keyLine = "";

  constructor(lines: LineWriter) {
    this.#lines = lines;
  }

  hasHead(): boolean {
    return this.#head !== "";
  }

  hasLine(): boolean {
    return this.#line !== "";
  }

  /** Takes what a node brings; where it brings nothing, what waited goes on waiting. */
  bring(comments: NodeComments): void {
    this.#head = comments.head || this.#head;
    this.#line = comments.line || this.#line;
    this.#foot = comments.foot || this.#foot;
    this.#tail = comments.tail || this.#tail;
  }

  /** Own lines before a node. */
  headStep(): void {
    if (this.#tail !== "") {
      this.#footLines(this.#tail);
      this.#tail = "";
    }
    if (this.#head !== "") {
      this.#lines.commentLines(this.#head);
      this.#head = "";
    }
  }

  /** The end of the line. */
  lineStep(): void {
    if (this.#line !== "") {
      this.#lines.commentAfter(this.#line);
      this.#line = "";
    }
  }

  /** Own lines after a node. */
  footStep(): void {
    if (this.#foot !== "") {
      this.#footLines(this.#foot);
      this.#foot = "";
    }
  }

  /** A key comes: the waiting line comment belongs behind its value, or behind its `:`. */
  putLineAside(): void {
    if (this.#line !== "") {
      this.#keyLine = this.#line;
      this.#line = "";
    }
  }

  /** The value of that key comes; what it brings itself has been taken. */
  placeKeyLine(isBeforeCollection: boolean): void {
    if (this.#keyLine === "") {
      return;
    }
    if (isBeforeCollection) {
      this.#lines.commentAfter(this.#keyLine);
      this.#keyLine = "";
    } else if (this.#line === "") {
      this.#line = this.#keyLine;
      this.#keyLine = "";
    }
  }

  #footLines(text: string): void {
    this.#lines.commentLines(text);
    this.#lines.footIndent = Math.max(this.#lines.indent, 0);
  }
}
