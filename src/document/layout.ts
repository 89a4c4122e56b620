import { decodeText, encodeText } from "../support/text.js";

import { equalLeaves } from "./compare.js";
import { leafPaths, type LeafPath } from "./leaf-paths.js";
import { LAYOUT_FIELD } from "./metadata.js";
import type { Leaf, TreeBranch } from "./tree.js";
import { seal, unsealText } from "./value-cipher.js";

/**
 * The layout field: what the encrypted file's own text cannot carry of the plain file's spelling
 * (design: lossless.md point 6).
 *
 * A rendered text is a row of leaves with gaps around them. Encrypted and plain file have the same row, so the
 * residue is just the leaves and gaps that decrypting would spell differently. No value ever depends on a hint:
 * the decrypted text is read again and must equal the authenticated tree.
 */
export type LayoutHints = PieceHints | DocumentHint;

export interface PieceHints {
  readonly v: 1;
  /** [path, kind, text]: the leaf's spelling. */
  readonly leaves: readonly (readonly [LeafPath, "value" | "comment", string])[];
  /** [path of the leaf before it, text]; an empty path is the start of the file. */
  readonly gaps: readonly (readonly [LeafPath, string])[];
}

/** The whole text, for sources that cannot be spliced or whose hints would be longer. */
export interface DocumentHint {
  readonly v: 1;
  /** The file's bytes as text (`decodeText`). */
  readonly document: string;
  /** The comment texts that the encrypted file keeps, where its canonical text loses some of the source's. */
  readonly comments?: readonly string[];
}

/** As the stores give it: structure and leaves in the order of the text. */
export interface TextPiece {
  readonly text: string;
  readonly leaf?: Leaf;
}

/** Reads pieces as a row: a gap, a leaf, a gap, ... with no copy of the row. */
class RowReader {
  readonly #pieces: readonly TextPiece[];
  #next = 0;
  /** What stands before the current leaf, or after the last one. */
  gap = "";
  /** `undefined` behind the last leaf. */
  leaf: Leaf | undefined;
  text = "";

  constructor(pieces: readonly TextPiece[]) {
    this.#pieces = pieces;
  }

  /** Goes on to the next leaf, or to the last gap. */
  advance(): void {
    this.gap = "";
    for (
      let piece = this.#pieces[this.#next];
      piece !== undefined;
      piece = this.#pieces[this.#next]
    ) {
      this.#next += 1;
      if (piece.leaf !== undefined) {
        this.leaf = piece.leaf;
        this.text = piece.text;
        return;
      }
      this.gap += piece.text;
    }
    this.leaf = undefined;
  }
}

const START = "[]";

/**
 * The hints that turn `rendered` into `source`; `null` when the two rows do not hold the same leaves.
 *
 * @param branches the plain tree whose leaves `source` holds
 */
export function computeHints(
  source: readonly TextPiece[],
  rendered: readonly TextPiece[],
  branches: readonly TreeBranch[],
): PieceHints | null {
  const [want, have] = [new RowReader(source), new RowReader(rendered)];
  const leaves: [LeafPath, "value" | "comment", string][] = [];
  const gaps: [LeafPath, string][] = [];
  let paths: Map<Leaf, string> | null = null;
  const pathOf = (leaf: Leaf | undefined): LeafPath => {
    paths ??= leafPaths(branches);
    return JSON.parse(leaf === undefined ? START : (paths.get(leaf) ?? START)) as LeafPath;
  };
  for (let before: Leaf | undefined; ; before = want.leaf) {
    want.advance();
    have.advance();
    if (want.gap !== have.gap) {
      gaps.push([pathOf(before), want.gap]);
    }
    if (want.leaf === undefined || have.leaf === undefined) {
      return want.leaf === have.leaf ? { v: 1, leaves, gaps } : null;
    }
    if (!equalLeaves(want.leaf, have.leaf)) {
      return null;
    }
    if (want.text !== have.text) {
      leaves.push([
        pathOf(want.leaf),
        want.leaf.kind === "comment" ? "comment" : "value",
        want.text,
      ]);
    }
  }
}

/** True when decrypting gives the source without any hint. */
export function isEmptyHints(hints: PieceHints): boolean {
  return hints.leaves.length + hints.gaps.length === 0;
}

/**
 * The text of a row with its hints in place. Hints for leaves that are not there are passed over.
 *
 * @param branches the tree whose leaves the pieces hold
 */
export function applyHints(
  rendered: readonly TextPiece[],
  branches: readonly TreeBranch[],
  hints: PieceHints,
): string {
  if (isEmptyHints(hints)) {
    return rendered.map((piece) => piece.text).join("");
  }
  const paths = leafPaths(branches);
  const leafTexts = new Map(hints.leaves.map(([path, , text]) => [JSON.stringify(path), text]));
  const gapTexts = new Map(hints.gaps.map(([path, text]) => [JSON.stringify(path), text]));
  const row = new RowReader(rendered);
  const parts: string[] = [];
  for (let before = START; ;) {
    row.advance();
    parts.push(gapTexts.get(before) ?? row.gap);
    if (row.leaf === undefined) {
      return parts.join("");
    }
    before = paths.get(row.leaf) ?? START;
    parts.push(leafTexts.get(before) ?? row.text);
  }
}

/** The field's length tells the length of the hints only in steps of this many bytes. */
const PADDING = 256;

function layoutAad(lastModified: string): string {
  return `sops:${LAYOUT_FIELD}:${lastModified}`;
}

/** @param lastModified the metadata text the field is bound to, so that an older field does not fit a newer file */
export function sealLayout(
  hints: LayoutHints,
  dataKey: Uint8Array,
  lastModified: string,
  iv: Uint8Array,
): string {
  const bytes = encodeText(JSON.stringify(hints));
  const padded = new Uint8Array(Math.ceil(bytes.length / PADDING) * PADDING).fill(0x20);
  padded.set(bytes);
  return seal(padded, "str", dataKey, layoutAad(lastModified), iv);
}

/** @returns `null` when the field does not authenticate or is not of this form */
export function openLayout(
  field: string,
  dataKey: Uint8Array,
  lastModified: string,
): LayoutHints | null {
  const opened = unsealText(field, dataKey, layoutAad(lastModified));
  if ("reason" in opened) {
    return null;
  }
  try {
    const hints: unknown = JSON.parse(decodeText(opened.plaintext));
    return isLayoutHints(hints) ? hints : null;
  } catch {
    return null;
  }
}

function isLayoutHints(value: unknown): value is LayoutHints {
  if (typeof value !== "object" || value === null || !("v" in value) || value.v !== 1) {
    return false;
  }
  if ("document" in value) {
    return typeof value.document === "string";
  }
  return (
    "leaves" in value &&
    "gaps" in value &&
    Array.isArray(value.leaves) &&
    Array.isArray(value.gaps) &&
    value.leaves.every((hint) => isHint(hint, 3)) &&
    value.gaps.every((hint) => isHint(hint, 2))
  );
}

/** The form that is shorter: hints a piece, or the whole text. */
export function shorterHints(hints: PieceHints, document: DocumentHint): LayoutHints {
  let length = 0;
  for (const [path, text] of hints.gaps) {
    length += text.length + 8 * path.length + 8;
  }
  for (const [path, , text] of hints.leaves) {
    length += text.length + 8 * path.length + 16;
  }
  return length > document.document.length + 64 ? document : hints;
}

function isHint(hint: unknown, length: number): boolean {
  return (
    Array.isArray(hint) &&
    hint.length === length &&
    Array.isArray(hint[0]) &&
    typeof hint.at(-1) === "string"
  );
}
