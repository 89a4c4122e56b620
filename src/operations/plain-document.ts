import type { TreeBranch } from "../document/tree.js";
import { METADATA_KEY } from "../formats/metadata-entry.js";
import { loadStore } from "../formats/registry.js";
import type { FormatId, SourceDocument, Store } from "../formats/store.js";
import { ParseError, SopsError } from "../support/errors.js";

import { loadEncryptedStore } from "./encrypted-document.js";

/** A plain file, parsed and found fit to be encrypted. */
export interface PlainDocument {
  readonly bytes: Uint8Array;
  readonly inputFormat: FormatId;
  readonly outputFormat: FormatId;
  readonly source: SourceDocument;
  /** Reads and writes the plain side. */
  readonly plainStore: Store;
  /** Writes the encrypted side. */
  readonly encryptedStore: Store;
}

/**
 * @throws SopsError CANNOT_PARSE (exit 2), NO_DOCUMENT (92), ALREADY_ENCRYPTED (203), CANNOT_EMIT (4)
 */
export async function openPlain(
  bytes: Uint8Array,
  inputFormat: FormatId,
  outputFormat: FormatId,
): Promise<PlainDocument> {
  const [plainStore, encryptedStore] = await Promise.all([
    loadStore(inputFormat),
    loadEncryptedStore(outputFormat),
  ]);
  const source = parsePlain(bytes, plainStore);
  refuseReserved(source.branches, encryptedStore);
  return { bytes, inputFormat, outputFormat, source, plainStore, encryptedStore };
}

/** @throws SopsError CANNOT_PARSE (exit 2) */
export function parsePlain(bytes: Uint8Array, store: Store): SourceDocument {
  try {
    return store.parse(bytes);
  } catch (error) {
    if (error instanceof ParseError) {
      throw new SopsError("CANNOT_PARSE", `Error unmarshalling file: ${error.message}`, {
        cause: error,
        details: error.details,
      });
    }
    throw error;
  }
}

/** Names that the format keeps for metadata (formats.md §4.6). @throws SopsError ALREADY_ENCRYPTED (exit 203) */
export function refuseReserved(branches: readonly TreeBranch[], store: Store): void {
  if (store.isReserved(branches)) {
    throw new SopsError(
      "ALREADY_ENCRYPTED",
      "The file you have provided contains a top-level entry called 'sops', or for flat file formats one that starts " +
        "with 'sops_'. Such names are reserved for metadata: either the file is already encrypted, or the entry needs another name",
      { hint: "an encrypted file needs no second encryption; in a plain file rename the entry" },
    );
  }
}

/** A `sops` entry in a later document would be taken for metadata by other programs. */
export function refuseLaterMetadata({ branches }: SourceDocument): void {
  const isReserved = branches
    .slice(1)
    .some((branch) =>
      branch.items.some((item) => item.kind === "pair" && item.key === METADATA_KEY),
    );
  if (isReserved) {
    throw new SopsError(
      "CANNOT_EMIT",
      `Could not marshal tree: Error marshaling metadata: Found key "${METADATA_KEY}" in encrypted data, which is a reserved key used for SOPS metadata`,
    );
  }
}
