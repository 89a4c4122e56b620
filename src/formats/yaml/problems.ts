import { ParseError } from "../../support/errors.js";

interface Problem {
  /** Position in the text that decides which problem is met first. */
  readonly order: number;
  readonly text: string;
  readonly line: number;
}

/** More than these are not listed: a hostile file could hold as many as lines. */
const MAX_LISTED = 20;

/**
 * What is wrong with a document although its syntax is right (spec: formats.md §5.1 step 3). Kept until the document
 * ends, because a syntax error anywhere in it comes first.
 */
export class Problems {
  private listed: Problem[] = [];
  private first: Problem | null = null;

  /** A problem of the decoded document; all of them are reported together. Lines count from 1. */
  list(order: number, line: number, text: () => string): void {
    if (this.listed.length < MAX_LISTED) {
      this.listed.push({ order, line, text: `  line ${line}: ${text()}` });
    }
  }

  /** A problem that stops decoding where it stands. */
  stop(order: number, line: number, text: string): void {
    if (this.first === null || order < this.first.order) {
      this.first = { order, line, text };
    }
  }

  /** @throws ParseError if there was any problem */
  check(): void {
    if (this.first !== null) {
      throw new ParseError(`yaml: ${this.first.text}`, this.first.line);
    }
    const sorted = this.listed.toSorted((a, b) => a.order - b.order);
    const [earliest] = sorted;
    if (earliest !== undefined) {
      const lines = ["yaml: unmarshal errors:", ...sorted.map((problem) => problem.text)];
      throw new ParseError(lines.join("\n"), earliest.line);
    }
  }
}
