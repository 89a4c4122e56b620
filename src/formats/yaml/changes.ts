import type { Piece } from "../store.js";
import { isBlank, isBreak } from "./characters.js";
import type { FileStyle } from "./file-style.js";
import type { Outline } from "./outline.js";
import type { YamlDocument } from "./places.js";
import { behindBreak, type Edit } from "./structure-edits.js";
import type { MatchedTrees } from "./tree-match.js";

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Text that goes, but for the comments in it that stay. */
interface Cut extends Range {
  /** From the start of a line: whole lines, and comments that stay get lines of their own. */
  readonly isLines: boolean;
  /** What stands before a comment that stays, if it does not stay where it is. */
  readonly indent: string;
}

/**
 * What is done where lines have gone: nothing; an empty line below a comment, which might be taken for one about what
 * follows otherwise; the empty lines go too, which might be taken for the end of a text above.
 */
export type Seam = "open" | "set off" | "close";

export const SEAMS: readonly Seam[] = ["open", "set off", "close"];

interface Insertion extends Edit {
  readonly isBelowComment?: boolean;
}

/** What a change of structure does to a text, gathered in the order of the tree. */
export class Changes {
  readonly document: YamlDocument;
  readonly outline: Outline;
  readonly style: FileStyle;
  readonly matched: MatchedTrees = { before: [], after: [], pairs: [], metadata: [] };
  readonly #insertions: Insertion[] = [];
  readonly #cuts: Cut[] = [];
  readonly #goneComments: number[] = [];
  /** Places of all comments, in the order of the text. */
  readonly #comments: number[];

  constructor(document: YamlDocument, outline: Outline, style: FileStyle) {
    this.document = document;
    this.outline = outline;
    this.style = style;
    this.#comments = commentsOf(document);
  }

  /** @param isBelowComment behind a comment inside of something else, which might be taken for one about this */
  insert(at: number, pieces: readonly Piece[], isBelowComment = false): void {
    this.#insertions.push({ start: at, end: at, text: "", pieces, isBelowComment });
  }

  replace(start: number, end: number, pieces: readonly Piece[]): void {
    this.#insertions.push({ start, end, text: "", pieces });
  }

  insertText(at: number, text: string): void {
    this.#insertions.push({ start: at, end: at, text });
  }

  cut(start: number, end: number): void {
    this.#cuts.push({ start, end, isLines: false, indent: "" });
  }

  /** The lines from that of `start` to that of `end`. */
  cutLines(start: number, end: number): void {
    const lineStart = this.lineStart(start);
    const indent = this.document.text.slice(lineStart, start);
    const lineEnd = behindBreak(this.document.text, this.lineEnd(end));
    this.#cuts.push({ start: lineStart, end: lineEnd, isLines: true, indent });
  }

  dropComment(place: number): void {
    this.#goneComments.push(place);
  }

  /** Places of the comments in a stretch that are known to stay. */
  keptComments(start: number, end: number): number[] {
    const { places } = this.document;
    const kept: number[] = [];
    let index = this.#commentsBefore(start);
    for (
      let place = this.#comments[index];
      place !== undefined && places.startOf(place) < end;
      place = this.#comments[index]
    ) {
      if (this.matched.after[place] !== undefined) {
        kept.push(place);
      }
      index += 1;
    }
    return kept;
  }

