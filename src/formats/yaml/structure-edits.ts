import type { MapItem, ListItem, Pair, TreeValue } from "../../document/tree.js";
import type { RenderMode } from "../store.js";
import { CR, isBlank, isBreak, LF } from "./characters.js";
import { emitPairText } from "./emit.js";
import { writeKey } from "./flow-copy.js";
import { isSameLeaf } from "./leaf-text.js";
import type { Extra, YamlDocument } from "./places.js";
import type { MatchedMetadata, MatchedTrees } from "./tree-match.js";

/** A stretch of the source's structure and what stands there instead. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
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
  const isLast = after === text.length || isBreak(text.charCodeAt(after));
  if (!isLast) {
    return { start, end: after };
  }
  const isAlone = before === 0 || isBreak(text.charCodeAt(before - 1));
  return isAlone ? { start: before, end: behindBreak(text, after) } : { start: before, end };
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
function behindBreak(text: string, index: number): number {
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

/** Old metadata out, new metadata in as the last lines of every document. */
export function metadataEdits(
  document: YamlDocument,
  metadata: readonly MatchedMetadata[],
  order: readonly number[],
): Edit[] {
  const edits: Edit[] = [];
  // The documents of a file share one entry.
  const written = new Map<TreeValue, string>();
  let leaves = 0;
  const lastLeafBefore = (position: number): number | undefined => {
    while (leaves < order.length && document.places.startOf(order[leaves] ?? 0) < position) {
      leaves += 1;
    }
    return order[leaves - 1];
  };
  for (const [index, { removed, added }] of metadata.entries()) {
    if (removed !== null) {
      const lines = metadataLines(document, removed);
      const isSetOff = needsGap(document, index, lastLeafBefore(lines.start));
      edits.push(
        isSetOff ? { ...lines, start: withoutEmptyLine(document.text, lines.start) } : lines,
      );
    }
    const at = document.documents[index]?.end;
    if (added !== null && at !== undefined) {
      const text = written.get(added.value) ?? emitPairText(added.key, added.value, undefined);
      written.set(added.value, text);
      // After a removal, the leaf before the old entry counts: it was the last but for the entry's own.
      const last = removed === null ? lastLeafBefore(at) : order[leaves - 1];
      const gap = needsGap(document, index, last) ? gapAt(document.text, at, removed !== null) : "";
      const lineEnd = at === 0 || isLineStart(document.text, at) ? "" : "\n";
      edits.push({ start: at, end: at, text: lineEnd + gap + text });
    }
  }
  return edits;
}

/** An empty line, unless one is there that stays. */
function gapAt(text: string, at: number, isReplacing: boolean): string {
  return isReplacing || withoutEmptyLine(text, at) === at ? "\n" : "";
}

/** Start of the empty line before a line, or that line's own start. */
function withoutEmptyLine(text: string, lineStart: number): number {
  if (lineStart < 2 || !isBreak(text.charCodeAt(lineStart - 1))) {
    return lineStart;
  }
  const isCrLf = text.charCodeAt(lineStart - 1) === LF && text.charCodeAt(lineStart - 2) === CR;
  const start = lineStart - (isCrLf ? 2 : 1);
  return isBreak(text.charCodeAt(start - 1)) ? start : lineStart;
}

/**
 * True if the last leaf of a document is a comment inside a collection below the root. With an empty line behind it,
 * it stays there; directly before another key it would be about that one.
 */
function needsGap(
  { places, branches }: YamlDocument,
  index: number,
  last: number | undefined,
): boolean {
  if (last === undefined || places.kindOf(last) !== "comment") {
    return false;
  }
  const items = branches[index]?.items ?? [];
  return !items.some((item) => item.kind === "comment" && item.place === last);
}

function isLineStart(text: string, at: number): boolean {
  return isBreak(text.charCodeAt(at - 1)) || (at === 1 && text.startsWith("\ufeff"));
}

/** All lines of an entry, the comments inside it included. */
function metadataLines({ text, places }: YamlDocument, pair: Pair): Edit {
  const place = pair.place ?? -1;
  let start = places.startOf(place);
  while (start > 0 && !isLineStart(text, start)) {
    start -= 1;
  }
  let end = Math.max(
    places.endOf(place),
    places.pairOf(place)?.valueEnd ?? 0,
    lastCommentEnd(pair, (comment) => places.endOf(comment)),
  );
  while (end < text.length && !isBreak(text.charCodeAt(end))) {
    end += 1;
  }
  return { start, end: behindBreak(text, end), text: "" };
}

function lastCommentEnd(pair: Pair, endOf: (place: number) => number): number {
  const pending: (MapItem | ListItem)[] = [pair];
  let end = 0;
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    if (item.kind === "comment") {
      end = Math.max(end, endOf(item.place ?? -1));
    } else if (item.kind === "pair") {
      pending.push(item.value);
    } else if (item.kind === "map" || item.kind === "list") {
      for (const inner of item.items) {
        pending.push(inner);
      }
    }
  }
  return end;
}
