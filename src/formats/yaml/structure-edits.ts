import type { Piece, RenderMode } from "../store.js";
import { CR, HASH, isBlank, isBreak, LF } from "./characters.js";
import { writeKey } from "./flow-copy.js";
import { isSameLeaf } from "./leaf-text.js";
import type { Extra, YamlDocument } from "./places.js";
import type { MatchedTrees } from "./tree-match.js";

/** A stretch of the source's structure and what stands there instead. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Instead of `text`, where leaves are in it. */
  readonly pieces?: readonly Piece[];
}

/** What of the text outside the tree goes (modes: `RenderMode`). */
export function extraEdits({ text, extras }: YamlDocument, mode: RenderMode): Edit[] {
  if (mode === "keep") {
    return [];
  }
  const gone = extras.filter(({ kind }) => mode === "decrypt" || kind !== "anchor");
  return gone.map((extra) => ({ ...withWhiteSpace(text, extra), text: "" }));
}

/** The span with the white space that would be left over: the line, or blanks on one side. */
function withWhiteSpace(text: string, { start, end }: Extra): { start: number; end: number } {
  const before = blanksBefore(text, start);
  const after = blanksBehind(text, end);
  const isAlone = before === 0 || isBreak(text.charCodeAt(before - 1));
  const isLast = after === text.length || isBreak(text.charCodeAt(after));
  if (isAlone && isLast) {
    return { start: before, end: behindBreak(text, after) };
  }
  // A comment keeps the blank before it.
  return isAlone || !(isLast || text.charCodeAt(after) === HASH)
    ? { start, end: after }
    : { start: before, end };
}

function blanksBefore(text: string, from: number): number {
  let index = from;
  while (index > 0 && isBlank(text.charCodeAt(index - 1))) {
    index -= 1;
  }
  return index;
}

function blanksBehind(text: string, from: number): number {
  let index = from;
  while (index < text.length && isBlank(text.charCodeAt(index))) {
    index += 1;
  }
  return index;
}

/** Behind the line break at `index`, if one is there. */
export function behindBreak(text: string, index: number): number {
  if (index >= text.length || !isBreak(text.charCodeAt(index))) {
    return index;
  }
  return index + (text.charCodeAt(index) === CR && text.charCodeAt(index + 1) === LF ? 2 : 1);
}

/** Keys that are spelled by a tag or an alias which goes. */
export function keyEdits(
  { places }: YamlDocument,
  matched: MatchedTrees,
  mode: RenderMode,
): Edit[] {
  if (mode === "keep") {
    return [];
  }
  const edits: Edit[] = [];
  for (const { place = -1, key, keyType } of matched.pairs) {
    const pair = places.pairOf(place);
    const isGone =
      pair !== undefined &&
      (pair.isTagged || (pair.aliasOf !== undefined && !staysAlias(matched, pair.aliasOf, mode)));
    if (isGone) {
      const text = keyType === undefined ? writeKey(key, pair.isFlow) : key;
      edits.push({ start: places.startOf(place), end: places.endOf(place), text });
    }
  }
  return edits;
}

function staysAlias(matched: MatchedTrees, target: number, mode: RenderMode): boolean {
  if (mode === "decrypt") {
    return false;
  }
  const before = matched.before[target];
  const after = matched.after[target];
  return target < 0 || (before !== undefined && after !== undefined && isSameLeaf(before, after));
}
