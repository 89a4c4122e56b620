import { encryptTree, type LeafCounts } from "../document/encrypt.js";
import { sealLayout } from "../document/layout.js";
import { sealMac } from "../document/mac.js";
import {
  COMPATIBLE_SOPS_VERSION,
  effectiveSelection,
  metadataToMap,
  type KeyList,
  type Metadata,
} from "../document/metadata.js";
import { formatInstant } from "../document/rfc3339.js";
import { compileSelection, type SelectionSettings } from "../document/selection.js";
import { IV_LENGTH } from "../document/value-cipher.js";
import { formatTreePath, type TreePath } from "../document/walk.js";
import type { EmitStyle } from "../formats/store.js";
import { SopsError } from "../support/errors.js";

import type { Layout } from "../config/stores.js";
import type { Encryption } from "./encryption.js";
import { KEY_LIST_FIELDS } from "./key-metadata.js";
import { refuseLaterMetadata, type PlainDocument } from "./plain-document.js";
import { writeCanonical, writeSource } from "./write-encrypted.js";

export interface EncryptDocumentOptions {
  /** 32 bytes; the caller wipes them. */
  readonly dataKey: Uint8Array;
  /** The wrapped data key. */
  readonly groups: readonly (readonly KeyList[])[];
  readonly threshold: number;
  /** What the metadata records, the default included; none for binary files. */
  readonly selection: SelectionSettings;
  /** A flag or a rule asked for it. */
  readonly isExplicitSelection: boolean;
  readonly macOnlyEncrypted: boolean;
  readonly layout: Layout;
  readonly style: EmitStyle;
  readonly now: Date;
  readonly allowPlaintext: boolean;
  readonly allowInexact: boolean;
  readonly warn: (message: string) => void;
  readonly randomBytes: (length: number) => Uint8Array;
}

export interface EncryptDocumentResult {
  readonly bytes: Uint8Array;
  readonly counts: LeafCounts;
}

/**
 * Encrypts a parsed file and writes it in the wished layout. Whatever is returned has been opened again in memory
 * and equals the input (lossless.md point 11).
 *
 * @throws SopsError CANNOT_ENCRYPT_TREE, INEXACT_NUMBER, PLAINTEXT_ALIAS (23), NOTHING_ENCRYPTED (1), CANNOT_EMIT (4)
 */
export function encryptDocument(
  plain: PlainDocument,
  options: EncryptDocumentOptions,
): EncryptDocumentResult {
  const { selection, randomBytes, macOnlyEncrypted } = options;
  const tree = encryptTree(plain.source.branches, {
    dataKey: options.dataKey,
    selection: compileSelection(effectiveSelection(selection)),
    macOnlyEncrypted,
    allowInexact: options.allowInexact,
    randomBytes,
  });
  warnInexact(tree.inexact, options.warn);
  judgeCounts(tree.counts, options);
  refuseLaterMetadata(plain.source);

  const lastModified = formatInstant(options.now);
  const metadata: Metadata = {
    groups: options.groups,
    shamirThreshold: options.threshold,
    selection,
    macOnlyEncrypted,
    mac: sealMac(tree.mac, options.dataKey, lastModified, randomBytes(IV_LENGTH)),
    lastModified,
    macAad: lastModified,
    version: COMPATIBLE_SOPS_VERSION,
    layout: "",
  };
  const encryption: Encryption = {
    plain,
    tree,
    dataKey: options.dataKey,
    style: options.style,
    metadata,
    branchesWith: (layout) =>
      plain.encryptedStore.joinMetadata(
        tree.branches,
        metadataToMap({ ...metadata, layout }, KEY_LIST_FIELDS),
      ),
    sealHints: (hints) => sealLayout(hints, options.dataKey, lastModified, randomBytes(IV_LENGTH)),
  };
  const keepsLayout =
    options.layout === "source" &&
    plain.inputFormat === plain.outputFormat &&
    plain.inputFormat !== "binary";
  return {
    bytes: keepsLayout ? writeSource(encryption) : writeCanonical(encryption),
    counts: tree.counts,
  };
}

function warnInexact(paths: readonly TreePath[], warn: (message: string) => void): void {
  for (const path of paths) {
    warn(
      `the number at ${formatTreePath(path)} was rounded: its further digits are neither kept nor protected`,
    );
  }
}

/** decisions.md, "Nothing encrypted" */
function judgeCounts(counts: LeafCounts, options: EncryptDocumentOptions): void {
  if (counts.encrypted > 0 || counts.values === 0) {
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
