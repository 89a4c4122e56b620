/** Puts a spelled scalar on the page (spec: formats.md §5.8). */
import type { WaitingComments } from "./emit-comments.js";
import type { LineWriter } from "./emit-lines.js";
import { doubleQuote, type Spelling } from "./emit-scalar.js";

export function writeSpelling(
  lines: LineWriter,
  waiting: WaitingComments,
  spelling: Spelling,
  isListElement: boolean,
): void {
  if (spelling.tag !== undefined) {
    lines.word(spelling.tag);
  }
  if (spelling.style === "literal") {
    writeLiteral(lines, waiting, spelling.text, lines.nestedIndent(isListElement));
  } else if (spelling.style === "single" && spelling.isMultiline === true) {
    lines.quotedLines(spelling.text, lines.nestedIndent(isListElement));
  } else {
    lines.word(spelling.text);
  }
}

function writeLiteral(
  lines: LineWriter,
  waiting: WaitingComments,
  text: string,
  indent: number,
): void {
  const needsDigit = text.startsWith(" ") || isBreakAt(text, 0);
  const isDigitRight = indent - Math.max(lines.indent, 0) === lines.step;
  // The digit that sops writes does not fit the lines in a list. To a reader it matters where a line has text.
  // spec: formats.md §12 #3
  const isMisread = needsDigit && !isDigitRight && /[^\n\u2028\u2029]/.test(text);
  // Behind a header, the second line of a comment would stand inside the text.
  if (isMisread || waiting.hasLongLine()) {
    lines.word(doubleQuote(text));
    return;
  }
  const chomp = chomping(text);
  lines.word(`|${needsDigit ? String(lines.step) : ""}${chomp}`);
  if (waiting.hasLine()) {
    waiting.lineStep();
  } else {
    lines.endLine();
  }
  lines.block(text, indent, chomp === "+");
}

function chomping(text: string): "" | "-" | "+" {
  if (!isBreakAt(text, text.length - 1)) {
    return "-";
  }
  return text.length === 1 || isBreakAt(text, text.length - 2) ? "+" : "";
}

function isBreakAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code === 0x0a || code === 0x2028 || code === 0x2029;
}
