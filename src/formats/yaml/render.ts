import type { Leaf, TreeBranch } from "../../document/tree.js";
import { Splicer } from "../splice.js";
import type { Piece, RenderMode } from "../store.js";
import { flowCopy } from "./flow-copy.js";
import { commentText, isSameLeaf, scalarText, type LeafText } from "./leaf-text.js";
import type { AliasOccurrence, YamlDocument } from "./places.js";
import { leafOrder } from "./segment.js";
import { metadataEdits } from "./metadata-edits.js";
import { extraEdits, keyEdits, type Edit } from "./structure-edits.js";
import { matchTrees, type MatchedTrees } from "./tree-match.js";

/** What becomes of the leaves of a document: kept as they are unless named here. */
interface Plan {
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

/**
 * The source with the leaves of `branches` in it; see `Store.render`.
 *
 * @returns `null` for another shape, and for what cannot be spliced: comments in the copy of an alias, line breaks in
 * a comment, a value where the text has no room for one
 */
export function renderYaml(
  document: YamlDocument,
  branches: readonly TreeBranch[],
  mode: RenderMode,
): Piece[] | null {
  if (!document.isSpliceable) {
    return null;
  }
  const matched = matchTrees(document.branches, branches);
  const plan = matched === null ? null : makePlan(document, matched, mode);
  return matched === null || plan === null ? null : splice(document, matched.after, plan);
}

function makePlan(document: YamlDocument, matched: MatchedTrees, mode: RenderMode): Plan | null {
  const order = leafOrder(document);
  const plan: Plan = {
    order,
    texts: new Map(),
    copies: new Map(),
    copied: new Set(),
    edits: [
      ...extraEdits(document, mode),
      ...keyEdits(document, matched, mode),
      ...metadataEdits(document, matched.metadata, order),
    ],
  };
  for (const occurrence of document.aliases) {
    const copy = aliasCopy(document, occurrence, matched, mode);
    if (copy === null) {
      return null;
    }
    if (copy !== "none") {
      planCopy(occurrence, copy, plan);
    }
  }
  for (let place = 0; place < matched.after.length; place += 1) {
    if (!planLeaf(document, place, matched, mode, plan)) {
      return null;
    }
  }
  plan.edits = plan.edits.toSorted((a, b) => a.start - b.start);
  return plan;
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
): boolean {
  const { places } = document;
  const before = matched.before[place];
  const after = matched.after[place];
  if (after === undefined || before === undefined || places.kindOf(place) === "alias") {
    return true;
  }
  const losesTag = mode !== "keep" && places.isTagged(place);
  if (isSameLeaf(before, after) && !losesTag && !losesItsEnd(document, place, matched)) {
    return true;
  }
  const written =
    after.kind === "comment" ? commentText(after) : scalarText(document, place, after);
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

/** True for a block scalar that ends with the file, not with a line break, when more lines are to follow. */
function losesItsEnd(
  { places, text }: YamlDocument,
  place: number,
  { metadata }: MatchedTrees,
): boolean {
  const block = places.blockOf(place);
  const isAtEnd = block?.contentEnd === text.length && block.contentEnd > block.contentStart;
  return isAtEnd && (metadata.at(-1)?.added ?? null) !== null;
}

/**
 * What is written instead of an alias: it stays one (`none`) as long as what it stands for is what its target says.
 *
 * @returns `null` if it can do neither
 */
function aliasCopy(
  { places }: YamlDocument,
  { value, leaves, isFlow, hasComments }: AliasOccurrence,
  { before, after }: MatchedTrees,
  mode: RenderMode,
): Piece[] | "none" | null {
  const [first] = leaves;
  if (first !== undefined && after[first] === undefined) {
    return "none";
  }
  const saysTheSame = (place: number): boolean => {
    const origin = places.originOf(place);
    const target = origin < 0 ? before[place] : after[origin];
    const leaf = after[place];
    return leaf !== undefined && target !== undefined && isSameLeaf(leaf, target);
  };
  if (mode !== "decrypt" && leaves.every(saysTheSame)) {
    return "none";
  }
  return hasComments ? null : flowCopy(value, (place) => after[place], isFlow);
}

function splice(
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
        splicer.insert(edit.text);
        splicer.skipTo(edit.end);
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
