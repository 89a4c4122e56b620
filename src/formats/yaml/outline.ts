import type { ListItem, MapItem, TreeValue } from "../../document/tree.js";

/** Where a pair or an element stands, as indexes into the text. */
export interface EntrySpan {
  /** Of the `-`, the `?`, the key or its properties; in a flow list, of the value or its properties. */
  readonly start: number;
  /** Behind the `:` or `-`; in a flow list, the start. */
  readonly headEnd: number;
  /** Behind the properties of the value too. */
  readonly bodyStart: number;
  /** Behind the last character of the value. */
  readonly end: number;
}

/** Where a collection stands, from its first entry to its last, or from bracket to bracket. */
export interface ContainerSpan {
  readonly kind: "map" | "list";
  readonly isFlow: boolean;
  readonly start: number;
  readonly end: number;
  /** Of its entries, if it is no flow collection. */
  readonly column: number;
  readonly parent: Pick<ContainerSpan, "kind" | "start" | "column" | "isFlow"> | null;
}

/**
 * The spans of everything in a tree that is no leaf. Only changes of structure ask for them, so they are found by
 * reading the text again instead of being kept for every file.
 */
export class Outline {
  readonly entries: Map<MapItem | ListItem, EntrySpan> = new Map();
  /** Also by the value that an anchor names, and the roots by their branch; a document without entries has none. */
  readonly containers: Map<TreeValue, ContainerSpan> = new Map();
}
