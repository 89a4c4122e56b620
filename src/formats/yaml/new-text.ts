import type { Leaf, ListItem, ScalarValue } from "../../document/tree.js";
import type { Piece } from "../store.js";
import { commentText, scalarLine } from "./leaf-text.js";
import type { FileStyle } from "./file-style.js";
import { writeKey } from "./flow-copy.js";
import { writeBlockScalar } from "./scalar-write.js";

/** Readers take no longer keys on one line. */
const LONGEST_KEY = 1000;

/** Text that is being made, as pieces. */
export class NewText {
  readonly #pieces: Piece[] = [];
  #structure = "";

  add(text: string): this {
    this.#structure += text;
    return this;
  }

  leaf(text: string, leaf: Leaf): this {
    this.#pieces.push({ text: this.#structure }, { text, leaf });
    this.#structure = "";
    return this;
  }

  /** @returns what has been made */
  finish(): Piece[] {
    return [...this.#pieces, { text: this.#structure }];
  }
}

/** A key that is new, up to where its value follows. @returns `null` for one that does not fit on a line */
export function newKey(
  { key, keyType }: { readonly key: string; readonly keyType?: string | undefined },
  style: FileStyle,
  isFlow: boolean,
): string | null {
  if (keyType !== undefined) {
    return key;
  }
  const text = writeKey(key, isFlow);
  const isOther = text.startsWith("'") && style.quotes === "double";
  const quoted = isOther ? writeKey(key, isFlow, "double") : text;
  return quoted.length > LONGEST_KEY ? null : quoted;
}

/** A scalar on one line, without quotes if that can be. */
export function addScalar(
  target: NewText,
  value: ScalarValue,
  style: FileStyle,
  isFlow: boolean,
): void {
  const text = scalarLine(value, "plain", isFlow);
  const isOther = text.startsWith("'") && style.quotes === "double";
  target.leaf(isOther ? scalarLine(value, "double", isFlow) : text, value);
}

/** A text of several lines behind its key or `-`: header, `note`, lines. @returns false if it is none */
export function addLines(
  target: NewText,
  value: ScalarValue,
  style: FileStyle,
  [column, step]: readonly [column: number, step: number],
  addNote: () => void,
): boolean {
  if (value.kind !== "string" || !value.value.includes("\n")) {
    return false;
  }
  const written = writeBlockScalar(value.value, "literal", column + step, column);
  if (written === null) {
    return false;
  }
  target.add(written.header);
  addNote();
  target.add(style.lineBreak).leaf(written.content.replaceAll("\n", style.lineBreak), value);
  return true;
}

/** A comment with its `#`. @returns false for one that does not fit on a line */
export function addComment(target: NewText, comment: ListItem): boolean {
  const written = comment.kind === "comment" ? commentText(comment) : null;
  if (written === null || comment.kind !== "comment") {
    return false;
  }
  target.leaf(written.text, comment);
  return true;
}
