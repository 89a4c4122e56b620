/** The page being written: lines, indentation and comments (spec: formats.md §5.7, §5.9). */
import { SopsError } from "../../support/errors.js";
import { FACT, isBreak, scanText } from "./string-analysis.js";

/** Below the longest text that a JavaScript engine can hold. */
const MAX_LENGTH = 500_000_000;

/** Raw breaks that more text of the scalar follows: its line starts with the indentation. */
const QUOTED_BREAK_BEFORE_TEXT = /([\u2028\u2029])(?![\u2028\u2029]|'$)/g;
const BREAK_BEFORE_TEXT = /([\n\u2028\u2029])(?![\n\u2028\u2029]|$)/g;

/** `"\n"` and so many spaces. Neighbours share one string, so that deep trees do not fill the memory. */
const lineStarts: string[] = [];
const KEPT_LEVELS = 256;
let lastDeepStart = "";

function lineStart(width: number): string {
  if (width < KEPT_LEVELS) {
    return (lineStarts[width] ??= `\n${" ".repeat(width)}`);
  }
  if (lastDeepStart.length !== width + 1) {
    lastDeepStart = `\n${" ".repeat(width)}`;
  }
  return lastDeepStart;
}

/**
 * A growing text that knows just enough about its last line to place the next thing.
 *
 * Any method that writes throws SopsError CANNOT_EMIT when the text grows beyond what a string can hold.
 */
export class LineWriter {
  readonly step: number;
  /** Column of the innermost open block collection; -1 outside of all. */
  indent = -1;
  /** The indentation of the last foot comment: the next line there is set off by an empty one; -1 for none. */
  footIndent = -1;

  readonly #pieces: string[] = [];
  #length = 0;
  /** Only meaningful while the line holds nothing but spaces and the indicators `-`, `?`, `:`. */
  #column = 0;
  #holdsOnlyIndicators = true;
  #endsInBlank = true;
  /** A literal with `+` stands last: an empty line would be part of it. */
  #endsInKeptLines = false;

  /** @param step spaces per level, 2 to 9 */
  constructor(step: number) {
    this.step = step;
  }

  /** Column of what is nested in the current collection. spec: formats.md §5.7 */
  nestedIndent(isListElement: boolean): number {
    if (isListElement) {
      return this.indent + 2;
    }
    return this.step * Math.floor((Math.max(this.indent, 0) + this.step) / this.step);
  }

  /** Moves to the current indentation: on a new line, unless the open one is still empty up to there. */
  startLine(): void {
    const target = Math.max(this.indent, 0);
    const needsBreak =
      !this.#holdsOnlyIndicators ||
      this.#column > target ||
      (this.#column === target && !this.#endsInBlank);
    if (this.footIndent === target && !this.#endsInKeptLines) {
      if (needsBreak) {
        this.#put("\n");
      }
      this.#put(lineStart(target));
    } else if (needsBreak) {
      this.#put(lineStart(target));
    } else if (this.#column < target) {
      this.#put(" ".repeat(target - this.#column));
    }
    this.#column = target;
    this.#holdsOnlyIndicators = true;
    this.#endsInBlank = true;
    this.#endsInKeptLines = false;
    this.footIndent = -1;
  }

  endLine(): void {
    this.#put("\n");
    this.#column = 0;
    this.#holdsOnlyIndicators = true;
  }

  /** `-`, `?`, or the `:` on a line of its own. */
  indicator(mark: "-" | "?" | ":"): void {
    if (!this.#endsInBlank) {
      this.#put(" ");
      this.#column += 1;
    }
    this.#put(mark);
    this.#column += 1;
    this.#endsInBlank = false;
  }

  /** Text set off by a blank from what stands before. */
  word(text: string): void {
    if (!this.#endsInBlank) {
      this.#put(" ");
    }
    this.glue(text);
  }

  /** Text right behind what stands before. */
  glue(text: string): void {
    this.#put(text);
    this.#endsInBlank = false;
    this.#holdsOnlyIndicators = false;
  }

  /** A single-quoted text with raw breaks (LS, PS). */
  quotedLines(text: string, indent: number): void {
    this.word(text.replace(QUOTED_BREAK_BEFORE_TEXT, `$1${" ".repeat(indent)}`));
  }

  /** The lines of a literal scalar; the line of the header has ended. */
  block(text: string, indent: number, keepsBreaks: boolean): void {
    const pad = " ".repeat(indent);
    if (!isBreak(text.charCodeAt(0))) {
      this.#put(pad);
    }
    this.#put(text.replace(BREAK_BEFORE_TEXT, `$1${pad}`));
    this.#column = 0;
    this.#holdsOnlyIndicators = isBreak(text.charCodeAt(text.length - 1));
    this.#endsInBlank = true;
    this.#endsInKeptLines = keepsBreaks;
  }

  /** Own lines at the current indentation. */
  commentLines(text: string): void {
    this.startLine();
    this.#comment(text);
  }

  /** Behind what stands on the line, which ends with it. */
  commentAfter(text: string): void {
    if (!this.#endsInBlank) {
      this.#put(" ");
    }
    this.#comment(text);
  }

  text(): string {
    return this.#pieces.join("");
  }

  #comment(text: string): void {
    if ((scanText(text) & FACT.break) === 0) {
      this.#put(text);
      this.endLine();
    } else {
      this.#commentWithBreaks(text);
    }
    this.#endsInBlank = true;
  }

  /** Every line gets its own mark, so that no part of a comment can become data. */
  #commentWithBreaks(text: string): void {
    let start = 0;
    for (let index = 0; index < text.length; index += 1) {
      if (isBreak(text.charCodeAt(index))) {
        this.#commentLine(text.slice(start, index), start === 0);
        this.#put(text.slice(index, index + 1));
        this.#column = 0;
        this.#holdsOnlyIndicators = true;
        start = index + 1;
      }
    }
    this.#commentLine(text.slice(start), false);
    // Not every reader takes NEL, LS and PS for the end of a comment.
    if (!text.endsWith("\n")) {
      this.endLine();
    }
  }

  #commentLine(line: string, isFirst: boolean): void {
    if (line === "") {
      return;
    }
    if (!isFirst) {
      this.startLine();
    }
    this.#put(line.startsWith("#") ? line : `# ${line}`);
    this.#holdsOnlyIndicators = false;
  }

  #put(text: string): void {
    this.#length += text.length;
    if (this.#length > MAX_LENGTH) {
      throw new SopsError("CANNOT_EMIT", "the YAML text would be too long");
    }
    this.#pieces.push(text);
  }
}
