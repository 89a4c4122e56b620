import type { Comment, MapItem, Pair, StringValue } from "../../document/tree.js";
import { decodeText } from "../../support/text.js";
import { METADATA_KEY } from "../metadata-entry.js";
import { skipBlanks, trimEnd } from "./characters.js";
import { readComment } from "./comment-text.js";
import type {
  CommentMark,
  CommentRun,
  IniDocument,
  Mark,
  OlderLine,
  SourceEntry,
  SourceSection,
} from "./ini-document.js";
import { scanLine, type KeyLine, type ScannedLine, type SectionLine } from "./scan-line.js";
import type { Span } from "./scan-value.js";

/** The section of the keys before any header; always the first item, even when empty. */
const DEFAULT_SECTION = "DEFAULT";

interface Entry extends SourceEntry {
  readonly key: string;
  line: KeyLine;
  runs: readonly CommentRun[];
  isNumbered: boolean;
  older: OlderLine[];
}

interface Section extends SourceSection {
  readonly name: string;
  readonly entries: Entry[];
  readonly byKey: Map<string, Entry>;
  end: number;
  /** Keys named `-` so far. */
  numbered: number;
}

/** What most keys have; never added to. */
const NO_OLDER_LINES: OlderLine[] = [];

/** Reads INI text (spec: formats.md §9.1). @throws ParseError with a line number, never with text */
export function parseIni(source: Uint8Array): IniDocument {
  const text = decodeText(source);
  let offset = skipByteOrderMark(text);
  const reader = new SectionReader(text, offset);
  while (offset < text.length) {
    const line = scanLine(text, offset);
    if (line === null) {
      const lineEnd = text.indexOf("\n", offset);
      offset = lineEnd === -1 ? text.length : lineEnd + 1;
    } else {
      reader.add(line);
      offset = line.next;
    }
  }
  return reader.finish();
}

/** Past a UTF-8 mark. compat: the marks of UTF-16 are passed over as well, and what follows is read as UTF-8. */
function skipByteOrderMark(text: string): number {
  if (text.startsWith("\ufeff")) {
    return 1;
  }
  return text.startsWith("\udcff\udcfe") || text.startsWith("\udcfe\udcff") ? 2 : 0;
}

/** Collects lines into sections, then turns these into the tree and its marks. */
class SectionReader {
  readonly #text: string;
  readonly #marks: Mark[] = [];
  readonly #sections: Section[] = [];
  #pending: CommentRun[] = [];
  #section: Section;
  #places = 0;
  #isReordered = false;

  constructor(text: string, start: number) {
    this.#text = text;
    this.#section = this.#open(DEFAULT_SECTION, [], { start, next: start });
  }

