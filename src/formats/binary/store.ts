/**
 * Binary files (spec: formats.md §7). This is the store of the **plain** side: the bytes of the file are the one
 * value `data`. The encrypted side is a JSON document: whoever reads or writes it takes the `json` store.
 */
import type { MapValue, TreeBranch, TreeValue } from "../../document/tree.js";
import { findPair } from "../../document/tree.js";
import { SopsError } from "../../support/errors.js";
import { encodeText } from "../../support/text.js";
import { appendMetadataEntry, hasMetadataEntry, splitMetadataEntry } from "../metadata-entry.js";
import type { Piece, SourceDocument, Store } from "../store.js";

const DATA_KEY = "data";

const HINT =
  "This is likely not an encrypted binary file? If not, use --output-type to select the correct output type.";

export const binaryStore: Store = {
  format: "binary",
  parse,
  segment,
  render: () => null,
  emit,
  emitValue,
  splitMetadata: splitMetadataEntry,
  joinMetadata,
  isReserved: hasMetadataEntry,
};

/** `text` stays empty: the bytes never become a JavaScript string. */
function parse(source: Uint8Array): SourceDocument {
  const root: MapValue = {
    kind: "map",
    items: [{ kind: "pair", key: DATA_KEY, value: { kind: "bytes", value: source } }],
  };
  return { format: "binary", text: "", branches: [root], isSpliceable: false };
}

/** The one leaf; its text is empty as the document's is. */
function segment(document: SourceDocument): Piece[] {
  const data = dataOf(document.branches);
  return data?.kind === "bytes" ? [{ text: document.text, leaf: data }] : [];
}

function dataOf(branches: readonly TreeBranch[]): TreeValue | undefined {
  const [branch] = branches;
  return branch === undefined ? undefined : findPair(branch, DATA_KEY)?.value;
}

/** The bytes of `data`, text or bytes; other keys are ignored. */
function emit(branches: readonly TreeBranch[]): Uint8Array {
  if (branches.length !== 1) {
    throw cannotEmit("there must be exactly one tree branch");
  }
  const data = dataOf(branches);
  if (data === undefined) {
    throw cannotEmit("no binary data found in tree");
  }
  return rawBytes(data) ?? refuse("'data' key in tree does not have a string value");
}

function emitValue(value: TreeValue): Uint8Array {
  return value.kind === "map"
    ? emit([value])
    : (rawBytes(value) ?? refuse("only a string can be extracted"));
}

function rawBytes(value: TreeValue): Uint8Array | undefined {
  if (value.kind === "bytes") {
    return value.value;
  }
  return value.kind === "string" ? encodeText(value.value) : undefined;
}

function refuse(reason: string): never {
  throw cannotEmit(reason);
}

/** The next step is part of sops's message, so there is no second one. */
function cannotEmit(reason: string): SopsError {
  const message = `error emitting binary store: ${reason}\n\n${HINT}`;
  return new SopsError("CANNOT_EMIT", message, { hint: null });
}

function joinMetadata(branches: readonly TreeBranch[], metadata: MapValue): TreeBranch[] {
  return branches.map((branch) => appendMetadataEntry(branch, metadata));
}
