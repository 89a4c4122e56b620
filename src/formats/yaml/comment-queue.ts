import { END, HASH, isBlank, isBreak, isBreakOrEnd } from "./characters.js";
import type { Cursor } from "./cursor.js";
import { TOKEN, type Token } from "./token.js";

/**
 * A comment text as the numbers of its lines in the {@link CommentQueue}; {@link EMPTY_LINE} stands for a line break
 * that was remembered because an empty line was there.
 */
export type CommentText = readonly number[];

export const EMPTY_LINE = -1;

/** What a comment is to the node it goes to. */
type CommentRole = "head" | "line" | "foot";

export interface CommentEntry {
  role: CommentRole;
  readonly lines: number[];
  /** Goes to the first token that starts here or later. */
  token: number;
  /** Where the skipping began in which it was met; 0 for a line comment. */
  readonly scan: number;
  readonly start: number;
  /** Line of the start, from 0; column from 1. */
  readonly startLine: number;
  readonly startColumn: number;
  /** Where its run was cut; 0 for a line comment. */
  readonly end: number;
}

/** Characters that are looked at without meeting a comment. */
const LOOK_AHEAD = 512;

/** The comments between scanner and parser (spec: formats.md §5.3). */
export class CommentQueue {
  /** Spans of the comment lines, by number, in the order of the text. */
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly entries: CommentEntry[] = [];
  /** Index of the first entry that is not attached to a node yet. */
  next = 0;

  /** The newest entry, unless it is attached already. */
  newest(): CommentEntry | undefined {
    return this.next < this.entries.length ? this.entries[this.entries.length - 1] : undefined;
  }

  /** Takes a comment at the end of the cursor's line, behind a token (§5.3 (a)). */
  scanLine(cursor: Cursor, token: number): void {
    const limit = cursor.position + LOOK_AHEAD;
    let index = cursor.position;
    while (index < limit && isBlank(cursor.at(index))) {
      index += 1;
    }
    if (index === limit || cursor.at(index) !== HASH) {
      return;
    }
    const startColumn = index - cursor.lineStart;
    const line = this.readLine(cursor, index);
    this.entries.push({
      role: "line",
      lines: [line],
      token,
      scan: 0,
      start: index,
      startLine: cursor.line,
      startColumn,
      end: 0,
    });
  }

  /** Takes the run of comments that starts at the cursor (§5.3 (b)); the cursor is left behind the last one. */
  scanRun(cursor: Cursor, scan: number, scanLine: number, last: Token): void {
    new CommentRun(this, cursor, scan, scanLine, last).read();
  }

  /**
   * For each column (from 1) of the comments right before `end`, the start of the first one there. The chain of
   * comments without anything between is the same for every block that closes here, so it is walked once.
   */
  footStarts(end: number): Map<number, number> | null {
    const { entries, next } = this;
    let starts: Map<number, number> | null = null;
    let stop = end;
    for (let index = entries.length - 1; index >= next; index -= 1) {
      const entry = entries[index];
      if (entry === undefined || entry.end < stop) {
        break;
      }
      starts ??= new Map();
      starts.set(entry.startColumn, entry.start);
      stop = entry.scan;
    }
    return starts;
  }

  /** Registers the comment from `start` to the end of the line, where the cursor goes. @returns its number */
  readLine(cursor: Cursor, start: number): number {
    let end = start;
    while (!isBreakOrEnd(cursor.at(end))) {
      end += 1;
    }
    cursor.position = end;
    cursor.newlines = 0;
    this.starts.push(start);
    this.ends.push(end);
    return this.starts.length - 1;
  }
}

/** One run of comments between two tokens, cut into entries. */
class CommentRun {
  private readonly queue: CommentQueue;
  private readonly cursor: Cursor;
  private readonly isBehindValue: boolean;
  private readonly footLine: number;
  private scan: number;
  private token: number;
  private lines: number[] = [];
  private start = 0;
  private startLine = 0;
  /** From 1. */
  private startColumn = 0;
  private isFirstEmpty: boolean;
  private isRecentEmpty = false;
  private line: number;

