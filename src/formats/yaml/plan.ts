import type { Leaf, TreeValue } from "../../document/tree.js";
import { Splicer } from "../splice.js";
import type { Piece, RenderMode } from "../store.js";
import { flowCopy } from "./flow-copy.js";
import { commentText, isSameLeaf, scalarText, type LeafText } from "./leaf-text.js";
import type { AliasOccurrence, YamlDocument } from "./places.js";
import { leafOrder } from "./segment.js";
import { metadataEdits } from "./metadata-edits.js";
import { extraEdits, keyEdits, type Edit } from "./structure-edits.js";
import type { MatchedTrees } from "./tree-match.js";

/** What becomes of the leaves of a document: kept as they are unless named here. */
export interface Plan {
  /** All leaves in the order of the text. */
  readonly order: readonly number[];
  readonly texts: Map<number, LeafText>;
  /** Copies in place of aliases, by the place of their first leaf. */
  readonly copies: Map<number, Piece[]>;
  /** Places of the further leaves of these. */
  readonly copied: Set<number>;
  /** Sorted by start once the plan is made. */
  edits: Edit[];
}

/** What a change of structure adds to a plan. */
export interface StructureChange {
  readonly edits: readonly Edit[];
  /** Whether an alias to this is to become a copy. */
  readonly isStale: (target: TreeValue) => boolean;
}

export const NO_CHANGES: StructureChange = { edits: [], isStale: () => false };

/** @returns `null` for what cannot be spliced */
export function makePlan(
  document: YamlDocument,
  matched: MatchedTrees,
  mode: RenderMode,
  structure: StructureChange,
): Plan | null {
  const order = leafOrder(document);
  const plan: Plan = {
    order,
    texts: new Map(),
    copies: new Map(),
    copied: new Set(),
    edits: [
      ...structure.edits,
      ...extraEdits(document, mode),
      ...keyEdits(document, matched, mode),
      ...metadataEdits(document, matched.metadata, order),
    ],
  };
  const isFollowed = endsLater(document, plan);
  for (const occurrence of document.aliases) {
    const isStale = structure.isStale(occurrence.target);
    const copy = aliasCopy(document, occurrence, matched, isStale, mode);
    if (copy === null) {
      return null;
    }
    if (copy !== "none") {
      planCopy(occurrence, copy, plan);
    }
  }
  for (let place = 0; place < matched.after.length; place += 1) {
    if (!planLeaf(document, place, matched, mode, plan, isFollowed)) {
      return null;
    }
  }
  plan.edits = plan.edits.toSorted((a, b) => a.start - b.start);
  return plan;
}

/** Lines are put behind the last one, which need not have an end of its own. */
function endsLater({ text }: YamlDocument, { edits }: Plan): boolean {
  return edits.some(
    (edit) => edit.start === text.length && (edit.text !== "" || edit.pieces !== undefined),
  );
}

function planCopy({ start, end, leaves }: AliasOccurrence, copy: Piece[], plan: Plan): void {
  const [first, ...others] = leaves;
  if (first === undefined) {
    plan.edits.push({ start, end, text: copy.map((piece) => piece.text).join("") });
    return;
  }
  plan.copies.set(first, copy);
  for (const place of others) {
    plan.copied.add(place);
  }
}

/** @returns false if the leaf cannot be written */
function planLeaf(
  document: YamlDocument,
  place: number,
  matched: MatchedTrees,
  mode: RenderMode,
  plan: Plan,
  isFollowed: boolean,
): boolean {
  const { places } = document;
  const before = matched.before[place];
  const after = matched.after[place];
  if (after === undefined || before === undefined || places.kindOf(place) === "alias") {
    return true;
  }
  const losesTag = mode !== "keep" && places.isTagged(place);
  const isCutOff = isFollowed && lacksItsEnd(document, place);
  if (isSameLeaf(before, after) && !losesTag && !isCutOff) {
    return true;
  }
  const written = leafText(document, place, after);
  if (written === null) {
    return false;
  }
  plan.texts.set(place, written);
  const block = places.blockOf(place);
  if (written.header !== null && block !== undefined) {
    plan.edits.push({ start: block.headerStart, end: block.headerEnd, text: written.header });
  }
  return true;
}

