import { isCommentMark, trimEnd } from "./characters.js";

/**
 * The tree's text of a comment block, whose lines stand in `block` from their marks on (spec: formats.md §9.1).
 *
 * The marks and blanks at the very beginning are not part of it (`prefixLength`), those of further lines are.
 */
export function readComment(block: string): {
  readonly text: string;
  readonly prefixLength: number;
} {
  const end = trimEnd(block, 0, block.length);
  const mark = block.charCodeAt(0);
  let start = 0;
  while (start < end && (block.charCodeAt(start) === mark || block.charCodeAt(start) === 0x20)) {
    start += 1;
  }
  return { text: block.slice(start, end), prefixLength: start };
}

/** What stands before a comment on its line, if anything. */
export type CommentSite = "nothing" | "value" | "header";

/**
 * True when `text` behind `prefix` (marks and blanks) reads as exactly `text` at this site, with a mark before each
 * line that a reader might see in it (design: lossless.md 11).
 */
function commentReadsBack(prefix: string, text: string, site: CommentSite): boolean {
  const block = prefix + text;
  if (!isCommentMark(block.charCodeAt(0)) || readComment(block).text !== text) {
    return false;
  }
  if (site !== "nothing" && (text.includes("\n") || text.endsWith("\\"))) {
    return false;
  }
  // The last bracket of a header's line ends the name.
  if (site === "header" && text.includes("]")) {
    return false;
  }
  const lines = text.split(/\r\n|[\n\r\u0085\u2028\u2029]/u);
  return lines.every((line, index) => index === 0 || isCommentMark(line.charCodeAt(0)));
}

/** A mark and blank behind which `comment` reads as itself; the given one before others; `null` for none. */
export function choosePrefix(
  comment: string,
  site: CommentSite,
  preferred?: string,
): string | null {
  const prefixes = [preferred ?? "; ", "; ", "# "];
  return prefixes.find((prefix) => commentReadsBack(prefix, comment, site)) ?? null;
}