  constructor(queue: CommentQueue, cursor: Cursor, scan: number, scanLine: number, last: Token) {
    this.queue = queue;
    this.cursor = cursor;
    this.scan = scan;
    this.token = last.start;
    this.isBehindValue = last.type === TOKEN.VALUE;
    this.line = cursor.line;
    this.isFirstEmpty = cursor.newlines <= 1;
    this.footLine = scanLine === 0 ? -1 : footLineOf(cursor);
  }

  read(): void {
    const { cursor } = this;
    let index = cursor.position;
    let column = cursor.column;
    let limit = index + LOOK_AHEAD;
    for (; index < limit; index += 1) {
      const unit = cursor.at(index);
      column += 1;
      if (isBlank(unit)) {
        continue;
      }
      const isClosing = cursor.flowLevel > 0 && (unit === 0x5d || unit === 0x7d);
      if (isClosing || isBreakOrEnd(unit)) {
        this.endLine(index, unit, isClosing);
        if (isClosing || unit === END) {
          break;
        }
        column = 0;
        continue;
      }
      if (column - 1 < this.minimum() && column !== this.startColumn) {
        this.cutFoot(index);
      }
      if (unit !== HASH) {
        break;
      }
      this.addComment(index, column);
      // Goes on behind the first character of the line break: of a CRLF, the LF then looks like an empty line.
      index = cursor.position;
      limit = index + LOOK_AHEAD;
      column = 0;
    }
    this.finish(index);
  }

  private minimum(): number {
    return Math.max(this.cursor.indent, 0);
  }

  private addComment(index: number, column: number): void {
    if (this.lines.length === 0) {
      this.start = index;
      this.startLine = this.line;
      this.startColumn = column;
    }
    this.stepTo(index);
    this.lines.push(this.queue.readLine(this.cursor, index));
    this.isRecentEmpty = false;
    this.line = this.cursor.line;
  }

  /** Moves the cursor over the blanks and line breaks before a comment. */
  private stepTo(index: number): void {
    const { cursor } = this;
    while (cursor.position < index) {
      if (isBreak(cursor.at(cursor.position))) {
        cursor.skipBreak();
      } else {
        cursor.position += 1;
      }
    }
  }

  /** A line without (further) comment, or a bracket that closes a flow collection. */
  private endLine(index: number, unit: number, isClosing: boolean): void {
    if (isClosing || !this.isRecentEmpty) {
      const isDedented = this.startColumn - 1 < this.minimum();
      const isFoot = (this.startLine === this.footLine && !this.isBehindValue) || isDedented;
      if (isClosing || (this.isFirstEmpty && isFoot)) {
        // Text at a smaller indentation has nothing to do with the content before it.
        this.token = isDedented && this.lines.length > 0 ? this.start : this.token;
        this.cutFoot(index);
      } else if (this.lines.length > 0 && unit !== END) {
        this.lines.push(EMPTY_LINE);
      }
    }
    this.isFirstEmpty = false;
    this.isRecentEmpty = true;
    this.line += 1;
  }

  /** What is pending belongs to the content before it. */
  private cutFoot(index: number): void {
    if (this.lines.length === 0) {
      return;
    }
    this.push("foot", this.token, index);
    this.scan = index;
    this.token = index;
    this.lines = [];
  }

  private finish(index: number): void {
    if (this.lines.length > 0) {
      this.push("head", this.start, index - 1);
    }
  }

  private push(role: CommentRole, token: number, end: number): void {
    const { lines, scan, start, startLine, startColumn } = this;
    this.queue.entries.push({ role, lines, token, scan, start, startLine, startColumn, end });
  }
}

/** The line on which a comment still belongs to the content before it. */
function footLineOf(cursor: Cursor): number {
  return cursor.line - cursor.newlines + 1 + (cursor.newlines === 0 && cursor.column > 1 ? 1 : 0);
}
