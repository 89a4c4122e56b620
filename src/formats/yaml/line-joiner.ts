/**
 * Folds the lines of a plain or quoted scalar: one line break between two lines becomes a blank, more of them lose the
 * first (spec: formats.md §5.2; LS and PS are kept as they are).
 */
export class LineJoiner {
  private readonly parts: string[];
  private firstBreak = "";
  private moreBreaks: string[] = [];
  private isBroken = false;

  constructor(first: string) {
    this.parts = [first];
  }

  /** A line break in its form inside scalars. */
  lineBreak(text: string): void {
    if (this.isBroken) {
      this.moreBreaks.push(text);
    } else {
      this.firstBreak = text;
      this.isBroken = true;
    }
  }

  /** An escaped line break: the lines join without a blank. */
  escapedBreak(): void {
    this.isBroken = true;
  }

  /** True while line breaks wait for the text that follows them: blanks are indentation then. */
  get hasPendingBreak(): boolean {
    return this.isBroken;
  }

  /** Text of a line, behind the breaks told before. */
  append(text: string): void {
    this.flushBreaks();
    this.parts.push(text);
  }

  /** The scalar's text; breaks without text behind them are dropped. */
  finish(): string {
    return this.parts.length === 1 ? (this.parts[0] ?? "") : this.parts.join("");
  }

  /** Puts the pending breaks into the text, as before a closing quote. */
  flushBreaks(): void {
    if (!this.isBroken) {
      return;
    }
    if (this.firstBreak !== "\n") {
      this.parts.push(this.firstBreak, this.moreBreaks.join(""));
    } else if (this.moreBreaks.length === 0) {
      this.parts.push(" ");
    } else {
      this.parts.push(this.moreBreaks.join(""));
    }
    this.firstBreak = "";
    this.moreBreaks = [];
    this.isBroken = false;
  }
}
