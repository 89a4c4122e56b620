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

/** `gaps[i]` stands before `leaves[i]`; one gap more than leaves. */
interface Row {
  readonly gaps: string[];
  readonly leaves: { readonly text: string; readonly leaf: Leaf }[];
}

function toRow(pieces: readonly TextPiece[]): Row {
  const row: Row = { gaps: [""], leaves: [] };
  for (const { text, leaf } of pieces) {
    if (leaf === undefined) {
      row.gaps[row.gaps.length - 1] += text;
    } else {
      row.leaves.push({ text, leaf });
      row.gaps.push("");
    }
  }
  return row;
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
  const [want, have] = [toRow(source), toRow(rendered)];
  if (want.leaves.length !== have.leaves.length) {
    return null;
  }
  const leaves: [LeafPath, "value" | "comment", string][] = [];
  const gaps: [LeafPath, string][] = [];
  let paths: Map<Leaf, string> | null = null;
  const pathOf = (index: number): LeafPath => {
    paths ??= leafPaths(branches);
    const leaf = want.leaves[index]?.leaf;
    return JSON.parse(leaf === undefined ? START : (paths.get(leaf) ?? START)) as LeafPath;
  };
  for (let index = 0; index <= want.leaves.length; index += 1) {
    const gap = want.gaps[index] ?? "";
    if (gap !== have.gaps[index]) {
      gaps.push([pathOf(index - 1), gap]);
    }
    const [wanted, found] = [want.leaves[index], have.leaves[index]];
    if (wanted === undefined || found === undefined) {
      break;
    }
    if (!equalLeaves(wanted.leaf, found.leaf)) {
      return null;
    }
    if (wanted.text !== found.text) {
      leaves.push([
        pathOf(index),
        wanted.leaf.kind === "comment" ? "comment" : "value",
        wanted.text,
      ]);
    }
  }
  return { v: 1, leaves, gaps };
}

/**
 * The text of a row with its hints in place. Hints for leaves that are not there are passed over.
 *
 * @param branches the tree whose leaves the pieces hold
 * @param ignored leaf paths (JSON text) whose hints shall not be used
 */
export function applyHints(
  rendered: readonly TextPiece[],
  branches: readonly TreeBranch[],
  hints: PieceHints,
  ignored: ReadonlySet<string> = new Set(),
): string {
  const row = toRow(rendered);
  if (hints.leaves.length + hints.gaps.length === 0) {
    return joinRow(
      row,
      (index) => row.leaves[index]?.text ?? "",
      (index) => row.gaps[index] ?? "",
    );
  }
  const paths = leafPaths(branches);
  const leafTexts = new Map(hints.leaves.map(([path, , text]) => [JSON.stringify(path), text]));
  const gapTexts = new Map(hints.gaps.map(([path, text]) => [JSON.stringify(path), text]));
  const pathAt = (index: number): string => {
    const leaf = row.leaves[index]?.leaf;
    return leaf === undefined ? START : (paths.get(leaf) ?? START);
  };
  const usable = (texts: Map<string, string>, path: string): string | undefined =>
    ignored.has(path) ? undefined : texts.get(path);
  return joinRow(
    row,
    (index) => usable(leafTexts, pathAt(index)) ?? row.leaves[index]?.text ?? "",
    (index) => usable(gapTexts, pathAt(index - 1)) ?? row.gaps[index] ?? "",
  );
}

function joinRow(
  row: Row,
  leafText: (index: number) => string,
  gapText: (index: number) => string,
): string {
  const parts: string[] = [gapText(0)];
  for (let index = 0; index < row.leaves.length; index += 1) {
    parts.push(leafText(index), gapText(index + 1));
  }
  return parts.join("");
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
