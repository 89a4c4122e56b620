/** Trees and pieces for store tests: change leaves in place, compare documents, find what a splice spelled. */
import type {
  Leaf,
  ListItem,
  MapItem,
  MapValue,
  ScalarValue,
  TreeBranch,
  TreeValue,
} from "../../src/document/tree.js";
import type { Piece } from "../../src/formats/store.js";

export type ChangeLeaf = (leaf: Leaf) => Leaf;

/** A copy of the tree with other leaves; all places are kept, as operations do. */
export function mapLeaves(branch: TreeBranch, change: ChangeLeaf): TreeBranch {
  return mapContainer(branch, change) as MapValue;
}

function mapContainer(value: TreeValue, change: ChangeLeaf): TreeValue {
  if (value.kind === "map") {
    return { ...value, items: value.items.map((item) => mapItem(item, change)) };
  }
  if (value.kind === "list") {
    return {
      ...value,
      items: value.items.map((item) =>
        item.kind === "comment" ? change(item) : mapContainer(item, change),
      ) as ListItem[],
    };
  }
  return change(value) as ScalarValue;
}

function mapItem(item: MapItem, change: ChangeLeaf): MapItem {
  return item.kind === "comment"
    ? (change(item) as MapItem)
    : { ...item, value: mapContainer(item.value, change) };
}

/** Every leaf in the order of the text. */
export function leavesOf(branch: TreeBranch): Leaf[] {
  const leaves: Leaf[] = [];
  mapLeaves(branch, (leaf) => {
    leaves.push(leaf);
    return leaf;
  });
  return leaves;
}

/** Stands in for encryption: every leaf but nulls becomes a text that names its type. */
export function sealLeaf(leaf: Leaf): Leaf {
  if (leaf.kind === "null") {
    return leaf;
  }
  if (leaf.kind === "comment") {
    return { ...leaf, text: "ENC[type:comment]" };
  }
  return { kind: "string", value: `ENC[type:${leaf.kind}]`, place: leaf.place };
}

/** Puts the values of `from` at the places of the leaves of `into`: stands in for decryption. */
export function withLeavesOf(into: TreeBranch, from: TreeBranch): TreeBranch {
  const values = leavesOf(from);
  let next = 0;
  return mapLeaves(into, (leaf) => {
    const value = values[next] ?? leaf;
    next += 1;
    return { ...value, place: leaf.place };
  });
}

export function joinPieces(pieces: readonly Piece[] | null): string {
  if (pieces === null) {
    throw new Error("the document was not spliced");
  }
  return pieces.map((piece) => piece.text).join("");
}
