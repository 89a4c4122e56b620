import { appendAll } from "./append-all.js";
import { EMPTY_LINE, type CommentText } from "./comment-queue.js";
import type { Cursor } from "./cursor.js";
import { NO_COMMENTS, type NodeComments } from "./frame.js";
import { Scanner } from "./scanner.js";
import { TOKEN, type Token } from "./token.js";

/** The tokens as the parser sees them, with the comment registers of formats.md §5.3 (e). */
export class TokenReader {
  readonly scanner: Scanner;
  /** End of the last token taken: where an empty node stands. */
  lastEnd: number;
  private head: number[] | null = null;
  private line: number[] | null = null;
  private foot: number[] | null = null;
  private stem: CommentText | null = null;

  constructor(cursor: Cursor) {
    this.scanner = new Scanner(cursor);
    this.lastEnd = cursor.position;
  }

  peek(): Token {
    const token = this.scanner.peek();
    const { comments } = this.scanner;
    if (comments.next < comments.entries.length) {
      this.attachComments(token);
    }
    return token;
  }

  /** §5.3 (e): what belongs to this token or one before it. */
  private attachComments(token: Token): void {
    const { comments } = this.scanner;
    for (;;) {
      const entry = comments.entries[comments.next];
      if (entry === undefined || entry.token > token.start) {
        return;
      }
      if (entry.role === "head" && token.type === TOKEN.BLOCK_END) {
        return;
      }
      const register = this[entry.role];
      if (register === null) {
        this[entry.role] = entry.lines;
      } else {
        appendAll(register, entry.lines);
      }
      comments.next += 1;
    }
  }

  take(token: Token): void {
    this.scanner.take();
    if (token.type !== TOKEN.BLOCK_END && token.type !== TOKEN.STREAM_END) {
      this.lastEnd = token.end;
    }
  }

  takeComments(): NodeComments {
    const { head, line, foot } = this;
    if (head === null && line === null && foot === null) {
      this.stem = null;
      return NO_COMMENTS;
    }
    this.head = null;
    this.line = null;
    this.foot = null;
    this.stem = null;
    return { head, line, foot };
  }

  takeStem(): CommentText | null {
    const { stem } = this;
    this.stem = null;
    return stem;
  }

  /** An implicit first document: what stands before its last empty line is about the whole. */
  splitDocumentHead(): CommentText | null {
    const lines = this.head;
    const cut = lines === null ? -1 : lines.lastIndexOf(EMPTY_LINE);
    if (lines === null || cut <= 0) {
      return null;
    }
    this.head = orNull(lines.slice(cut + 1));
    return lines.slice(0, cut);
  }

  /** Lines in the head register. */
  get headCount(): number {
    return this.head?.length ?? 0;
  }

  /** The first lines of the head register belong to the collection that starts next. */
  splitStem(count: number): void {
    if (this.head !== null) {
      this.stem = this.head.slice(0, count);
      this.head = orNull(this.head.slice(count));
    }
  }
}

function orNull(lines: number[]): number[] | null {
  return lines.length === 0 ? null : lines;
}
