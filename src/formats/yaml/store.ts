/** YAML as sops reads and writes it (spec: formats.md §5), spliced in place where the source allows it. */
import type { MapValue, TreeBranch, TreeValue } from "../../document/tree.js";
import { SopsError } from "../../support/errors.js";
import { encodeText } from "../../support/text.js";
import { appendMetadataEntry, hasMetadataEntry, splitMetadataEntry } from "../metadata-entry.js";
import type { EmitStyle, SourceDocument, Store } from "../store.js";
import { emitYamlValue } from "./emit-value.js";
import { emitYaml } from "./emit.js";
import { parseYaml } from "./parse.js";
import { PlaceTable, type YamlDocument } from "./places.js";
import { renderYaml } from "./render.js";
import { segmentYaml } from "./segment.js";

export const yamlStore: Store = {
  format: "yaml",
  parse,
  segment: (document) => segmentYaml(asYamlDocument(document)),
  render: (document, branches, mode) => renderYaml(asYamlDocument(document), branches, mode),
  emit: (branches, style) => encodeText(emitYaml(branches, style)),
  emitValue,
  splitMetadata: splitMetadataEntry,
  joinMetadata,
  isReserved: hasMetadataEntry,
  aliasOrigins: (document) => aliasOrigins(asYamlDocument(document)),
};

/** @throws ParseError, SopsError NO_DOCUMENT for a file without a byte (spec: formats.md §4.7) */
function parse(source: Uint8Array): SourceDocument {
  if (source.length === 0) {
    const problem = "File cannot be completely empty, it must contain at least one document";
    throw new SopsError("NO_DOCUMENT", problem);
  }
  return parseYaml(source);
}

function asYamlDocument(document: SourceDocument): YamlDocument {
  if (!isYamlDocument(document)) {
    throw new SopsError("INTERNAL", `not a document of this store: ${document.format}`);
  }
  return document;
}

function isYamlDocument(document: SourceDocument): document is YamlDocument {
  return "places" in document && document.places instanceof PlaceTable;
}

function aliasOrigins({ aliases, places }: YamlDocument): ReadonlyMap<number, number> {
  const origins = new Map<number, number>();
  for (const place of aliases.flatMap((alias) => alias.leaves)) {
    const origin = places.originOf(place);
    if (origin >= 0) {
      origins.set(place, origin);
    }
  }
  return origins;
}

/** A string raw, a map as a document, other values as documents of their own (spec: cli.md §5). */
function emitValue(value: TreeValue, style: EmitStyle): Uint8Array {
  switch (value.kind) {
    case "string":
      return encodeText(value.value);
    case "bytes":
      return value.value;
    case "map":
      return encodeText(emitYaml([value], style));
    default:
      return encodeText(emitYamlValue(value));
  }
}

/** Every document gets the same entry (spec: formats.md §4.2). */
function joinMetadata(branches: readonly TreeBranch[], metadata: MapValue): TreeBranch[] {
  return branches.map((branch) => appendMetadataEntry(branch, metadata));
}
