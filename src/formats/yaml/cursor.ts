import { ParseError } from "../../support/errors.js";
import { BYTE_ORDER_MARK, CR, END, isBreak, LF } from "./characters.js";
import type { BlockLayout, ScalarStyle, Token, TokenType } from "./token.js";

/** A position that an error is about. */
export interface Mark {
  readonly line: number;
  readonly column: number;
}

/** Where the scanner stands, and the bookkeeping that token and comment scanning share (spec: formats.md §5.3). */
export class Cursor {
  readonly text: string;
  readonly length: number;
  position = 0;
  /** From 0. */
  line = 0;
  /** Index of the first character of the current line. */
  lineStart = 0;
  /** Line breaks consumed since the last character that is not blank. */
  newlines = 0;
  /** Column of the innermost open block collection, -1 at the top. */
  indent = -1;
  flowLevel = 0;
  isSimpleKeyAllowed = false;

  constructor(text: string) {
    this.text = text;
    this.length = text.length;
    if (text.charCodeAt(0) === BYTE_ORDER_MARK) {
      this.position = 1;
      this.lineStart = 1;
    }
  }

  get column(): number {
    return this.position - this.lineStart;
  }

  /** The unit at an index; {@link END} behind the text. */
  at(index: number): number {
    return index < this.length ? this.text.charCodeAt(index) : END;
  }

  /** Steps over the line break at the cursor; a carriage return with line feed is one. */
  skipBreak(): void {
    this.position += this.at(this.position) === CR && this.at(this.position + 1) === LF ? 2 : 1;
    this.line += 1;
    this.lineStart = this.position;
    this.newlines += 1;
  }

  /** As {@link skipBreak}; returns the break as it counts inside scalars: LS and PS stay, others are line feeds. */
  readBreak(): string {
    const unit = this.at(this.position);
    this.skipBreak();
    return unit > 0xff ? String.fromCharCode(unit) : "\n";
  }

  /** True at `---` or `...` at the start of a line, followed by a blank, a break or the end. */
  isAtDocumentMarker(): boolean {
    if (this.position !== this.lineStart) {
      return false;
    }
    const unit = this.at(this.position);
    if (
      (unit !== 0x2d && unit !== 0x2e) ||
      this.at(this.position + 1) !== unit ||
      this.at(this.position + 2) !== unit
    ) {
      return false;
    }
    const next = this.at(this.position + 3);
    return next === 0x20 || next === 0x09 || next === END || isBreak(next);
  }

  mark(): Mark {
    return { line: this.line, column: this.column };
  }
}

/** A token that starts at `start` on the current line and ends at the cursor. */
export function simpleToken(
  cursor: Cursor,
  type: TokenType,
  start: number,
  end: number = cursor.position,
): Token {
  return makeToken(type, start, end, cursor.line, start - cursor.lineStart);
}

export function makeToken(
  type: TokenType,
  start: number,
  end: number,
  line: number,
  column: number,
  text = "",
): Token {
  return {
    type,
    start,
    end,
    line,
    column,
    text,
    suffix: "",
    style: "plain",
    block: null,
    candidate: null,
  };
}

export function scalarToken(
  type: TokenType,
  start: number,
  end: number,
  mark: Mark,
  text: string,
  style: ScalarStyle,
  block: BlockLayout | null = null,
): Token {
  return {
    type,
    start,
    end,
    line: mark.line,
    column: mark.column,
    text,
    suffix: "",
    style,
    block,
    candidate: null,
  };
}

/**
 * A scanner error at the cursor. libyaml names the line of the context unless that is the first one, else the line of
 * the problem, and no line for the first (spec: formats.md §5.10).
 */
export function scanError(problem: string, cursor: Cursor, context: Mark): ParseError {
  const line = context.line !== 0 ? context.line : cursor.line;
  return positioned(problem, line === 0 ? 0 : line + 1, cursor.mark());
}

/** A parser error: as {@link scanError}, but lines count from 0. */
export function parseError(problem: string, at: Mark, context: Mark | null): ParseError {
  return positioned(problem, context !== null && context.line !== 0 ? context.line : at.line, at);
}

function positioned(problem: string, line: number, at: Mark): ParseError {
  const where = line === 0 ? "" : `line ${line}: `;
  return new ParseError(`yaml: ${where}${problem}`, at.line + 1, at.column + 1);
}
