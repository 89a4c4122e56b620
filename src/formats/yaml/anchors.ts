import type { Leaf, TreeValue } from "../../document/tree.js";
import { ParseError } from "../../support/errors.js";
import { copyValue } from "./alias-copy.js";
import { MAX_EXPANDED_NODES } from "./limits.js";
import type { AliasOccurrence, PlaceTable } from "./places.js";
import type { Token } from "./token.js";

/** What an anchor names; `null` while the node is still being read. */
export interface AnchorTarget {
  /** With the comments that a copy takes along; its leaves carry their places, a key's text none. */
  value: TreeValue | null;
}

/** The anchors of a stream (they stay known across documents) and the copies that aliases make of them. */
export class Anchors {
  readonly occurrences: AliasOccurrence[] = [];
  private readonly targets = new Map<string, AnchorTarget>();
  private readonly places: PlaceTable;
  private nodes = 0;

  constructor(places: PlaceTable) {
    this.places = places;
  }

  /** Names a node that is about to be read. */
  open(name: string | null): AnchorTarget | null {
    if (name === null) {
      return null;
    }
    const target: AnchorTarget = { value: null };
    this.targets.set(name, target);
    return target;
  }

  /** @throws ParseError for a name that no anchor before has */
  find(alias: Token): AnchorTarget {
    const target = this.targets.get(alias.text);
    if (target === undefined) {
      // The name stays out of the message: an unquoted password may start with `*` (security.md M1).
      throw new ParseError("yaml: unknown anchor referenced", alias.line + 1, alias.column + 1);
    }
    return target;
  }

  startDocument(): void {
    this.nodes = 0;
  }

  countNode(): void {
    this.nodes += 1;
  }

  /** The copy that stands in the tree for an alias. @throws ParseError when the document grows beyond all bounds */
  copy(value: TreeValue, token: Token, isFlow: boolean): TreeValue {
    const { start, end } = token;
    const occurrence: AliasOccurrence = {
      start,
      end,
      isFlow,
      value,
      leaves: [],
      hasComments: false,
    };
    const copyLeaf = <L extends Leaf>(leaf: L): L => {
      const isFirst = occurrence.leaves.length === 0;
      const alias = { occurrence, origin: leaf.place ?? -1 };
      const place = this.places.addAlias(isFirst ? start : end, end, alias);
      occurrence.leaves.push(place);
      occurrence.hasComments ||= leaf.kind === "comment";
      return { ...leaf, place };
    };
    occurrence.value = copyValue(value, copyLeaf, () => {
      this.nodes += 1;
      if (this.nodes > MAX_EXPANDED_NODES) {
        throw new ParseError(
          "yaml: document contains excessive aliasing",
          token.line + 1,
          token.column + 1,
        );
      }
    });
    this.occurrences.push(occurrence);
    return occurrence.value;
  }
}
