import { listCommentsAsElements } from "../document/canonical-comments.js";
import type { CiphertextPool } from "../document/ciphertext-pool.js";
import { encryptTree, type EncryptedTree } from "../document/encrypt.js";
import { sealLayout, type LayoutHints } from "../document/layout.js";
import { sealMac } from "../document/mac.js";
import {
  effectiveSelection,
  metadataToMap,
  type KeyList,
  type Metadata,
} from "../document/metadata.js";
import { formatInstant } from "../document/rfc3339.js";
import { compileSelection, type SelectionSettings } from "../document/selection.js";
import type { TreeBranch } from "../document/tree.js";
import { IV_LENGTH } from "../document/value-cipher.js";
import { formatTreePath } from "../document/walk.js";
import type { FormatId, Store } from "../formats/store.js";

import { KEY_LIST_FIELDS } from "./key-metadata.js";

/** What the metadata of a file says besides its MAC and time. */
export interface FileSettings {
  /** The wrapped data key. */
  readonly groups: readonly (readonly KeyList[])[];
  readonly threshold: number;
  /** What the metadata records, the default included; none for binary files. */
  readonly selection: SelectionSettings;
  readonly macOnlyEncrypted: boolean;
  /** The sops version that the file claims. */
  readonly version: string;
}

export interface EncryptionOptions {
  /** 32 bytes; the caller wipes them. */
  readonly dataKey: Uint8Array;
  readonly settings: FileSettings;
  readonly now: Date;
  readonly allowInexact: boolean;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly warn: (message: string) => void;
  /** Ciphertexts of the opened file; called once an encryption. */
  readonly reuse?: (() => CiphertextPool) | undefined;
}

/** An encrypted tree with its metadata, ready to be written in any layout. */
export interface Encryption {
  /** Of the encrypted side as the user names it. */
  readonly format: FormatId;
  /** Reads and writes the encrypted side. */
  readonly store: Store;
  /** The plain tree: what opening the file must give again. */
  readonly expected: readonly TreeBranch[];
  readonly tree: EncryptedTree;
  readonly dataKey: Uint8Array;
  readonly metadata: Metadata;
  /** With the metadata in its place, for splicing; `canonical`: for sops's text. */
  branchesWith(layoutField: string, form: "spliced" | "canonical"): TreeBranch[];
  sealHints(hints: LayoutHints): string;
}

/**
 * Encrypts a plain tree, hashes it and makes the metadata.
 *
 * @throws SopsError CANNOT_ENCRYPT_TREE, INEXACT_NUMBER (exit 23)
 */
export function createEncryption(
  branches: readonly TreeBranch[],
  format: FormatId,
  store: Store,
  options: EncryptionOptions,
): Encryption {
  const { dataKey, settings, randomBytes } = options;
  const { macOnlyEncrypted } = settings;
  const tree = encryptTree(branches, {
    dataKey,
    selection: compileSelection(effectiveSelection(settings.selection)),
    macOnlyEncrypted,
    allowInexact: options.allowInexact,
    randomBytes,
    reuse: options.reuse?.(),
  });
  for (const path of tree.inexact) {
    options.warn(
      `the number at ${formatTreePath(path)} was rounded: its further digits are neither kept nor protected`,
    );
  }
  const lastModified = formatInstant(options.now);
  const metadata: Metadata = {
    groups: settings.groups,
    shamirThreshold: settings.threshold,
    selection: settings.selection,
    macOnlyEncrypted,
    mac: sealMac(tree.mac, dataKey, lastModified, randomBytes(IV_LENGTH)),
    lastModified,
    macAad: lastModified,
    version: settings.version,
    layout: "",
  };
  return {
    format,
    store,
    expected: branches,
    tree,
    dataKey,
    metadata,
    branchesWith: (layout, form) =>
      store.joinMetadata(
        form === "canonical" ? listCommentsAsElements(tree.branches, tree.comments) : tree.branches,
        metadataToMap({ ...metadata, layout }, KEY_LIST_FIELDS),
      ),
    sealHints: (hints) => sealLayout(hints, dataKey, lastModified, randomBytes(IV_LENGTH)),
  };
}
