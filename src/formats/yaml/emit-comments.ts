/** Comments on their way to the page (spec: formats.md §5.9). */
import { joinComments } from "./emit-frame.js";
import type { LineWriter } from "./emit-lines.js";
import { FACT, scanText } from "./string-analysis.js";

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

  /** Whether the line comment goes on below its own line. */
  hasLongLine(): boolean {
    return (scanText(this.#line) & FACT.break) !== 0;
  }

  /** Takes what a node brings; where it brings nothing, what waited goes on waiting. */
  bring(comments: NodeComments): void {
    this.#head = comments.head || this.#head;
    this.#line = comments.line || this.#line;
    this.#foot = comments.foot || this.#foot;
    this.#tail = comments.tail || this.#tail;
  }

  /** Takes what a node brings behind what waits, so that both are printed. */
  append(comments: { readonly line: string; readonly foot: string }): void {
    this.#line = joinComments(this.#line, comments.line);
    this.#foot = joinComments(this.#foot, comments.foot);
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

  /** A block follows the key: the comment that was put aside ends the key's line. */
  placeKeyLineNow(): void {
    if (this.#keyLine !== "") {
      this.#lines.commentAfter(this.#keyLine);
      this.#keyLine = "";
    }
  }

  /** A value on the key's line: the comment that was put aside may follow it, unless the value brought its own. */
  placeKeyLineBehind(): void {
    if (this.#line === "") {
      this.#line = this.#keyLine;
      this.#keyLine = "";
    }
  }

  #footLines(text: string): void {
    this.#lines.commentLines(text);
    this.#lines.footIndent = Math.max(this.#lines.indent, 0);
  }
}
