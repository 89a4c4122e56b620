import type { TreeValue } from "../../document/tree.js";
import { ParseError } from "../../support/errors.js";
import { copyValue } from "./alias-copy.js";
import { MAX_EXPANDED_NODES } from "./limits.js";
import type { AliasOccurrence, PlaceTable } from "./places.js";
import type { Token } from "./token.js";

/** What an anchor names; `null` while the node is still being read. */
export interface AnchorTarget {
  /** With the comments that a copy takes along; its leaves carry their places, a key's text none. */
  value: TreeValue | null;
  /** Nodes of a document up to here when it was opened; from its closing on, its own nodes. */
  nodes: number;
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
    const target: AnchorTarget = { value: null, nodes: this.nodes };
    this.targets.set(name, target);
    return target;
  }

  /** The node has been read. */
  close(target: AnchorTarget | null, value: TreeValue): void {
    if (target !== null) {
      target.value = value;
      target.nodes = this.nodes - target.nodes;
    }
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
  copy(value: TreeValue, nodes: number, token: Token, isFlow: boolean): TreeValue {
    const { start, end } = token;
    // Checked before anything is copied.
    this.nodes += nodes;
    if (this.nodes > MAX_EXPANDED_NODES) {
      const problem = "yaml: document contains excessive aliasing";
      throw new ParseError(problem, token.line + 1, token.column + 1);
    }
    const occurrence: AliasOccurrence = {
      start,
      end,
      isFlow,
      target: value,
      value,
      leaves: [],
      hasComments: false,
    };
    occurrence.value = copyValue(value, (leaf) => {
      const isFirst = occurrence.leaves.length === 0;
      const place = this.places.addAlias(isFirst ? start : end, end, leaf.place ?? -1);
      occurrence.leaves.push(place);
      occurrence.hasComments ||= leaf.kind === "comment";
      return { ...leaf, place };
    });
    this.occurrences.push(occurrence);
    return occurrence.value;
  }
}
