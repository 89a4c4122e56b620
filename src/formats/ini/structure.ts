import type { Comment, MapItem, Pair } from "../../document/tree.js";
import { isScalar } from "../../document/tree.js";
import { alignItems, type AlignStep } from "../align.js";
import { flatText } from "../flat-text.js";
import { lineEndAt, nextLine, skipBlanks, trimEnd } from "./characters.js";
import type { CommentRun, IniDocument, Mark, SourceEntry, SourceSection } from "./ini-document.js";
import type { Replacement } from "./match.js";
import { LineWriter, type Insertion } from "./new-lines.js";
import { recordsOf, type Records } from "./records.js";
import { readsBack, type Span } from "./scan-value.js";
import { exactValue } from "./spelling.js";

/** What a changed tree asks of the text besides other leaves. */
export interface StructureChange {
  readonly cuts: readonly Span[];
  readonly insertions: readonly Insertion[];
}

/**
 * Finds what of the lines goes and what lines come, and collects the leaves that stay, by their places.
 *
 * A comment stays where it is as long as its section or key does; one that belongs to another key in the new tree, as
 * when its own key went, moves above that.
 *
 * @param sections those of `old`
 * @returns `null` where the text cannot say the new tree: sections or keys that moved, several comments of one key, a
 * comment of the keys before any section, keys or values without a spelling, other numbers for keys named `-`
 */
export function planStructure(
  document: IniDocument,
  sections: readonly SourceSection[],
  old: readonly MapItem[],
  current: readonly MapItem[],
  leaves: Map<number, Replacement>,
): StructureChange | null {
  const planner = new StructurePlanner(document, sections, leaves);
  return planner.plan(old, current) ? planner.change : null;
}

class StructurePlanner {
  readonly #text: string;
  readonly #sections: readonly SourceSection[];
  readonly #leaves: Map<number, Replacement>;
  readonly #cuts: Span[] = [];
  readonly #writer: LineWriter;
  readonly #isTerminated: boolean;

  constructor(
    { text, marks }: IniDocument,
    sections: readonly SourceSection[],
    leaves: Map<number, Replacement>,
  ) {
    this.#text = text;
    this.#sections = sections;
    this.#leaves = leaves;
    this.#isTerminated = text.endsWith("\n");
    this.#writer = new LineWriter(text, sections, prefixesOf(text, marks));
  }

  get change(): StructureChange {
    return { cuts: this.#cuts, insertions: this.#writer.insertions };
  }

  plan(old: readonly MapItem[], current: readonly MapItem[]): boolean {
    const steps = alignItems(old, current) ?? [];
    const [first] = steps;
    // The reader always begins with the keys before any header.
    if (first === undefined || first.old !== old[0] || first.current === undefined) {
      return false;
    }
    const lastKept = steps.findLastIndex(({ old: before, current: after }) => before && after);
    let passed = 0;
    return steps.every((step, index) => {
      const section = this.#sections[passed];
      if (step.old === undefined) {
        const end = this.#sections[passed - 1]?.end ?? 0;
        return this.#writer.addSection(step.current, end, index >= lastKept);
      }
      passed += 1;
      const isNextNew = index + 1 < steps.length && steps[index + 1]?.old === undefined;
      const isLast = isNextNew || index >= lastKept;
      return section !== undefined && this.#takeSection(section, step, isLast);
    });
  }

  #takeSection(
    section: SourceSection,
    { old, current }: AlignStep<MapItem>,
    isLast: boolean,
  ): boolean {
    if (current === undefined) {
      this.#cutSection(section);
      return true;
    }
    const before = recordsOf(old);
    const after = recordsOf(current);
    if (before === null || after === null) {
      return false;
    }
    const isHeaderless = section === this.#sections[0];
    if (isHeaderless && after.header !== null) {
      return false;
    }
    const header = stayingComment(before.header, after.header);
    const isHeaderKept =
      header === null
        ? this.#moveComment(before.header, section.runs, after.header, section.headerStart)
        : this.#keepComment(header);
    return (
      isHeaderKept &&
      this.#takeEntries(section, before, after) &&
      (!isHeaderless ||
        isLast ||
        section.entries.length > 0 ||
        this.#writer.closeFirst(section.end))
    );
  }

  #takeEntries(section: SourceSection, before: Records, after: Records): boolean {
    const steps = pairSteps(section, before, after);
    const keys = new Set(after.pairs.map(({ key }) => key));
    if (steps === null || keys.size < after.pairs.length || isRenumbered(steps)) {
      return false;
    }
    let offset = section.headerNext;
    return steps.every(({ entry, old, oldComment, current, comment }) => {
      if (entry === undefined || old === undefined) {
        return current !== undefined && this.#writer.addEntry(section, current, comment, offset);
      }
      // The first of several lines with one key gives it its place.
      offset = (entry.older[0]?.line ?? entry.line).next;
      if (current === undefined) {
        this.#cutEntry(entry);
        return true;
      }
      const candidate = stayingComment(oldComment, comment);
      const isFitting = candidate !== null && this.#fitsBehind(entry, old, current, candidate);
      const staying = isFitting ? candidate : null;
      return (
        this.#keepValue(entry, old, current, oldComment !== null && staying === null) &&
        (staying === null
          ? this.#moveComment(oldComment, entry.runs, comment, entry.line.start)
          : this.#keepComment(staying))
      );
    });
  }

  #keepValue(entry: SourceEntry, old: Pair, current: Pair, losesComment: boolean): boolean {
    const before = old.value;
    const after = current.value;
    if (before.kind !== "string" || before.place === undefined || !isScalar(after)) {
      return false;
    }
    const { start, end } = entry.line.value;
    const isReplaced =
      flatText(after) !== before.value ||
      (losesComment && !readsBack(this.#text.slice(start, end), before.value));
    this.#leaves.set(before.place, { leaf: after, isReplaced });
    return true;
  }

  /** False for a value that has no spelling in front of the comment on its line. */
  #fitsBehind(
    { line, runs }: SourceEntry,
    old: Pair,
    { value }: Pair,
    comment: StayingComment,
  ): boolean {
    const last = runs.at(-1);
    const text = isScalar(value) ? flatText(value) : "";
    if (last?.line !== null || (old.value.kind === "string" && old.value.value === text)) {
      return true;
    }
    // A changed comment that begins above stands there as a whole.
    const newTail = runs.length > 1 ? "" : `;${comment.current.text}`;
    const isReplaced = comment.current.text !== comment.old.text;
    const tail = isReplaced ? newTail : this.#text.slice(last.span.start, last.span.end);
    return exactValue(text, line.value.style, tail) !== null;
  }

  #keepComment({ old, current }: StayingComment): boolean {
    const { place } = old;
    if (place !== undefined) {
      this.#leaves.set(place, { leaf: current, isReplaced: current.text !== old.text });
    }
    return place !== undefined;
  }

