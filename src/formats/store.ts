/**
 * `formats/` turns bytes into trees and trees into bytes; one folder a format. Pure: no I/O, no keys, no config.
 * It may import `document/` and `support/`.
 */
import type { Leaf, MapValue, TreeBranch, TreeValue } from "../document/tree.js";

export type FormatId = "yaml" | "json" | "dotenv" | "ini" | "binary";

/**
 * A parsed file: the tree, and the text it came from (design: lossless.md).
 *
 * The items of `branches` carry places that only this document's store understands.
 */
export interface SourceDocument {
  readonly format: FormatId;
  /** The decoded text, byte order mark included; what `render` splices into. */
  readonly text: string;
  /** One map a document, the `sops` entry still in it. */
  readonly branches: readonly TreeBranch[];
  /**
   * False when splicing is impossible or would hide our marks from other programs (UTF-16, a root mapping that is
   * indented or in flow style): the canonical layout with a whole-document hint is used instead.
   */
  readonly isSpliceable: boolean;
}

/**
 * A run of rendered text. Runs alternate in the order of the text: structure (keys, indicators, white space),
 * leaf, structure, ... Concatenated they are the whole text.
 */
export interface Piece {
  readonly text: string;
  /** The leaf this run spells; absent for structure. */
  readonly leaf?: Leaf;
}

/**
 * What happens to text that the tree does not hold:
 * - `encrypt`: tags, directives and text that sops's reading drops are left out (they go to the layout field);
 *   anchors stay, an alias over changed values becomes its own copy;
 * - `decrypt`: as `encrypt`, and anchors and aliases are left out too: nothing of the encrypted file but keys,
 *   leaves and comments is taken over (security.md C9);
 * - `keep`: everything stays (edits within one side).
 */
export type RenderMode = "encrypt" | "decrypt" | "keep";

export interface EmitStyle {
  /** `--indent` or `stores:`; `undefined` = the format's default. Meaning per format: config.md §7. */
  readonly indent?: number | undefined;
}

export interface Store {
  readonly format: FormatId;

  /**
   * Bytes to tree.
   *
   * @throws ParseError (exit 2) with line and column, never with the text.
   */
  parse(source: Uint8Array): SourceDocument;

  /**
   * The source's own segmentation: structure and leaves in the order of the text. Concatenated it is
   * `document.text`, byte for byte. Leaves are the objects of `document.branches`.
   */
  segment(document: SourceDocument): Piece[];

  /**
   * Splice: the text of `document` with the leaves of `branches` in it. What did not change keeps its bytes.
   *
   * In every mode the leaves carry the places of the leaves they replace; a replaced scalar takes the style of the
   * old one where that style can say it. The top-level `sops` pair may be absent (its lines are removed) or present
   * without a place (it is written in sops's canonical text, last).
   *
   * In mode `keep` the structure may change too: items of the source may be missing (the lines that belong to them
   * are removed, and nothing else), items without a place are inserted where they stand, in the file's own style
   * (indentation, quotes, list style), and the value of a placed pair or element may be a new map or list.
   *
   * @returns pieces whose `leaf` are the objects of `branches`, or `null` when this source cannot be spliced so
   */
  render(
    document: SourceDocument,
    branches: readonly TreeBranch[],
    mode: RenderMode,
  ): Piece[] | null;

  /** Canonical text, byte-identical to sops. @throws SopsError CANNOT_EMIT (exit 4) */
  emit(branches: readonly TreeBranch[], style: EmitStyle): Uint8Array;

  /** One value for `--extract` (cli.md §5). @throws SopsError CANNOT_EMIT (exit 4) */
  emitValue(value: TreeValue, style: EmitStyle): Uint8Array;

  /**
   * The metadata entry of a parsed file as the nested map of formats.md §4, and the branches without it.
   * `metadata` is `null` when there is none.
   *
   * @throws SopsError METADATA_INVALID for duplicates, a `sops` entry that is no mapping, bad flattening (§4.3, §4.4)
   */
  splitMetadata(branches: readonly TreeBranch[]): {
    metadata: MapValue | null;
    branches: TreeBranch[];
  };

  /** The branches with the metadata in this format's place and flattening (§4.2, §4.3), without places. */
  joinMetadata(branches: readonly TreeBranch[], metadata: MapValue): TreeBranch[];

  /**
   * For formats in which one text can stand at several places of the tree: place of each leaf that an alias copies,
   * and place of the leaf it is a copy of.
   */
  aliasOrigins?(document: SourceDocument): ReadonlyMap<number, number>;

  /** True when the plain tree already holds a reserved name (§4.6): exit 203. */
  isReserved(branches: readonly TreeBranch[]): boolean;
}
