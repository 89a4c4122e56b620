import type { ScalarValue } from "../../document/tree.js";
import { flatText } from "../flat-text.js";
import { byteLength, skipBlanks, trimEnd } from "./characters.js";
import type { SourceEntry } from "./ini-document.js";
import type { KeyLine } from "./scan-line.js";
import type { ValueStyle } from "./scan-value.js";
import { exactValue, spellKey } from "./spelling.js";

/** How keys and values stand in a section. */
export interface LineStyle {
  readonly indent: string;
  /** What stands between key and delimiter where nothing is aligned. */
  readonly before: string;
  readonly delimiter: string;
  readonly after: string;
  /** Bytes before the delimiter where the delimiters of the section stand in one column, else 0. */
  readonly column: number;
  readonly valueStyle: ValueStyle;
}

/** The reference's own (spec: formats.md §9.2). */
const CANONICAL_STYLE: LineStyle = {
  indent: "",
  before: " ",
  delimiter: "=",
  after: " ",
  column: 0,
  valueStyle: "bare",
};

/** A key and its value as they stand on a line. */
export interface SpelledLine {
  /** All before the value. */
  readonly start: string;
  readonly value: string;
}

export function lineBreakOf(text: string): string {
  const lineFeed = text.indexOf("\n");
  return lineFeed > 0 && text.charAt(lineFeed - 1) === "\r" ? "\r\n" : "\n";
}

/** The style of the last of some entries of one section; the reference's where there are none. */
export function measureStyle(text: string, entries: readonly SourceEntry[]): LineStyle {
  const lines = entries.map(({ line }) => measureLine(text, line));
  const last = lines.at(-1);
  if (last === undefined) {
    return CANONICAL_STYLE;
  }
  const gaps = lines.map(({ gap }) => gap);
  const isAligned =
    lines.every(({ column }) => column === last.column) && gaps.some((gap) => gap.length > 1);
  const after = lines.findLast((line) => line.after !== null)?.after;
  return {
    indent: last.indent,
    before: isAligned ? shortest(gaps) : last.gap,
    delimiter: last.delimiter,
    after: after ?? (last.gap === "" ? "" : " "),
    column: isAligned ? last.column : 0,
    valueStyle: last.valueStyle,
  };
}

interface MeasuredLine {
  readonly indent: string;
  /** Between key and delimiter. */
  readonly gap: string;
  readonly delimiter: string;
  /** Between delimiter and value; `null` for an empty value, where it says nothing. */
  readonly after: string | null;
  readonly column: number;
  readonly valueStyle: ValueStyle;
}

function measureLine(text: string, { start, delimiter, value }: KeyLine): MeasuredLine {
  const isQuoted = value.style === "'" || value.style === '"';
  return {
    indent: text.slice(start, skipBlanks(text, start, delimiter)),
    gap: text.slice(trimEnd(text, start, delimiter), delimiter),
    delimiter: text.charAt(delimiter),
    after: value.start === value.end ? null : text.slice(delimiter + 1, value.start),
    column: byteLength(text.slice(start, delimiter)),
    valueStyle: isQuoted ? value.style : "bare",
  };
}

function shortest(gaps: readonly string[]): string {
  return gaps.reduce((best, gap) => (gap.length < best.length ? gap : best));
}

/** @returns `null` when no spelling reads back as this key or value */
export function spellLine(key: string, value: ScalarValue, style: LineStyle): SpelledLine | null {
  const spelled = spellKey(key);
  const text = exactValue(flatText(value), style.valueStyle, "");
  // A `-` would read as a number.
  if (spelled === null || text === null || key === "-") {
    return null;
  }
  const width = byteLength(style.indent) + spelled.width;
  const gap = width < style.column ? " ".repeat(style.column - width) : style.before;
  return { start: style.indent + spelled.text + gap + style.delimiter + style.after, value: text };
}

/** The style for a section of new keys only: in one column where those of the file are, or where it shows nothing. */
export function alignedStyle(keys: readonly string[], style: LineStyle): LineStyle {
  if (style.column === 0 && style !== CANONICAL_STYLE) {
    return style;
  }
  const widths = keys.map((key) => spellKey(key)?.width ?? 0);
  const widest = widths.reduce((most, width) => Math.max(most, width), 0);
  return { ...style, column: byteLength(style.indent + style.before) + widest };
}
