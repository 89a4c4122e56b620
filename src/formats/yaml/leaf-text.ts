import type { Comment, Leaf, ScalarValue } from "../../document/tree.js";
import { isSameScalar } from "../splice.js";
import { HASH, isBlank, isBreak } from "./characters.js";
import type { YamlDocument } from "./places.js";
import { writeBlockScalar, writeScalar, type LineStyle } from "./scalar-write.js";
import type { BlockLayout } from "./token.js";

/** How a leaf is spelled where an old one stood. */
export interface LeafText {
  readonly text: string;
  /** Structure that must come between what stands before and the leaf, and behind it. */
  readonly before: string;
  readonly after: string;
  /** For the header of an old block scalar. */
  readonly header: string | null;
}

export function isSameLeaf(a: Leaf, b: Leaf): boolean {
  if (a.kind === "comment" || b.kind === "comment") {
    return a.kind === b.kind && a.kind === "comment" && b.kind === "comment" && a.text === b.text;
  }
  return isSameScalar(a, b);
}

/** One line for a value; unlike canonical text, a float never looks like a whole number. */
function lineText(value: ScalarValue, style: LineStyle, flow: boolean): string {
  const text = writeScalar(value, style, { flow, key: false });
  return value.kind === "float" && Number.isInteger(value.value) && !text.includes("e")
    ? `${text}.0`
    : text;
}

/**
 * A scalar inside a flow collection: plain where that can be, else in double quotes, as other programs expect
 * ciphertexts there.
 */
function flowScalarText(value: ScalarValue, style: LineStyle): string {
  const text = lineText(value, style, true);
  return style === "plain" && text.startsWith("'") ? lineText(value, "double", true) : text;
}

/** A scalar on one line, in the wished style where that can say it. */
export function scalarLine(value: ScalarValue, style: LineStyle, isFlow: boolean): string {
  return isFlow ? flowScalarText(value, style) : lineText(value, style, false);
}

/** A comment on one line; `null` if its text would end it early and go on as live text. */
export function commentText({ text }: Comment): LeafText | null {
  for (let index = 0; index < text.length; index += 1) {
    if (isBreak(text.charCodeAt(index))) {
      return null;
    }
  }
  return inLine(`#${text}`);
}

/** A new value in the style of the old one where that style can say it; `null` where it cannot be put there at all. */
export function scalarText(
  document: YamlDocument,
  place: number,
  value: ScalarValue,
): LeafText | null {
  const { text: source, places } = document;
  const style = places.styleOf(place);
  const block = places.blockOf(place);
  if (block !== undefined && (style === "literal" || style === "folded")) {
    return blockText(source, block, style, value);
  }
  if (style === "empty" || style === "literal" || style === "folded") {
    return textInEmptyPlace(document, place, value);
  }
  return inLine(
    places.isFlow(place) ? flowScalarText(value, style) : lineText(value, style, false),
  );
}

function inLine(text: string): LeafText {
  return { text, before: "", after: "", header: null };
}

function blockText(
  source: string,
  block: BlockLayout,
  style: "literal" | "folded",
  value: ScalarValue,
): LeafText {
  const { contentStart, contentEnd, indent, parentIndent } = block;
  const before = isBreak(source.charCodeAt(contentStart - 1)) ? "" : "\n";
  const after = contentStart === contentEnd ? "\n" : "";
  const written =
    value.kind === "string" ? writeBlockScalar(value.value, style, indent, parentIndent) : null;
  if (written !== null) {
    return { text: written.content, before, after, header: written.header };
  }
  // What the style cannot say stands on the first content line, and the header goes.
  const line = lineText(value, "double", false);
  return { text: line, before: before + " ".repeat(indent), after, header: "" };
}

/** Where nothing stood: behind an indicator, or behind a tag or anchor. */
function textInEmptyPlace(
  { text: source, places, extras }: YamlDocument,
  place: number,
  value: ScalarValue,
): LeafText | null {
  if (value.kind === "null") {
    return inLine("");
  }
  const at = places.startOf(place);
  const before = source[at - 1];
  const hasRoom = before === ":" || before === "-" || extras.some((extra) => extra.end === at);
  if (!hasRoom) {
    return null;
  }
  const text = scalarLine(value, "plain", places.isFlow(place));
  const next = source.charCodeAt(at);
  const isSetOff = at === source.length || isBlank(next) || isBreak(next);
  return { text, before: " ", after: isSetOff ? "" : " ", header: null };
}

/** True when a new value cannot stand in the text of the old one without a tag, a header or a place that is not its own. */
export function needsNewScalar(
  document: YamlDocument,
  old: ScalarValue,
  current: ScalarValue,
): boolean {
  const { place = -1 } = old;
  const { places } = document;
  if (isSameLeaf(old, current)) {
    return false;
  }
  const style = places.styleOf(place);
  return (
    places.isTagged(place) ||
    (style === "empty" && isBeforeComment(document.text, places.endOf(place))) ||
    (places.blockOf(place) !== undefined && scalarText(document, place, current)?.header === "")
  );
}

/** Beside nothing a comment is about the key, beside a value it is at the end of a line. */
function isBeforeComment(text: string, at: number): boolean {
  let index = at;
  while (isBlank(text.charCodeAt(index))) {
    index += 1;
  }
  return text.charCodeAt(index) === HASH;
}
