import type { ListItem, ListValue, MapItem, MapValue } from "../../document/tree.js";
import { isMetadataPair } from "../metadata-entry.js";
import { spanEnd, spanStart, type SpannedDocument } from "../splice.js";

export type Container = MapValue | ListValue;

/** How a file lays out what is inside a container; what a container does not show is taken from the one around it. */
export interface JsonStyle {
  readonly lineBreak: string;
  /** White space at the start of the line on which the container begins. */
  readonly indent: string;
  /** What one level is indented by. */
  readonly unit: string;
  /** All on one line. */
  readonly isInline: boolean;
  /** The colon with the white space around it. */
  readonly colon: string;
  /** What follows a comma on one line. */
  readonly gap: string;
  /** White space inside the braces of maps, and the brackets of lists, that stand on one line. */
  readonly mapPadding: string;
  readonly listPadding: string;
}

/** Where nothing is shown at all: sops's layout (spec: formats.md §6.2). */
export function baseStyle(text: string): JsonStyle {
  const lineFeed = text.indexOf("\n");
  return {
    lineBreak: lineFeed > 0 && text.charAt(lineFeed - 1) === "\r" ? "\r\n" : "\n",
    indent: "",
    unit: "\t",
    isInline: false,
    colon: ": ",
    gap: " ",
    mapPadding: "",
    listPadding: "",
  };
}

/** Finds line feeds for offsets that only grow, reading the text once. */
export class LineCursor {
  readonly #text: string;
  #lineFeed = -1;

  constructor(text: string) {
    this.#text = text;
  }

  /** The first line feed from `offset` on, or the end of the text. */
  lineFeedAfter(offset: number): number {
    if (this.#lineFeed < offset) {
      const found = this.#text.indexOf("\n", offset);
      this.#lineFeed = found === -1 ? this.#text.length : found;
    }
    return this.#lineFeed;
  }
}

/** The style inside `container`, measured from its first items. */
export function styleInside(
  document: SpannedDocument,
  container: Container,
  around: JsonStyle,
  indent: string,
  lines: LineCursor,
): JsonStyle {
  const { items } = container;
  const [first, second] = items;
  if (first === undefined) {
    return { ...around, indent };
  }
  // Metadata is always in sops's layout, so it shows nothing unless it stands alone.
  const sample = second !== undefined && isMetadataItem(first) ? second : first;
  const padding = separatorBefore(document, container, 0).lead;
  const next = second === undefined ? "" : separatorBefore(document, container, 1).lead;
  const colon = colonOf(document, sample) ?? around.colon;
  return {
    ...around,
    ...paddingOf(container, padding),
    indent,
    unit: unitOf(indent, [sample === first ? padding : next, next]) ?? around.unit,
    isInline: isOnOneLine(document, container, lines),
    colon,
    gap: gapOf(container, next, colon, around),
  };
}

function unitOf(indent: string, leads: readonly string[]): string | undefined {
  const inner = indentAfter(leads.find(hasLineBreak) ?? "", "");
  return inner.startsWith(indent) && inner !== indent ? inner.slice(indent.length) : undefined;
}

function paddingOf({ kind }: Container, lead: string): Partial<JsonStyle> {
  if (hasLineBreak(lead)) {
    return {};
  }
  return kind === "map" ? { mapPadding: lead } : { listPadding: lead };
}

function isMetadataItem(item: MapItem | ListItem): boolean {
  return item.kind === "pair" && isMetadataPair(item);
}

/** Metadata behind the values does not count. */
function isOnOneLine(document: SpannedDocument, container: Container, lines: LineCursor): boolean {
  const { items } = container;
  const last = items.at(-1);
  const previous = items.at(-2);
  const isCut = last !== undefined && previous !== undefined && isMetadataItem(last);
  const end = isCut ? endOf(document, previous) : endOf(document, container);
  return lines.lineFeedAfter(startOf(document, container)) >= end;
}

function gapOf({ kind, items }: Container, next: string, colon: string, around: JsonStyle): string {
  if (items.length > 1) {
    return hasLineBreak(next) ? around.gap : next;
  }
  // A single entry shows no comma: who writes a blank behind the colon writes one behind the comma too.
  return kind === "list" || around.isInline ? around.gap : colon.endsWith(" ") ? " " : "";
}

function colonOf(
  document: SpannedDocument,
  item: MapItem | ListItem | undefined,
): string | undefined {
  if (item?.kind !== "pair") {
    return undefined;
  }
  const end = spanEnd(document, item.place ?? 0);
  const colon = document.text.slice(end, spanStart(document, item.value.place ?? 0));
  return hasLineBreak(colon) ? undefined : colon;
}

/** White space around the comma before an item; for the first item, behind the bracket. */
export interface Separator {
  readonly beforeComma: string;
  readonly lead: string;
}

/** What stands before the item at `index` of a container. */
export function separatorBefore(
  document: SpannedDocument,
  container: Container,
  index: number,
): Separator {
  const { items } = container;
  const start = startOf(document, items[index]);
  const previous = items[index - 1];
  if (previous === undefined) {
    const lead = document.text.slice(spanStart(document, container.place ?? 0) + 1, start);
    return { beforeComma: "", lead };
  }
  const text = document.text.slice(endOf(document, previous), start);
  const comma = text.indexOf(",");
  return { beforeComma: text.slice(0, comma), lead: text.slice(comma + 1) };
}

export function startOf(document: SpannedDocument, item: MapItem | ListItem | undefined): number {
  return spanStart(document, item?.place ?? 0);
}

export function endOf(document: SpannedDocument, item: MapItem | ListItem | undefined): number {
  return spanEnd(document, (item?.kind === "pair" ? item.value.place : item?.place) ?? 0);
}

/** The white space at the start of the line that begins in `lead`; `around` when none does. */
export function indentAfter(lead: string, around: string): string {
  const lineFeed = lead.lastIndexOf("\n");
  return lineFeed === -1 ? around : lead.slice(lineFeed + 1);
}

export function hasLineBreak(space: string): boolean {
  return space.includes("\n");
}

/** Divides the white space before an item into empty lines above it, and the break and indentation of its own line. */
export function divideLead(lead: string): { readonly above: string; readonly own: string } {
  const lineFeed = lead.lastIndexOf("\n");
  const start = lead.charAt(lineFeed - 1) === "\r" ? lineFeed - 1 : Math.max(lineFeed, 0);
  return { above: lead.slice(0, start), own: lead.slice(start) };
}
