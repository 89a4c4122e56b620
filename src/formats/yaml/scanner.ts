import { END, HASH, isBlankBreakOrEnd, isBlank, isBreak, isBreakOrEnd } from "./characters.js";
import { CommentQueue } from "./comment-queue.js";
import { makeToken, scanError, simpleToken, type Cursor } from "./cursor.js";
import { MAX_DEPTH, MAX_DEPTH_PROBLEM } from "./limits.js";
import { scanBlock } from "./scan-block.js";
import { scanAnchor, scanDirective, scanTag } from "./scan-names.js";
import { scanPlain } from "./scan-plain.js";
import { scanQuoted } from "./scan-quoted.js";
import { SimpleKeys } from "./simple-keys.js";
import { TOKEN, type SimpleKey, type Token, type TokenType } from "./token.js";

/** Tokens that must be queued behind the one the parser looks at (spec: formats.md §5.3). */
const LOOK_AHEAD = 2;
const COMPACT_AT = 256;

/**
 * YAML text to tokens, one at a time, with the comments beside them (spec: formats.md §5.2, §5.3).
 *
 * Its steps are libyaml's, because the place of every comment depends on when a token is read.
 */
export class Scanner {
  readonly comments: CommentQueue = new CommentQueue();
  private readonly cursor: Cursor;
  private queue: Token[] = [];
  private head = 0;
  /** Tokens given to the parser so far. */
  private taken = 0;
  private last: Token;
  private beforeLast: Token;
  private readonly indents: number[] = [];
  private readonly simpleKeys: SimpleKeys;
  private isEnded = false;

  constructor(cursor: Cursor) {
    this.cursor = cursor;
    this.simpleKeys = new SimpleKeys(cursor);
    cursor.isSimpleKeyAllowed = true;
    this.last = makeToken(TOKEN.STREAM_START, cursor.position, cursor.position, 0, 0);
    this.beforeLast = this.last;
    this.queue.push(this.last);
  }

  /** The next token, which stays. */
  peek(): Token {
    // The check of the head comes even at the end: it may find that a key was due there.
    while (this.needsMore() && !this.isEnded) {
      this.fetch();
    }
    return this.queue[this.head] ?? this.last;
  }

  /** Drops the token that {@link peek} gave. */
  take(): void {
    this.head += 1;
    this.taken += 1;
    if (this.head === COMPACT_AT) {
      this.queue = this.queue.slice(COMPACT_AT);
      this.head = 0;
    }
  }

  private needsMore(): boolean {
    if (this.queue.length - this.head <= LOOK_AHEAD && !this.isEnded) {
      return true;
    }
    // The token at the head may still get a KEY before it.
    const key = this.queue[this.head]?.candidate;
    return key?.isAwaited === true && key.token === this.taken && this.isUndecided(key);
  }

  private isUndecided(key: SimpleKey): boolean {
    return key.isPossible && this.simpleKeys.isValid(key);
  }

  private fetch(): void {
    const { cursor } = this;
    const scan = cursor.position;
    this.skipToToken();
    this.unroll(cursor.column, scan);
    const unit = cursor.at(cursor.position);
    if (unit === END) {
      this.fetchEnd();
      return;
    }
    if (cursor.position === cursor.lineStart && this.fetchAtLineStart(unit)) {
      return;
    }
    const start = cursor.position;
    const belongsToLast = cursor.flowLevel === 0 ? unit === 0x3a : unit === 0x2c;
    const commentToken = belongsToLast ? this.last.start : start;
    this.fetchContent(unit, start);
    if (this.last.type !== TOKEN.BLOCK_ENTRY && cursor.newlines === 0) {
      this.comments.scanLine(cursor, commentToken);
    }
  }

  /** Directives and document markers. */
  private fetchAtLineStart(unit: number): boolean {
    const { cursor } = this;
    const isDirective = unit === 0x25;
    if (!isDirective && !cursor.isAtDocumentMarker()) {
      return false;
    }
    this.unroll(-1, cursor.position);
    this.simpleKeys.remove();
    cursor.isSimpleKeyAllowed = false;
    if (isDirective) {
      this.push(scanDirective(cursor));
      return true;
    }
    const start = cursor.position;
    cursor.position += 3;
    cursor.newlines = 0;
    this.push(
      simpleToken(cursor, unit === 0x2d ? TOKEN.DOCUMENT_START : TOKEN.DOCUMENT_END, start),
    );
    return true;
  }

  private fetchEnd(): void {
    const { cursor } = this;
    if (cursor.column !== 0) {
      cursor.line += 1;
      cursor.lineStart = cursor.position;
    }
    this.unroll(-1, cursor.position);
    this.simpleKeys.remove();
    cursor.isSimpleKeyAllowed = false;
    this.push(simpleToken(cursor, TOKEN.STREAM_END, cursor.position));
    this.isEnded = true;
  }

