import type { Leaf } from "../../document/tree.js";
import { Splicer } from "../splice.js";
import type { Piece } from "../store.js";
import type { YamlDocument } from "./places.js";
import { matchTrees } from "./tree-match.js";

/** The leaves of the text, by place, in the order of the text. */
export function leafOrder({ places }: YamlDocument): number[] {
  const order: number[] = [];
  let isSorted = true;
  let last = 0;
  for (let place = 0; place < places.count; place += 1) {
    if (places.kindOf(place) !== "pair") {
      const start = places.startOf(place);
      isSorted &&= start >= last;
      last = start;
      order.push(place);
    }
  }
  return isSorted
    ? order
    : order.toSorted((a, b) => places.startOf(a) - places.startOf(b) || a - b);
}

/** The source's own pieces: structure and leaves. An alias is its first leaf; the others stand empty behind it. */
export function segmentYaml(document: YamlDocument): Piece[] {
  const { places, branches, text } = document;
  const leaves: (Leaf | undefined)[] = matchTrees(branches, branches)?.before ?? [];
  const splicer = new Splicer(text);
  for (const place of leafOrder(document)) {
    const leaf = leaves[place];
    if (leaf !== undefined) {
      splicer.keepLeaf(places.startOf(place), places.endOf(place), leaf);
    }
  }
  return splicer.finish();
}
