import type { ListItem, MapItem, Pair, TreeValue } from "../../document/tree.js";
import { CR, isBreak, LF, SPACE } from "./characters.js";
import { emitPairText } from "./emit.js";
import type { YamlDocument } from "./places.js";
import { behindBreak, type Edit } from "./structure-edits.js";
import type { MatchedMetadata } from "./tree-match.js";

/** Old metadata out, new metadata in as the last lines of every document. */
export function metadataEdits(
  document: YamlDocument,
  metadata: readonly MatchedMetadata[],
  order: readonly number[],
): Edit[] {
  // The documents of a file share one entry.
  const written = new Map<TreeValue, string>();
  const textOf = ({ key, value }: Pair): string => {
    const text = written.get(value) ?? emitPairText(key, value, undefined);
    written.set(value, text);
    return text;
  };
  let leaves = 0;
  return metadata.flatMap(({ removed, added }, index) => {
    const at = document.documents[index]?.end ?? document.text.length;
    const old = removed === null ? null : metadataLines(document, removed);
    leaves = leavesBefore(document, order, leaves, old?.start ?? at);
    const isSetOff = endsInInnerComment(document, index, order[leaves - 1]);
    if (added === null) {
      return removal(document.text, old, isSetOff);
    }
    // A new entry in the place of an old one has its empty line already.
    const gap = isSetOff && old?.end !== at ? "\n" : "";
    const text = lineEndAt(document.text, at) + gap + textOf(added);
    return [
      ...removal(document.text, old, false),
      ...outdents(document, index, order, leaves),
      { start: at, end: at, text },
    ];
  });
}

/**
 * Comments about the whole document at its end, brought to the margin: with an entry behind them, indented ones would
 * be about the collection before them. Not where others stand before them, which they would join.
 */
function outdents(
  { places, branches, text }: YamlDocument,
  index: number,
  order: readonly number[],
  leaves: number,
): Edit[] {
  const ofRoot = new Set(
    (branches[index]?.items ?? []).flatMap((item) => (item.kind === "comment" ? [item.place] : [])),
  );
  const edits: Edit[] = [];
  let at = leaves - 1;
  for (; at >= 0 && ofRoot.has(order[at]); at -= 1) {
    const end = places.startOf(order[at] ?? 0);
    let start = end;
    while (start > 0 && text.charCodeAt(start - 1) === SPACE) {
      start -= 1;
    }
    if (start === end || !isLineStart(text, start)) {
      return [];
    }
    edits.push({ start, end, text: "" });
  }
  return places.kindOf(order[at] ?? -1) === "comment" ? [] : edits;
}

/** The old lines out, with the empty line that sets them off if there is one. */
function removal(text: string, old: Edit | null, isSetOff: boolean): Edit[] {
  if (old === null) {
    return [];
  }
  return [isSetOff ? { ...old, start: withoutEmptyLine(text, old.start) } : old];
}

/** How many leaves start before a position; counts on from `from`. */
function leavesBefore(
  { places }: YamlDocument,
  order: readonly number[],
  from: number,
  position: number,
): number {
  let count = from;
  while (count < order.length && places.startOf(order[count] ?? 0) < position) {
    count += 1;
  }
  return count;
}

function lineEndAt(text: string, at: number): string {
  return at === 0 || isLineStart(text, at) ? "" : "\n";
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
function endsInInnerComment(
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
