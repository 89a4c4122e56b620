import type { Layout } from "../config/stores.js";
import type { LeafCounts } from "../document/encrypt.js";
import type { EmitStyle } from "../formats/store.js";
import { SopsError } from "../support/errors.js";

import { judgeAliases } from "./judge-aliases.js";
import { createEncryption, type EncryptionOptions } from "./encryption.js";
import { refuseLaterMetadata, type PlainDocument } from "./plain-document.js";
import { writeCanonical, writeSource } from "./write-encrypted.js";

export interface EncryptDocumentOptions extends EncryptionOptions {
  readonly layout: Layout;
  readonly style: EmitStyle;
  /** A flag or a rule asked for the selection; `null` when the file's own rule stands and nothing is to be judged. */
  readonly isExplicitSelection: boolean | null;
  readonly allowPlaintext: boolean;
}

/**
 * Encrypts a parsed file and writes it in the wished layout. Whatever is returned has been opened again in memory
 * and equals the input (lossless.md point 11).
 *
 * @throws SopsError CANNOT_ENCRYPT_TREE, INEXACT_NUMBER, PLAINTEXT_ALIAS (23), NOTHING_ENCRYPTED (1), CANNOT_EMIT (4)
 */
export function encryptDocument(plain: PlainDocument, options: EncryptDocumentOptions): Uint8Array {
  const { inputFormat, outputFormat, source } = plain;
  const encryption = createEncryption(source.branches, outputFormat, plain.encryptedStore, options);
  judgeCounts(encryption.tree.counts, options);
  judgeAliases(plain, encryption, options);
  refuseLaterMetadata(source);
  const keepsLayout =
    options.layout === "source" && inputFormat === outputFormat && inputFormat !== "binary";
  return keepsLayout
    ? writeSource(encryption, plain, options.style)
    : writeCanonical(encryption, options.style, inputFormat === outputFormat);
}

/** decisions.md, "Nothing encrypted" */
function judgeCounts(counts: LeafCounts, options: EncryptDocumentOptions): void {
  if (options.isExplicitSelection === null || counts.encrypted > 0 || counts.values === 0) {
    return;
  }
  const found = `0 of ${String(counts.values)} values encrypted`;
  if (!options.isExplicitSelection) {
    options.warn(`${found}: every key ends in the default unencrypted suffix`);
  } else if (options.allowPlaintext) {
    options.warn(`${found}: the selection matches none of them`);
  } else {
    throw new SopsError("NOTHING_ENCRYPTED", `${found}: the selection matches none of them`);
  }
}