  #commentsBefore(position: number): number {
    const { places } = this.document;
    let low = 0;
    let high = this.#comments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places.startOf(this.#comments[middle] ?? 0) < position) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  lineEnd(from: number): number {
    const { text } = this.document;
    let index = from;
    while (index < text.length && !isBreak(text.charCodeAt(index))) {
      index += 1;
    }
    return index;
  }

  lineStart(from: number): number {
    const { text } = this.document;
    const first = this.textStart;
    let index = from;
    while (index > first && !isBreak(text.charCodeAt(index - 1))) {
      index -= 1;
    }
    return index;
  }

  /** Behind a byte order mark. */
  get textStart(): number {
    return this.document.text.startsWith("\ufeff") ? 1 : 0;
  }

  /** Nothing but blanks before it on its line. */
  isOwnLine(at: number): boolean {
    const { text } = this.document;
    let index = at;
    while (index > this.textStart && isBlank(text.charCodeAt(index - 1))) {
      index -= 1;
    }
    return index === this.textStart || isBreak(text.charCodeAt(index - 1));
  }

  /**
   * All edits; where they start at the same place, what is put in comes before what goes.
   */
  edits(seam: Seam): Edit[] {
    const removals = [
      ...this.#cuts.flatMap((cut) => this.#cutAround(cut, seam)),
      ...this.#goneComments.map((place) => this.#commentEdit(place)),
    ];
    const { lineBreak } = this.style;
    const insertions = this.#insertions.map((edit) =>
      seam === "set off" && edit.isBelowComment === true ? { ...edit, text: lineBreak } : edit,
    );
    return [...insertions, ...removals];
  }

  #cutAround(cut: Cut, seam: Seam): Edit[] {
    const { text, places } = this.document;
    const edits: Edit[] = [];
    let { start } = cut;
    for (const place of this.keptComments(cut.start, cut.end)) {
      edits.push({ start, end: places.startOf(place), text: cut.isLines ? cut.indent : " " });
      const end = places.endOf(place);
      start = cut.isLines ? behindBreak(text, end) : end;
    }
    const last = edits.length === 0 && cut.isLines ? this.#withoutLastBreak(cut) : start;
    if (last < cut.end) {
      const isSetOff = seam === "set off" && cut.isLines && this.#isBelowComment(start);
      const end = seam === "close" && cut.isLines ? this.#behindEmptyLines(cut.end) : cut.end;
      edits.push({ start: last, end, text: isSetOff ? this.style.lineBreak : "" });
    }
    return edits;
  }

  /** A text that does not end with a line break does not do so without its last lines either. */
  #withoutLastBreak({ start, end }: Cut): number {
    const { text } = this.document;
    const isAtEnd = end === text.length && !isBreak(text.charCodeAt(end - 1));
    if (!isAtEnd || start <= this.textStart || this.#endsBlock(start)) {
      return start;
    }
    const isCrLf = text.endsWith("\r\n", start);
    return start - (isCrLf ? 2 : 1);
  }

  /** The line break before is that of a block scalar, which needs it. */
  #endsBlock(lineStart: number): boolean {
    const { places } = this.document;
    for (let place = places.count - 1; place >= 0; place -= 1) {
      const block = places.blockOf(place);
      if (block !== undefined && behindBreak(this.document.text, block.contentEnd) >= lineStart) {
        return block.contentEnd < lineStart;
      }
    }
    return false;
  }

  #behindEmptyLines(lineStart: number): number {
    let end = lineStart;
    for (let next = this.lineEnd(end); next === end && next < this.document.text.length;) {
      end = behindBreak(this.document.text, next);
      next = this.lineEnd(end);
    }
    return end;
  }

  #isBelowComment(lineStart: number): boolean {
    const { text, places } = this.document;
    const place = this.#comments[this.#commentsBefore(lineStart) - 1];
    return place !== undefined && behindBreak(text, places.endOf(place)) === lineStart;
  }

  /** A comment that goes, with its line or the blanks before it. */
  #commentEdit(place: number): Edit {
    const { text, places } = this.document;
    const start = places.startOf(place);
    const end = places.endOf(place);
    if (this.isOwnLine(start)) {
      const lineStart = this.lineStart(start);
      return { start: lineStart, end: behindBreak(text, end), text: "" };
    }
    let before = start;
    while (isBlank(text.charCodeAt(before - 1))) {
      before -= 1;
    }
    return { start: before, end, text: "" };
  }
}

function commentsOf({ places }: YamlDocument): number[] {
  const comments: number[] = [];
  for (let place = 0; place < places.count; place += 1) {
    if (places.kindOf(place) === "comment") {
      comments.push(place);
    }
  }
  return comments.toSorted((a, b) => places.startOf(a) - places.startOf(b));
}
