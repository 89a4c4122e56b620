import type { Comment, Leaf, MapItem, MapValue, Pair } from "../../document/tree.js";
import { isScalar } from "../../document/tree.js";
import { lineEndAt, skipBlanks } from "./characters.js";
import { choosePrefix } from "./comment-text.js";
import type { SourceSection } from "./ini-document.js";
import {
  alignedStyle,
  lineBreakOf,
  measureStyle,
  spellLine,
  type LineStyle,
} from "./line-style.js";
import { readRecords } from "./records.js";
import { scanLine } from "./scan-line.js";

/** A stretch of new text, or the leaf that it spells. */
export interface NewText {
  readonly text: string;
  readonly leaf?: Leaf;
}

/** New lines; the last of the texts is the break that ends them. */
export interface Insertion {
  /** The start of the line above which they stand; the end of the text for the end. */
  readonly offset: number;
  readonly texts: readonly NewText[];
  /** A comment: no other new lines may come between it and the line at `offset`. */
  readonly isAttached: boolean;
}

/** Writes entries, comments and sections that are new to a file, in its own style. */
export class LineWriter {
  readonly insertions: Insertion[] = [];
  readonly #text: string;
  readonly #sections: readonly SourceSection[];
  readonly #lineBreak: NewText;
  readonly #prefixes: ReadonlyMap<number, string>;
  /** Of the section that was written into last. */
  #style: { readonly section: SourceSection; readonly lines: LineStyle } | null = null;
  #commonStyle: LineStyle | null = null;

  /** @param prefixes marks and blanks before the comments of the text, by place */
  constructor(
    text: string,
    sections: readonly SourceSection[],
    prefixes: ReadonlyMap<number, string>,
  ) {
    this.#prefixes = prefixes;
    this.#text = text;
    this.#sections = sections;
    this.#lineBreak = { text: lineBreakOf(text) };
  }

  /** @returns false for what has no exact spelling */
  addEntry(section: SourceSection, pair: Pair, comment: Comment | null, offset: number): boolean {
    if (this.#style?.section !== section) {
      this.#style = { section, lines: this.#measure(section) };
    }
    const texts = this.#entryTexts(pair, comment, this.#style.lines);
    return texts !== null && this.#insert(offset, texts);
  }

  /** @returns as {@link addEntry} */
  addComment(comment: Comment, offset: number): boolean {
    const texts = this.#commentTexts(comment);
    return texts !== null && this.#insert(offset, texts, true);
  }

  /**
   * A section behind an empty line; before another one when `isLast` is false.
   *
   * @returns as {@link addEntry}
   */
  addSection(item: MapItem, offset: number, isLast: boolean): boolean {
    if (item.kind !== "pair" || item.value.kind !== "map" || !isSectionName(item.key)) {
      return false;
    }
    const texts = this.#sectionTexts(item.key, item.value);
    if (texts === null) {
      return false;
    }
    const isFirst = offset === this.#sections[0]?.headerNext && this.insertions.length === 0;
    const above = isFirst ? [] : [this.#lineBreak];
    const below = isLast || this.#isBlankAt(offset) ? [] : [this.#lineBreak];
    return this.#insert(offset, [...above, ...texts, ...below]);
  }

  /** The empty line between the first keys before any header and the section below. */
  closeFirst(offset: number): boolean {
    const isNeeded = this.insertions.length > 0 && !this.#isBlankAt(offset);
    return !isNeeded || this.#insert(offset, [this.#lineBreak]);
  }

  #insert(offset: number, texts: readonly NewText[], isAttached = false): true {
    this.insertions.push({ offset, texts, isAttached });
    return true;
  }

  #isBlankAt(offset: number): boolean {
    const lineEnd = lineEndAt(this.#text, offset);
    return skipBlanks(this.#text, offset, lineEnd) === lineEnd;
  }

  #measure({ entries }: SourceSection): LineStyle {
    if (entries.length > 0) {
      return measureStyle(this.#text, entries);
    }
    // The column of another section is none for this one.
    return { ...this.#measureFile(), column: 0 };
  }

  #measureFile(): LineStyle {
    if (this.#commonStyle === null) {
      const shown = this.#sections.find(({ entries }) => entries.length > 0);
      this.#commonStyle = measureStyle(this.#text, shown?.entries ?? []);
    }
    return this.#commonStyle;
  }

  #sectionTexts(name: string, section: MapValue): NewText[] | null {
    const records = readRecords(section);
    const keys = records?.pairs.map(({ key }) => key) ?? [];
    if (records === null || new Set(keys).size < keys.length) {
      return null;
    }
    const texts: NewText[] = [];
    const header = records.header === null ? [] : this.#commentTexts(records.header);
    if (header === null) {
      return null;
    }
    texts.push(...header, { text: `[${name}]` }, this.#lineBreak);
    const style = alignedStyle(keys, this.#measureFile());
    for (const [index, pair] of records.pairs.entries()) {
      const entry = this.#entryTexts(pair, records.comments[index] ?? null, style);
      if (entry === null) {
        return null;
      }
      texts.push(...entry);
    }
    return texts;
  }

  #entryTexts({ key, value }: Pair, comment: Comment | null, style: LineStyle): NewText[] | null {
    const above = comment === null ? [] : this.#commentTexts(comment);
    const line = isScalar(value) ? spellLine(key, value, style) : null;
    if (above === null || line === null || !isScalar(value)) {
      return null;
    }
    return [...above, { text: line.start }, { text: line.value, leaf: value }, this.#lineBreak];
  }

  #commentTexts(comment: Comment): NewText[] | null {
    const { text, place = -1 } = comment;
    const prefix = text === "" ? null : choosePrefix(text, "nothing", this.#prefixes.get(place));
    return prefix === null ? null : [{ text: prefix }, { text, leaf: comment }, this.#lineBreak];
  }
}

function isSectionName(name: string): boolean {
  if (name === "" || name.includes("\n")) {
    return false;
  }
  const line = scanLine(`[${name}]\n`, 0);
  return line?.kind === "section" && line.name === name;
}