  /**
   * The old comment goes, the new one stands above the line that it belongs to.
   *
   * @param lineStart where that line begins
   */
  #moveComment(
    old: Comment | null,
    runs: readonly CommentRun[],
    current: Comment | null,
    lineStart: number,
  ): boolean {
    if (old !== null) {
      this.#cutRuns(runs);
    }
    return current === null || this.#writer.addComment(current, lineStart);
  }

  #cutRuns(runs: readonly CommentRun[]): void {
    for (const { line, boundary, span } of runs) {
      if (line === null) {
        const start = trimEnd(this.#text, boundary, span.start);
        this.#cuts.push({ start, end: trimEnd(this.#text, span.start, span.end) });
      } else {
        this.#cutLines(line);
      }
    }
  }

  /** All lines with the key: an older one would come to life. */
  #cutEntry(entry: SourceEntry): void {
    for (const { line, runs } of [...entry.older, entry]) {
      for (const run of runs) {
        if (run.line !== null) {
          this.#cutLines(run.line);
        }
      }
      this.#cutLines({ start: line.start, end: line.next });
    }
  }

  /** With the empty line that sets it off. */
  #cutSection({ start, end }: SourceSection): void {
    const above = start < 2 ? 0 : this.#text.lastIndexOf("\n", start - 2) + 1;
    if (start > 0 && skipBlanks(this.#text, above, start) === start) {
      this.#cutLines({ start: above, end });
      return;
    }
    const lineEnd = lineEndAt(this.#text, end);
    const isBlank = skipBlanks(this.#text, end, lineEnd) === lineEnd;
    this.#cutLines({ start, end: isBlank ? nextLine(this.#text, lineEnd) : end });
  }

  /** A line feed that is missing at the end of the file stays missing. */
  #cutLines({ start, end }: Span): void {
    const isOpenEnd = end === this.#text.length && !this.#isTerminated;
    this.#cuts.push({ start: isOpenEnd ? beforeBreak(this.#text, start) : start, end });
  }
}

/** One key before and after, with all that belongs to it. */
interface EntryStep {
  readonly entry: SourceEntry | undefined;
  readonly old: Pair | undefined;
  readonly oldComment: Comment | null;
  readonly current: Pair | undefined;
  readonly comment: Comment | null;
}

function pairSteps(section: SourceSection, before: Records, after: Records): EntryStep[] | null {
  let [passed, taken] = [-1, -1];
  const steps = alignItems(before.pairs, after.pairs);
  return (
    steps?.map(({ old, current }) => {
      passed += old === undefined ? 0 : 1;
      taken += current === undefined ? 0 : 1;
      return {
        entry: old === undefined ? undefined : section.entries[passed],
        old,
        oldComment: (old === undefined ? null : before.comments[passed]) ?? null,
        current,
        comment: (current === undefined ? null : after.comments[taken]) ?? null,
      };
    }) ?? null
  );
}

/** Keys named `-` are numbered anew by the reader: none may go in front of another. */
function isRenumbered(steps: readonly EntryStep[]): boolean {
  const firstGone = steps.findIndex(({ entry, current }) => !current && isNumbered(entry));
  const lastKept = steps.findLastIndex(({ entry, current }) => current && isNumbered(entry));
  return firstGone !== -1 && firstGone < lastKept;
}

function isNumbered(entry: SourceEntry | undefined): boolean {
  return entry !== undefined && [...entry.older, entry].some(({ line }) => line.key === "-");
}

function prefixesOf(text: string, marks: readonly Mark[]): Map<number, string> {
  const prefixes = new Map<number, string>();
  for (const mark of marks) {
    if (mark.role === "comment") {
      prefixes.set(mark.place, text.slice(mark.prefixStart, mark.start));
    }
  }
  return prefixes;
}

/** Where the line break that ends at `offset` begins, if one does. */
function beforeBreak(text: string, offset: number): number {
  if (text.charAt(offset - 1) !== "\n") {
    return offset;
  }
  return text.charAt(offset - 2) === "\r" ? offset - 2 : offset - 1;
}

/** A comment that stays with what it belongs to: unchanged, or changed in its place. */
interface StayingComment {
  readonly old: Comment;
  readonly current: Comment;
}

function stayingComment(old: Comment | null, current: Comment | null): StayingComment | null {
  if (old === null || current === null) {
    return null;
  }
  const isHere = current.place === undefined || current.place === old.place;
  return isHere ? { old, current } : null;
}
