import type { MapItem } from "../../document/tree.js";
import { ParseError } from "../../support/errors.js";
import { decodeText } from "../../support/text.js";
import type { SpannedDocument } from "../splice.js";
import { refuseOversizedText } from "../text-size.js";

/**
 * One dotenv file as a tree; any bytes are allowed (spec: formats.md §8).
 *
 * The place of a pair is its line with the line feed, that of a value or comment its text within the line.
 *
 * @throws ParseError naming the line that is neither empty, comment nor assignment; never its text, which sops shows
 */
export function parseDotenv(source: Uint8Array): SpannedDocument {
  refuseOversizedText(source);
  const text = decodeText(source);
  const items: MapItem[] = [];
  const spans: number[] = [];
  let line = 1;
  for (let start = 0; start < text.length; line += 1) {
    const lineFeed = text.indexOf("\n", start);
    const end = lineFeed === -1 ? text.length : lineFeed;
    const next = lineFeed === -1 ? end : end + 1;
    if (text[start] === "#") {
      const place = addSpan(spans, start + 1, end);
      items.push({ kind: "comment", text: text.slice(start + 1, end), inline: false, place });
    } else if (end > start) {
      items.push(pairIn(text, { start, end, next, line }, spans));
    }
    start = next;
  }
  const root = { kind: "map", items } as const;
  return { format: "dotenv", text, branches: [root], isSpliceable: true, spans };
}

interface Line {
  readonly start: number;
  /** Where its line feed stands, or the end of the text. */
  readonly end: number;
  readonly next: number;
  /** From 1. */
  readonly line: number;
}

function pairIn(text: string, { start, end, next, line }: Line, spans: number[]): MapItem {
  const equals = text.indexOf("=", start);
  if (equals === -1 || equals >= end) {
    throw new ParseError(`invalid dotenv input line: line ${line}`, line, 1);
  }
  const place = addSpan(spans, start, next);
  const value = unescapeValue(text.slice(equals + 1, end));
  return {
    kind: "pair",
    key: text.slice(start, equals),
    place,
    value: { kind: "string", value, place: addSpan(spans, equals + 1, end) },
  };
}

function addSpan(spans: number[], start: number, end: number): number {
  spans.push(start, end);
  return spans.length / 2 - 1;
}

/** The two characters `\n` are a line feed, wherever they stand; there is no other escape. */
function unescapeValue(text: string): string {
  return text.includes("\\") ? text.replaceAll("\\n", "\n") : text;
}
