import type { Comment, ListItem, MapItem, TreeValue } from "../../document/tree.js";
import type { FileStyle } from "./file-style.js";
import { isContainer, isFilled } from "./leaves.js";
import { addComment, addLines, addScalar, newKey, NewText } from "./new-text.js";
import type { ContainerSpan } from "./outline.js";

type Item = MapItem | ListItem;

/** The block collection that new entries go into. */
export type Surroundings = Pick<ContainerSpan, "kind" | "column" | "start">;

/** Start of a collection that is new itself. */
const NEW = -1;

/** Deeper values are for the canonical writer, which needs no call stack. */
const DEEPEST = 200;

/**
 * Writes entries that are new to a file, in the file's style. What it says not to be possible must be written another
 * way: comments with line breaks or where a reader would not find them, very long keys, deep nesting.
 */
export class BlockWriter {
  readonly #style: FileStyle;
  readonly target: NewText = new NewText();
  /** The text ends in a literal, which needs the end of its last line. */
  endsInLines = false;

  constructor(style: FileStyle) {
    this.#style = style;
  }

  /** Entries, each on lines of its own; the first where the target stands. @returns false if it cannot */
  items(items: readonly Item[], around: Surroundings, depth = 0): boolean {
    let note: Comment | null = null;
    let isFirst = true;
    for (const item of items) {
      if (item.kind === "comment" && item.inline) {
        if (note !== null) {
          return false;
        }
        note = item;
        continue;
      }
      if (!isFirst) {
        this.#startLine(around.column);
      }
      isFirst = false;
      if (!this.#item(item, around, note, depth)) {
        return false;
      }
      note = null;
    }
    return note === null && depth < DEEPEST;
  }

  #startLine(column: number): void {
    this.target.add(this.#style.lineBreak + " ".repeat(column));
  }

  #item(item: Item, around: Surroundings, note: Comment | null, depth: number): boolean {
    this.endsInLines = false;
    if (item.kind === "comment") {
      return note === null && addComment(this.target, item);
    }
    if (item.kind !== "pair") {
      this.target.add("-");
      return this.value(item, around, note, depth);
    }
    const key = newKey(item, this.#style, false);
    if (key === null) {
      return false;
    }
    this.target.add(`${key}:`);
    return this.value(item.value, around, note, depth);
  }

  /** What follows a `:` or `-`, blank included. @returns false if it cannot */
  value(value: TreeValue, around: Surroundings, note: Comment | null, depth = 0): boolean {
    if (isContainer(value) && isFilled(value)) {
      return note === null && depth < DEEPEST && this.#collection(value, around, depth);
    }
    this.target.add(" ");
    if (isContainer(value)) {
      this.target.add(value.kind === "map" ? "{}" : "[]");
      return note === null;
    }
    const addNote = (): void => {
      if (note !== null) {
        addComment(this.target.add(" "), note);
      }
    };
    const step = this.#style.stepInto(around, "map");
    this.endsInLines = addLines(
      this.target,
      value,
      this.#style,
      [around.column, Math.max(step, 1)],
      addNote,
    );
    if (!this.endsInLines) {
      addScalar(this.target, value, this.#style, false);
      addNote();
    }
    return true;
  }

  #collection(
    value: Extract<TreeValue, { items: unknown }>,
    around: Surroundings,
    depth: number,
  ): boolean {
    const inner = this.inside(value.kind, around);
    const isCompact = around.kind === "list" && value.items[0]?.kind !== "comment";
    if (isCompact) {
      this.target.add(" ".repeat(inner.column - around.column - 1));
    } else {
      this.#startLine(inner.column);
    }
    return (
      value.items.some((item) => item.kind !== "comment") &&
      this.items(value.items, inner, depth + 1)
    );
  }

  /** What is around the entries of a collection that is new in another. */
  inside(kind: "map" | "list", around: Surroundings): Surroundings {
    const step = this.#style.stepInto(around, kind);
    return { kind, column: around.column + step, start: NEW };
  }
}