  private fetchContent(unit: number, start: number): void {
    switch (unit) {
      case 0x5b:
        return this.fetchFlowStart(TOKEN.FLOW_SEQUENCE_START, start);
      case 0x7b:
        return this.fetchFlowStart(TOKEN.FLOW_MAPPING_START, start);
      case 0x5d:
        return this.fetchFlowEnd(TOKEN.FLOW_SEQUENCE_END, start);
      case 0x7d:
        return this.fetchFlowEnd(TOKEN.FLOW_MAPPING_END, start);
      case 0x2c:
        return this.fetchFlowEntry(start);
      case 0x27:
      case 0x22:
        return this.fetchKeyable(scanQuoted);
      case 0x2a:
      case 0x26:
        return this.fetchKeyable(scanAnchor);
      case 0x21:
        return this.fetchKeyable(scanTag);
      default:
        return this.fetchOther(unit, start);
    }
  }

  private fetchOther(unit: number, start: number): void {
    const { cursor } = this;
    const inFlow = cursor.flowLevel > 0;
    const isAlone = isBlankBreakOrEnd(cursor.at(start + 1));
    if (unit === 0x2d && isAlone) {
      return this.fetchBlockEntry(start);
    }
    if (unit === 0x3f && (inFlow || isAlone)) {
      return this.fetchKey(start);
    }
    if (unit === 0x3a && (inFlow || isAlone)) {
      return this.fetchValue(start);
    }
    return this.fetchText(unit, inFlow);
  }

  private fetchText(unit: number, inFlow: boolean): void {
    const { cursor } = this;
    if ((unit === 0x7c || unit === 0x3e) && !inFlow) {
      this.simpleKeys.remove();
      cursor.isSimpleKeyAllowed = true;
      return this.push(scanBlock(cursor, this.comments));
    }
    if (!canStartPlain(unit)) {
      throw scanError("found character that cannot start any token", cursor, cursor.mark());
    }
    return this.fetchKeyable(scanPlain);
  }

  private fetchKeyable(scan: (cursor: Cursor) => Token): void {
    const key = this.simpleKeys.save(this.nextNumber());
    this.cursor.isSimpleKeyAllowed = false;
    const token = scan(this.cursor);
    token.candidate = key;
    this.push(token);
  }

  private fetchFlowStart(type: TokenType, start: number): void {
    const { cursor } = this;
    const outer = this.simpleKeys.save(this.nextNumber());
    cursor.flowLevel += 1;
    if (cursor.flowLevel > MAX_DEPTH) {
      throw scanError(MAX_DEPTH_PROBLEM, cursor, cursor.mark());
    }
    this.simpleKeys.enterLevel();
    cursor.isSimpleKeyAllowed = true;
    this.pushIndicator(type, start);
    this.last.candidate = outer;
  }

  private fetchFlowEnd(type: TokenType, start: number): void {
    this.simpleKeys.remove();
    if (this.cursor.flowLevel > 0) {
      this.simpleKeys.leaveLevel();
      this.cursor.flowLevel -= 1;
    }
    this.cursor.isSimpleKeyAllowed = false;
    this.pushIndicator(type, start);
  }

  private fetchFlowEntry(start: number): void {
    this.simpleKeys.remove();
    this.cursor.isSimpleKeyAllowed = true;
    this.pushIndicator(TOKEN.FLOW_ENTRY, start);
  }

  private fetchBlockEntry(start: number): void {
    const { cursor } = this;
    if (cursor.flowLevel === 0) {
      if (!cursor.isSimpleKeyAllowed) {
        throw scanError(
          "block sequence entries are not allowed in this context",
          cursor,
          cursor.mark(),
        );
      }
      this.roll(cursor.column, -1, TOKEN.BLOCK_SEQUENCE_START, start, cursor.line);
    }
    this.simpleKeys.remove();
    cursor.isSimpleKeyAllowed = true;
    this.pushIndicator(TOKEN.BLOCK_ENTRY, start);
  }

  private fetchKey(start: number): void {
    const { cursor } = this;
    if (cursor.flowLevel === 0) {
      if (!cursor.isSimpleKeyAllowed) {
        throw scanError("mapping keys are not allowed in this context", cursor, cursor.mark());
      }
      this.roll(cursor.column, -1, TOKEN.BLOCK_MAPPING_START, start, cursor.line);
    }
    this.simpleKeys.remove();
    cursor.isSimpleKeyAllowed = cursor.flowLevel === 0;
    this.pushIndicator(TOKEN.KEY, start);
  }

