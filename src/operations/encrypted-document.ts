import type { PoolCollector } from "../document/ciphertext-pool.js";
import { decryptTree, checkMac, type DecryptedTree } from "../document/decrypt.js";
import { parseMetadata, effectiveSelection, type Metadata } from "../document/metadata.js";
import { compileSelection } from "../document/selection.js";
import type { TreeBranch } from "../document/tree.js";
import { loadStore } from "../formats/registry.js";
import type { FormatId, SourceDocument, Store } from "../formats/store.js";
import { ParseError, SopsError } from "../support/errors.js";

import { KEY_LIST_FIELDS } from "./key-metadata.js";

/** An encrypted file, parsed, its metadata understood; nothing decrypted yet. */
export interface EncryptedDocument {
  /** As the user names it; a binary file's encrypted side is read by the JSON store. */
  readonly format: FormatId;
  readonly store: Store;
  readonly source: SourceDocument;
  readonly metadata: Metadata;
  /** Without the `sops` entry. */
  readonly branches: readonly TreeBranch[];
}

/** The store of a format's encrypted side. */
export function loadEncryptedStore(format: FormatId): Promise<Store> {
  return loadStore(format === "binary" ? "json" : format);
}

/**
 * @throws SopsError CANNOT_PARSE_ENCRYPTED, METADATA_NOT_FOUND, METADATA_INVALID and kin (exit 1)
 */
export async function openEncrypted(
  bytes: Uint8Array,
  format: FormatId,
): Promise<EncryptedDocument> {
  return parseEncrypted(bytes, format, await loadEncryptedStore(format));
}

/** The same with the store at hand. */
export function parseEncrypted(
  bytes: Uint8Array,
  format: FormatId,
  store: Store,
): EncryptedDocument {
  const source = parseEncryptedSide(bytes, store);
  const { metadata, branches } = store.splitMetadata(source.branches);
  if (metadata === null) {
    throw new SopsError("METADATA_NOT_FOUND", "sops metadata not found");
  }
  return { format, store, source, metadata: parseMetadata(metadata, KEY_LIST_FIELDS), branches };
}

/** A parse error of an encrypted file is exit 1 without a prefix (formats.md §3). */
function parseEncryptedSide(bytes: Uint8Array, store: Store): SourceDocument {
  try {
    return store.parse(bytes);
  } catch (error) {
    if (error instanceof ParseError) {
      throw new SopsError("CANNOT_PARSE_ENCRYPTED", error.message, {
        cause: error,
        details: error.details,
      });
    }
    throw error;
  }
}

/**
 * Decrypts every value and checks the MAC.
 *
 * @throws SopsError INVALID_REGEX (exit 1), CANNOT_DECRYPT_TREE (25), MAC_MISMATCH and kin (51)
 */
export function decryptDocument(
  document: EncryptedDocument,
  dataKey: Uint8Array,
  options: { readonly ignoreMac: boolean; readonly collector?: PoolCollector },
): DecryptedTree {
  const { metadata } = document;
  const decrypted = decryptTree(document.branches, {
    dataKey,
    selection: compileSelection(effectiveSelection(metadata.selection)),
    macOnlyEncrypted: metadata.macOnlyEncrypted,
    asBytes: document.format === "binary",
    collector: options.collector,
  });
  if (!options.ignoreMac) {
    checkMac(decrypted.mac, metadata, dataKey);
  }
  return decrypted;
}
