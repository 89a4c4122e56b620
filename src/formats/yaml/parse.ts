import { ParseError } from "../../support/errors.js";
import { Cursor } from "./cursor.js";
import { decodeYaml } from "./decode.js";
import { Outline } from "./outline.js";
import { StreamParser } from "./stream-parser.js";
import type { YamlDocument } from "./places.js";

/**
 * Bytes of a YAML file to its trees, with the place of everything (spec: formats.md §5.1-5.5).
 *
 * @throws ParseError; also for a file without any document (`EOF`). An empty file is the caller's case (§4.7).
 */
export function parseYaml(bytes: Uint8Array): YamlDocument {
  const { text, isUtf16 } = decodeYaml(bytes);
  return parseText(text, isUtf16, null);
}

/** The document read again, with the spans of its entries and collections. Places are the same as before. */
export function outlineYaml({ text }: YamlDocument): {
  document: YamlDocument;
  outline: Outline;
} {
  const outline = new Outline();
  return { document: parseText(text, false, outline), outline };
}

function parseText(text: string, isUtf16: boolean, outline: Outline | null): YamlDocument {
  const builder = new StreamParser(new Cursor(text), outline).parse();
  if (builder.branches.length === 0) {
    throw new ParseError("EOF");
  }
  const extras = [...builder.extras, ...builder.comments.dropped()].toSorted(
    (a, b) => a.start - b.start,
  );
  return {
    format: "yaml",
    text,
    branches: builder.branches,
    isSpliceable: !isUtf16 && builder.documents.every((document) => document.isPlainRoot),
    places: builder.places,
    extras,
    aliases: builder.anchors.occurrences,
    documents: builder.documents,
  };
}