function leafText(document: YamlDocument, place: number, leaf: Leaf): LeafText | null {
  return leaf.kind === "comment" ? commentText(leaf) : scalarText(document, place, leaf);
}

/** True for a block scalar that ends with the file, not with a line break. */
function lacksItsEnd({ places, text }: YamlDocument, place: number): boolean {
  const block = places.blockOf(place);
  return block?.contentEnd === text.length && block.contentEnd > block.contentStart;
}

/** True as long as what an alias stands for is what its target says. */
export function aliasStays(
  { places }: YamlDocument,
  { leaves }: AliasOccurrence,
  { before, after }: Pick<MatchedTrees, "before" | "after">,
  isStale: boolean,
): boolean {
  return (
    !isStale &&
    leaves.every((place) => {
      const origin = places.originOf(place);
      const target = origin < 0 ? before[place] : after[origin];
      const leaf = after[place];
      return leaf !== undefined && target !== undefined && isSameLeaf(leaf, target);
    })
  );
}

/**
 * What is written instead of an alias: it stays one (`none`) where it can.
 *
 * @returns `null` if it can do neither
 */
function aliasCopy(
  document: YamlDocument,
  occurrence: AliasOccurrence,
  matched: MatchedTrees,
  isStale: boolean,
  mode: RenderMode,
): Piece[] | "none" | null {
  const { value, leaves, isFlow, hasComments } = occurrence;
  const [first] = leaves;
  const isGone = first !== undefined && matched.after[first] === undefined;
  if (isGone || (mode !== "decrypt" && aliasStays(document, occurrence, matched, isStale))) {
    return "none";
  }
  return hasComments ? null : flowCopy(value, ({ place = -1 }) => matched.after[place], isFlow);
}

/** The text with a plan carried out; `leaves` by place. */
export function spliceText(
  document: YamlDocument,
  leaves: readonly (Leaf | undefined)[],
  { order, texts, copies, copied, edits }: Plan,
): Piece[] {
  const { places } = document;
  const splicer = new Splicer(document.text);
  let nextEdit = 0;
  /** What of the source is done with, by an edit or a leaf. */
  let reached = 0;
  const applyEdits = (limit: number): void => {
    for (
      let edit = edits[nextEdit];
      edit !== undefined && edit.start < limit;
      edit = edits[nextEdit]
    ) {
      // What lies wholly in a stretch that has gone has gone with it.
      if (edit.start >= reached || edit.end > reached) {
        splicer.keepUntil(Math.max(edit.start, reached));
        splicer.skipTo(edit.end);
        insertEdit(splicer, edit);
        reached = edit.end;
      }
      nextEdit += 1;
    }
  };
  for (const place of order) {
    const leaf = leaves[place];
    if (leaf === undefined || copied.has(place)) {
      continue;
    }
    applyEdits(places.startOf(place));
    const start = Math.max(places.startOf(place), reached);
    const end = Math.max(places.endOf(place), reached);
    reached = end;
    const copy = copies.get(place);
    const written = texts.get(place);
    if (copy !== undefined) {
      spliceCopy(splicer, start, end, copy);
    } else if (written === undefined) {
      splicer.keepLeaf(start, end, leaf);
    } else {
      splicer.keepUntil(start);
      splicer.insert(written.before);
      splicer.leaf(start, end, written.text, leaf);
      splicer.insert(written.after);
    }
  }
  applyEdits(Infinity);
  return splicer.finish();
}

function insertEdit(splicer: Splicer, { text, pieces }: Edit): void {
  splicer.insert(text);
  for (const piece of pieces ?? []) {
    if (piece.leaf === undefined) {
      splicer.insert(piece.text);
    } else {
      splicer.insertLeaf(piece.text, piece.leaf);
    }
  }
}

function spliceCopy(splicer: Splicer, start: number, end: number, copy: readonly Piece[]): void {
  splicer.keepUntil(start);
  splicer.skipTo(end);
  for (const { text, leaf } of copy) {
    if (leaf === undefined) {
      splicer.insert(text);
    } else {
      splicer.leaf(end, end, text, leaf);
    }
  }
}