  private fetchValue(start: number): void {
    const { cursor } = this;
    const key = this.simpleKeys.current();
    if (this.isUndecided(key)) {
      // A key that the parser has already (see `leaveLevel`) comes too late; the parser refuses what follows it.
      const at = key.token < this.taken ? this.queue.length : this.head + key.token - this.taken;
      insertAt(this.queue, at, makeToken(TOKEN.KEY, key.start, key.start, key.line, key.column));
      this.roll(key.column, key.token, TOKEN.BLOCK_MAPPING_START, key.start, key.line);
      key.isPossible = false;
      cursor.isSimpleKeyAllowed = false;
    } else {
      if (cursor.flowLevel === 0) {
        if (!cursor.isSimpleKeyAllowed) {
          throw scanError("mapping values are not allowed in this context", cursor, cursor.mark());
        }
        this.roll(cursor.column, -1, TOKEN.BLOCK_MAPPING_START, start, cursor.line);
      }
      cursor.isSimpleKeyAllowed = cursor.flowLevel === 0;
    }
    this.pushIndicator(TOKEN.VALUE, start);
  }

  private pushIndicator(type: TokenType, start: number): void {
    this.cursor.position = start + 1;
    this.cursor.newlines = 0;
    this.push(simpleToken(this.cursor, type, start));
  }

  /** Number of the token that {@link push} will take next. */
  private nextNumber(): number {
    return this.taken + this.queue.length - this.head;
  }

  private push(token: Token): void {
    this.queue.push(token);
    this.beforeLast = this.last;
    this.last = token;
  }

  /** Opens a block collection if the column is behind the current one. `number` of the token before which it starts, -1 for the end of the queue. */
  private roll(column: number, number: number, type: TokenType, start: number, line: number): void {
    const { cursor } = this;
    if (cursor.flowLevel > 0 || cursor.indent >= column) {
      return;
    }
    this.indents.push(cursor.indent);
    if (this.indents.length > MAX_DEPTH) {
      throw scanError(MAX_DEPTH_PROBLEM, cursor, cursor.mark());
    }
    cursor.indent = column;
    const token = makeToken(type, start, start, line, column);
    if (number < this.taken) {
      this.push(token);
    } else {
      insertAt(this.queue, this.head + number - this.taken, token);
    }
  }

  /** Closes the block collections behind a column (spec: formats.md §5.3 (d)). */
  private unroll(column: number, scan: number): void {
    const { cursor } = this;
    if (cursor.flowLevel > 0 || cursor.indent <= column) {
      return;
    }
    let at = scan - 1;
    const feet = this.comments.footStarts(at);
    while (cursor.indent > column) {
      at = feet?.get(cursor.indent + 1) ?? at;
      this.push(makeToken(TOKEN.BLOCK_END, at, at, cursor.line, cursor.column));
      cursor.indent = this.indents.pop() ?? -1;
    }
  }

  /** Steps over blanks, line breaks and comments. */
  private skipToToken(): void {
    const { cursor } = this;
    const scan = cursor.position;
    const scanLine = cursor.line;
    for (;;) {
      while (this.canSkip(cursor.at(cursor.position))) {
        cursor.position += 1;
      }
      const unit = cursor.at(cursor.position);
      this.raiseLineComment(unit);
      if (unit === HASH) {
        this.comments.scanRun(cursor, scan, scanLine, this.commentedToken());
      } else if (!isBreak(unit)) {
        return;
      }
      if (isBreak(cursor.at(cursor.position))) {
        cursor.skipBreak();
        if (cursor.flowLevel === 0) {
          cursor.isSimpleKeyAllowed = true;
        }
      }
    }
  }

  /** Tabs are white space except where a key might start. */
  private canSkip(unit: number): boolean {
    return (
      unit === 0x20 ||
      (unit === 0x09 && (this.cursor.flowLevel > 0 || !this.cursor.isSimpleKeyAllowed))
    );
  }

  private commentedToken(): Token {
    return this.last.type === TOKEN.FLOW_ENTRY ? this.beforeLast : this.last;
  }

  /** §5.3 (c): a line comment before the first element of a list is about what follows. */
  private raiseLineComment(unit: number): void {
    if (
      this.last.type !== TOKEN.BLOCK_ENTRY ||
      this.beforeLast.type !== TOKEN.BLOCK_SEQUENCE_START
    ) {
      return;
    }
    const entry = this.comments.newest();
    if (entry?.role === "line" && !isBreak(unit)) {
      entry.role = "head";
      if (entry.startLine === this.cursor.line - 1) {
        entry.token = this.cursor.position;
      }
    }
  }
}

const NEVER_PLAIN = new Set(Array.from(",[]{}#&*!|>'\"%@`", (char) => char.charCodeAt(0)));

/** Also `-`, `?` and `:` may start a plain scalar here: the indicators have been sorted out before. */
function canStartPlain(unit: number): boolean {
  return !NEVER_PLAIN.has(unit) && !isBlank(unit) && !isBreakOrEnd(unit);
}

/** As `splice`, which is slow for what happens at every key: an insertion near the end. */
function insertAt(queue: Token[], at: number, token: Token): void {
  let moved = token;
  for (let index = at; index < queue.length; index += 1) {
    const next = queue[index] ?? moved;
    queue[index] = moved;
    moved = next;
  }
  queue.push(moved);
}