  add(line: ScannedLine): void {
    switch (line.kind) {
      case "comment":
        this.#pending.push({
          span: line.comment,
          line: { start: line.start, end: line.next },
          boundary: line.start,
        });
        break;
      case "section":
        this.#addSection(line);
        break;
      case "key":
        this.#addKey(line);
        break;
    }
  }

  #open(
    name: string,
    runs: readonly CommentRun[],
    header: Pick<SectionLine, "start" | "next">,
  ): Section {
    this.#section = {
      name,
      runs,
      entries: [],
      byKey: new Map(),
      headerStart: header.start,
      headerNext: header.next,
      start: runs[0]?.line?.start ?? header.start,
      end: header.next,
      numbered: 0,
    };
    this.#sections.push(this.#section);
    return this.#section;
  }

  #addSection(line: SectionLine): void {
    const runs = this.#takePending(line.comment, line.dropped?.end ?? line.headerEnd);
    if (line.dropped !== null) {
      this.#marks.push({ role: "dropped", ...line.dropped });
    }
    this.#open(line.name, runs, line);
  }

  #addKey(line: KeyLine): void {
    const section = this.#section;
    const isNumbered = line.key === "-";
    section.numbered += isNumbered ? 1 : 0;
    const key = isNumbered ? `#${section.numbered}` : line.key;
    const runs = this.#takePending(line.value.comment, line.value.dropped?.end ?? line.value.end);
    section.end = line.next;
    const older = section.byKey.get(key);
    if (older === undefined) {
      const entry: Entry = { key, line, runs, isNumbered, older: NO_OLDER_LINES };
      section.entries.push(entry);
      section.byKey.set(key, entry);
      return;
    }
    // The new value takes the place of the older one in the tree, and all of that one's text is dropped.
    this.#isReordered ||= section.entries.at(-1) !== older || older.isNumbered;
    this.#drop(older.runs);
    this.#marks.push({ role: "dropped", start: older.line.start, end: older.line.next });
    const olderLine: OlderLine = { line: older.line, runs: older.runs };
    if (older.older === NO_OLDER_LINES) {
      older.older = [olderLine];
    } else {
      older.older.push(olderLine);
    }
    older.line = line;
    older.runs = runs;
    older.isNumbered = isNumbered;
  }

  #takePending(inline: Span | null, boundary: number): CommentRun[] {
    const runs = this.#pending;
    this.#pending = [];
    if (inline !== null) {
      runs.push({ span: inline, line: null, boundary });
    }
    return runs;
  }

  /** Comment lines that nothing owns; those behind a value leave with their entry. */
  #drop(runs: readonly CommentRun[]): void {
    for (const { line } of runs) {
      if (line !== null) {
        this.#marks.push({ role: "dropped", ...line });
      }
    }
  }

  finish(): IniDocument {
    this.#drop(this.#pending);
    const items = this.#sections.map((section) => this.#sectionPair(section));
    const metadataSections = this.#sections.filter(({ name }) => name === METADATA_KEY);
    return {
      format: "ini",
      text: this.#text,
      branches: [{ kind: "map", items, place: this.#newPlace() }],
      isSpliceable: true,
      sections: this.#sections,
      marks: this.#marks.toSorted((a, b) => a.start - b.start || a.end - b.end),
      metadataSpans: metadataSections.map(({ start, end }) => ({ start, end: this.#tailEnd(end) })),
      isReordered: this.#isReordered,
    };
  }

  /** The end of the text when only blanks follow. */
  #tailEnd(end: number): number {
    const { length } = this.#text;
    return skipBlanks(this.#text, end, length) === length ? length : end;
  }

  #newPlace(): number {
    this.#places += 1;
    return this.#places - 1;
  }

  #sectionPair(section: Section): Pair {
    const items: MapItem[] = [];
    const comment = this.#pushComment(section.runs, "header", items);
    if (comment?.site === "header") {
      const { headerStart: start } = section;
      this.#marks.push({ role: "above", start, end: start, place: comment.place });
    }
    for (const entry of section.entries) {
      this.#pushEntry(entry, items);
    }
    const place = this.#newPlace();
    return { kind: "pair", key: section.name, value: { kind: "map", items, place }, place };
  }

  #pushEntry({ key, line, runs }: Entry, items: MapItem[]): void {
    const place = this.#newPlace();
    const { start, end, value: text, style, comment, dropped } = line.value;
    const leaf: StringValue = { kind: "string", value: text, place };
    items.push({ kind: "pair", key, value: leaf, place });
    const owner = this.#pushComment(runs, "value", items);
    const tail =
      comment === null || owner === null
        ? null
        : { ...comment, place: owner.place, isRest: owner.site === "nothing" };
    this.#marks.push({ role: "value", start, end, leaf, place, style, tail });
    if (dropped !== null) {
      this.#marks.push({ role: "dropped", ...dropped, place });
    }
    if (line.dropped !== null) {
      this.#marks.push({ role: "dropped", ...line.dropped });
    }
  }

  /** The comment of a section or key; it owns its lines, or what stands behind the value when it has none. */
  #pushComment(
    runs: readonly CommentRun[],
    inlineSite: "value" | "header",
    items: MapItem[],
  ): CommentMark | null {
    const [first] = runs;
    const last = runs.at(-1);
    if (first === undefined || last === undefined) {
      return null;
    }
    const block = runs.map(({ span }) => this.#text.slice(span.start, span.end)).join("\n");
    const { text, prefixLength } = readComment(block);
    const place = this.#newPlace();
    const leaf: Comment = { kind: "comment", text, inline: false, place };
    items.push(leaf);
    const isScattered = first !== last && last.line === null;
    const owned = isScattered ? (runs.at(-2) ?? last) : last;
    const start = first.span.start + prefixLength;
    const mark: CommentMark = {
      role: "comment",
      start,
      end: trimEnd(this.#text, start, owned.span.end),
      leaf,
      place,
      prefixStart: first.span.start,
      site: first.line === null ? inlineSite : "nothing",
      boundary: first.boundary,
    };
    this.#marks.push(mark);
    if (isScattered) {
      this.#marks.push({
        role: "rest",
        start: trimEnd(this.#text, last.boundary, last.span.start),
        end: trimEnd(this.#text, last.span.start, last.span.end),
        place,
      });
    }
    return mark;
  }
}
