/**
 * dotenv (spec: formats.md §8): lines of `#comment` and `key=value`, byte for byte. Text stands for any bytes
 * (`support/text.ts`).
 */
import { isScalar, type TreeBranch, type TreeValue } from "../../document/tree.js";
import { SopsError } from "../../support/errors.js";
import { encodeText } from "../../support/text.js";
import { asSpanned } from "../splice.js";
import type { Piece, RenderMode, SourceDocument, Store } from "../store.js";
import { isReserved, joinMetadata, splitMetadata } from "./metadata.js";
import { parseDotenv } from "./parse.js";
import { renderDotenv, segmentDotenv } from "./splice.js";
import { writeDotenv } from "./write.js";

export const dotenvStore: Store = {
  format: "dotenv",
  parse: parseDotenv,
  segment: (document) => segmentDotenv(asSpanned(document)),
  render,
  emit,
  emitValue,
  splitMetadata,
  joinMetadata,
  isReserved,
};

function render(
  document: SourceDocument,
  branches: readonly TreeBranch[],
  mode: RenderMode,
): Piece[] | null {
  const [branch] = branches;
  return branch === undefined || branches.length > 1
    ? null
    : renderDotenv(asSpanned(document), branch, mode);
}

/** compat: documents after the first are not written (spec: formats.md §8). */
function emit(branches: readonly TreeBranch[]): Uint8Array {
  const [branch] = branches;
  return encodeText(branch === undefined ? "" : writeDotenv(branch));
}

/** A string raw, a map as a document; there is no form for anything else (spec: cli.md §5). */
function emitValue(value: TreeValue): Uint8Array {
  if (value.kind === "map") {
    return emit([value]);
  }
  if (value.kind === "string") {
    return encodeText(value.value);
  }
  if (value.kind === "bytes") {
    return value.value;
  }
  const kind = isScalar(value) ? value.kind : "list";
  throw new SopsError("CANNOT_EMIT", `cannot write a ${kind} alone in a dotenv file`);
}
