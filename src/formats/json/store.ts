/**
 * JSON (spec: formats.md §6), and the encrypted side of binary files (§7): an ordered reader that keeps duplicates,
 * number text and the place of every value, a writer of sops's text, and a splicer.
 */
import type { MapValue, TreeBranch, TreeValue } from "../../document/tree.js";
import { SopsError } from "../../support/errors.js";
import { encodeText } from "../../support/text.js";
import { appendMetadataEntry, hasMetadataEntry, splitMetadataEntry } from "../metadata-entry.js";
import { asSpanned } from "../splice.js";
import type { EmitStyle, Piece, RenderMode, SourceDocument, Store } from "../store.js";
import { parseJson } from "./parse.js";
import { renderJson, segmentJson } from "./splice.js";
import { indentOf, writeJson } from "./write.js";

export const jsonStore: Store = {
  format: "json",
  parse: parseJson,
  segment: (document) => segmentJson(asSpanned(document)),
  render,
  emit,
  emitValue,
  splitMetadata: splitMetadataEntry,
  joinMetadata,
  isReserved: hasMetadataEntry,
};

function render(
  document: SourceDocument,
  branches: readonly TreeBranch[],
  mode: RenderMode,
): Piece[] | null {
  const [branch] = branches;
  return branch === undefined || branches.length > 1
    ? null
    : renderJson(asSpanned(document), branch, mode);
}

/** compat: documents after the first are not written (spec: formats.md §6.2). */
function emit(branches: readonly TreeBranch[], style: EmitStyle): Uint8Array {
  const indent = indentOf(style.indent);
  const [branch] = branches;
  if (branch === undefined) {
    throw new SopsError("CANNOT_EMIT", "Error marshaling to json: there is no document");
  }
  return encodeText(`${writeJson(branch, { indent, level: 0 })}\n`);
}

/** A string raw, a map as a document, other values as their text without a final line feed (spec: cli.md §5). */
function emitValue(value: TreeValue, style: EmitStyle): Uint8Array {
  switch (value.kind) {
    case "string":
      return encodeText(value.value);
    case "bytes":
      return value.value;
    case "map":
      return emit([value], style);
    default:
      return encodeText(writeJson(value, { indent: indentOf(style.indent), level: 0 }));
  }
}

function joinMetadata(branches: readonly TreeBranch[], metadata: MapValue): TreeBranch[] {
  return branches.map((branch, index) =>
    index === 0 ? appendMetadataEntry(branch, metadata) : branch,
  );
}
