/**
 * Where the tree's items stand in the text: what the `place` numbers of a YAML document mean.
 *
 * Spans are indexes into the decoded text: start, and end behind the last character.
 */
import type { TreeBranch, TreeValue } from "../../document/tree.js";
import type { SourceDocument } from "../store.js";
import type { BlockLayout, ScalarStyle } from "./token.js";

/** `empty`: a null of which the text shows nothing. */
export type PlaceStyle = ScalarStyle | "empty";

/** An alias in the text, and what it stands for in the tree. */
export interface AliasOccurrence {
  readonly start: number;
  readonly end: number;
  readonly isFlow: boolean;
  /** What its anchor names, with the comments that a copy takes along. */
  readonly target: TreeValue;
  /** The copy in the tree as it was read; its leaves carry the places of this occurrence. */
  value: TreeValue;
  /** Places of the leaves, in order. */
  readonly leaves: number[];
  hasComments: boolean;
}

/** A pair of which the key's text alone does not say the key, or a pair of a root mapping. Its span is the key's. */
export interface PairPlace {
  /** Behind the last character of the value. */
  readonly valueEnd: number;
  /** Without its tag the key's text may mean something else. */
  readonly isTagged: boolean;
  readonly isFlow: boolean;
  /** The key is an alias: place of the scalar that it stands for, -1 if that one is a key itself. */
  readonly aliasOf: number | undefined;
}

const STYLES: readonly PlaceStyle[] = ["plain", "single", "double", "literal", "folded", "empty"];
const STYLE_BITS = 7;
const IN_FLOW = 8;
const TAGGED = 16;
const KIND_SHIFT = 5;
const KINDS = ["scalar", "comment", "alias", "pair"] as const;

export type PlaceKind = (typeof KINDS)[number];

/** The places of a document. Arrays of numbers, because there is one for each value of a file. */
export class PlaceTable {
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly traits: number[] = [];
  private readonly blocks = new Map<number, BlockLayout>();
  private readonly origins: number[] = [];
  private readonly pairs = new Map<number, PairPlace>();

  get count(): number {
    return this.starts.length;
  }

  /** A scalar; the span of a block scalar is its content alone. @returns the place number, as all of these do */
  addScalar(
    start: number,
    end: number,
    style: PlaceStyle,
    isFlow: boolean,
    isTagged: boolean,
    block: BlockLayout | null,
  ): number {
    const traits = STYLES.indexOf(style) | (isFlow ? IN_FLOW : 0) | (isTagged ? TAGGED : 0);
    const place = this.add(start, end, traits);
    if (block !== null) {
      this.blocks.set(place, block);
    }
    return place;
  }

  /** One `#` line. */
  addComment(start: number, end: number): number {
    return this.add(start, end, 1 << KIND_SHIFT);
  }

  /**
   * A leaf that an alias stands for. The first of an occurrence spans the `*name`, the others nothing behind it.
   *
   * @param origin place of the leaf that was copied; -1 if it was a key
   */
  addAlias(start: number, end: number, origin: number): number {
    const place = this.add(start, end, 2 << KIND_SHIFT);
    this.origins[place] = origin;
    return place;
  }

  addPair(start: number, end: number, pair: PairPlace): number {
    const place = this.add(start, end, 3 << KIND_SHIFT);
    this.pairs.set(place, pair);
    return place;
  }

  private add(start: number, end: number, traits: number): number {
    this.ends.push(end);
    this.traits.push(traits);
    this.origins.push(-1);
    return this.starts.push(start) - 1;
  }

  kindOf(place: number): PlaceKind {
    return KINDS[(this.traits[place] ?? 0) >> KIND_SHIFT] ?? "scalar";
  }

  startOf(place: number): number {
    return this.starts[place] ?? 0;
  }

  endOf(place: number): number {
    return this.ends[place] ?? 0;
  }

  styleOf(place: number): PlaceStyle {
    return STYLES[(this.traits[place] ?? 0) & STYLE_BITS] ?? "plain";
  }

  isFlow(place: number): boolean {
    return ((this.traits[place] ?? 0) & IN_FLOW) !== 0;
  }

  /** Without its tag a scalar's text may mean something else. */
  isTagged(place: number): boolean {
    return ((this.traits[place] ?? 0) & TAGGED) !== 0;
  }

  blockOf(place: number): BlockLayout | undefined {
    return this.blocks.get(place);
  }

  /** Place of the leaf that an alias's leaf was copied from; -1 for none. */
  originOf(place: number): number {
    return this.origins[place] ?? -1;
  }

  pairOf(place: number): PairPlace | undefined {
    return this.pairs.get(place);
  }
}

/** Text that the tree does not hold (design: lossless.md point 3). */
export interface Extra {
  readonly kind: "tag" | "anchor" | "directive" | "comment";
  readonly start: number;
  readonly end: number;
}

export interface DocumentSpan {
  /** Start of the document's own text: behind its `---`, or where the file begins. */
  readonly start: number;
  /** Start of the marker or directive behind it, or the end of the text. */
  readonly end: number;
  /** True if the root is a block mapping at column 0, or nothing. */
  readonly isPlainRoot: boolean;
}

/** A parsed YAML file. */
export interface YamlDocument extends SourceDocument {
  readonly format: "yaml";
  readonly branches: readonly TreeBranch[];
  readonly places: PlaceTable;
  /** In the order of the text. */
  readonly extras: readonly Extra[];
  readonly aliases: readonly AliasOccurrence[];
  readonly documents: readonly DocumentSpan[];
}
