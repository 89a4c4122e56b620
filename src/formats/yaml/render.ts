import { equalTrees } from "../../document/compare.js";
import type { TreeBranch } from "../../document/tree.js";
import { SopsError } from "../../support/errors.js";
import { encodeText } from "../../support/text.js";
import { splitMetadataEntry } from "../metadata-entry.js";
import type { Piece, RenderMode } from "../store.js";
import { Changes, SEAMS } from "./changes.js";
import { measureStyle } from "./file-style.js";
import { needsNewScalar } from "./leaf-text.js";
import { outlineYaml, parseYaml } from "./parse.js";
import type { YamlDocument } from "./places.js";
import { makePlan, NO_CHANGES, spliceText, type StructureChange } from "./plan.js";
import { StructureWalk } from "./structure-walk.js";
import { matchTrees, type MatchedTrees } from "./tree-match.js";

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
  const isInPlace = matched !== null && (mode !== "keep" || !needsNewText(document, matched));
  const plan = isInPlace ? makePlan(document, matched, mode, NO_CHANGES) : null;
  if (matched !== null && plan !== null) {
    return spliceText(document, matched.after, plan);
  }
  return mode === "keep" ? restructureYaml(document, branches) : null;
}

/** A leaf has another place than it had, so that the shapes are the same by chance; or the text of one has to go. */
function needsNewText(document: YamlDocument, { before, after }: MatchedTrees): boolean {
  return after.some((leaf, place) => {
    const old = before[place];
    return (
      (leaf?.place !== undefined && leaf.place !== place) ||
      (leaf !== undefined &&
        old !== undefined &&
        old.kind !== "comment" &&
        leaf.kind !== "comment" &&
        document.places.kindOf(place) === "scalar" &&
        needsNewScalar(document, old, leaf))
    );
  });
}

/**
 * The text with another structure. It is read again to be sure: a comment may be about another thing than before when
 * something beside it comes or goes. An empty line can help.
 */
function restructureYaml(original: YamlDocument, branches: readonly TreeBranch[]): Piece[] | null {
  const { document, outline } = outlineYaml(original);
  const changes = new Changes(document, outline, measureStyle(document, outline));
  const walk = new StructureWalk(changes);
  if (branches.length !== document.branches.length || !walk.run(original.branches, branches)) {
    return null;
  }
  const { matched } = changes;
  for (const seam of SEAMS) {
    const structure: StructureChange = {
      edits: changes.edits(seam),
      isStale: (target) => walk.isStale(target),
    };
    const plan = makePlan(document, matched, "keep", structure);
    const pieces = plan === null ? null : spliceText(document, matched.after, plan);
    if (pieces === null || says(pieces, branches)) {
      return pieces;
    }
  }
  return null;
}

function says(pieces: readonly Piece[], branches: readonly TreeBranch[]): boolean {
  try {
    const text = pieces.map((piece) => piece.text).join("");
    const reread = parseYaml(encodeText(text)).branches;
    return equalTrees(
      splitMetadataEntry(reread).branches,
      splitMetadataEntry(branches).branches,
      "layout",
    );
  } catch (error) {
    if (error instanceof SopsError) {
      return false;
    }
    throw error;
  }
}
