import { SopsError } from "../support/errors.js";
import { flatText } from "../formats/flat-text.js";
import { compileSelection } from "../document/selection.js";
import { walkTree } from "../document/walk.js";
import type { Layout } from "../config/stores.js";
import { forgetInline } from "../document/canonical-comments.js";
import { equalTrees } from "../document/compare.js";
import { createPoolCollector, type CiphertextPool } from "../document/ciphertext-pool.js";
import { effectiveSelection } from "../document/metadata.js";
import type { TreeBranch } from "../document/tree.js";
import { loadStore } from "../formats/registry.js";
import type { EmitStyle, FormatId } from "../formats/store.js";
import type { KeyTypeId } from "../keys/master-key.js";
import { encodeText } from "../support/text.js";

import {
  decryptDocument,
  loadEncryptedStore,
  openEncrypted,
  type EncryptedDocument,
} from "./encrypted-document.js";
import { createEncryption, type EncryptionOptions, type FileSettings } from "./encryption.js";
import { encryptDocument } from "./encrypt-document.js";
import { openPlain } from "./plain-document.js";
import { restoreSource } from "./plain-text.js";
import { recoverDocumentKey, type Run } from "./run.js";
import { marshalling, writeCanonical, writeInto } from "./write-encrypted.js";

/** An encrypted file opened to be changed: everything decrypted, the MAC checked, its ciphertexts at hand. */
export interface OpenedFile {
  readonly document: EncryptedDocument;
  readonly branches: readonly TreeBranch[];
  /** `branches` as sops sees them, for its own text. */
  readonly canonical: readonly TreeBranch[];
  pool(): CiphertextPool;
  /** 32 bytes; wiped by {@link OpenedFile.close}. */
  readonly dataKey: Uint8Array;
  /** Records that it is encrypted again; nothing where its opening was not recorded either. */
  auditEncryption(): Promise<void>;
  close(): void;
}

export interface OpenOptions {
  readonly ignoreMac: boolean;
  readonly order: readonly KeyTypeId[];
  /**
   * Whose name the audit trail gets for what is done to the values, and whether they get a new data key. Absent where
   * only recipients change.
   */
  readonly audited?: { readonly file: string; readonly isRotation?: boolean };
}

/** @throws SopsError as decrypting: 1, 128, 25, 51 */
export async function openForChange(
  bytes: Uint8Array,
  format: FormatId,
  options: OpenOptions,
  run: Run,
): Promise<OpenedFile> {
  const document = await openEncrypted(bytes, format);
  const { audited } = options;
  if (audited?.isRotation === true) {
    await run.audit("rotate", audited.file);
  }
  const dataKey = await recoverDocumentKey(document, options.order, run);
  const collector = createPoolCollector();
  try {
    if (audited !== undefined) {
      await run.audit("decrypt", audited.file);
    }
    const { branches, comments } = decryptDocument(document, dataKey, {
      ignoreMac: options.ignoreMac,
      collector,
    });
    if (collector.finish().reusedIvs > 0) {
      run.notices.warn(
        "different values were encrypted with one IV; they get fresh ones now, and rotate is advised",
      );
    }
    const close = (): void => {
      dataKey.fill(0);
    };
    return {
      document,
      branches,
      canonical: forgetInline(branches, comments),
      pool: () => collector.finish(),
      dataKey,
      auditEncryption: async () => {
        if (audited !== undefined) {
          await run.audit("encrypt", audited.file);
        }
      },
      close,
    };
  } catch (error) {
    dataKey.fill(0);
    throw error;
  }
}

/** The settings that a file keeps when its values change. In its own text sops spells the default out. */
function settingsOf({ metadata }: EncryptedDocument, layout: Layout): FileSettings {
  const { selection } = metadata;
  return {
    groups: metadata.groups,
    threshold: metadata.shamirThreshold,
    selection: layout === "sops" ? effectiveSelection(selection) : selection,
    macOnlyEncrypted: metadata.macOnlyEncrypted,
    version: metadata.version,
  };
}

export interface RewriteOptions extends EncryptionOptions {
  readonly layout: Layout;
  readonly style: EmitStyle;
  readonly outputFormat: FormatId;
}

/** Everything kept but the values: the file's settings, its data key, its ciphertexts where they fit. */
export function rewriteOptions(
  file: OpenedFile,
  look: Pick<RewriteOptions, "layout" | "style" | "outputFormat" | "allowInexact">,
  { runtime, notices }: Run,
): RewriteOptions {
  return {
    ...look,
    dataKey: file.dataKey,
    settings: settingsOf(file.document, look.layout),
    reuse: () => file.pool(),
    now: runtime.now(),
    randomBytes: (length) => runtime.randomBytes(length),
    warn: (message) => {
      notices.warn(message);
    },
  };
}

/** A change of the tree; it is applied to whichever side of the file is spliced. */
export type TreeChange = (branches: readonly TreeBranch[]) => TreeBranch[];

/**
 * The opened file with a changed tree, encrypted again. In the source layout only what changed gets new bytes: a file
 * with a layout field is changed on its plain side, one without on its encrypted side.
 */
export async function rewriteTree(
  file: OpenedFile,
  change: TreeChange,
  options: RewriteOptions,
): Promise<Uint8Array> {
  await file.auditEncryption();
  const { document } = file;
  const isSource = options.layout === "source" && options.outputFormat === document.format;
  if (isSource && document.metadata.layout !== "") {
    const plain = await changedPlain(file, change);
    return encryptPlain(plain, document.format, options);
  }
  const store = await loadEncryptedStore(options.outputFormat);
  if (isSource) {
    const encryption = createEncryption(
      change(file.branches),
      options.outputFormat,
      store,
      options,
    );
    const spliced = writeInto(encryption, document.source);
    if (spliced !== null) {
      return spliced;
    }
  }
  const encryption = createEncryption(change(file.canonical), options.outputFormat, store, options);
  return writeCanonical(encryption, options.style, options.outputFormat === document.format);
}

/** Encrypts a new plain text for the place of an opened file, with the ciphertexts that still fit. */
export async function encryptPlain(
  plain: Uint8Array,
  format: FormatId,
  options: RewriteOptions,
): Promise<Uint8Array> {
  const source = await openPlain(plain, format, options.outputFormat);
  return encryptDocument(source, { ...options, isExplicitSelection: null, allowPlaintext: true });
}

/** The plain text in its own layout with the change spliced in, canonical where that cannot be done. */
async function changedPlain(file: OpenedFile, change: TreeChange): Promise<Uint8Array> {
  const store = await loadStore(file.document.format);
  const source = store.parse(plainTextOf(file) ?? store.emit(file.canonical, {}));
  const isFlat = source.format === "dotenv" || source.format === "ini";
  const changed = isFlat ? asTexts(change(source.branches)) : change(source.branches);
  const pieces = source.isSpliceable ? store.render(source, changed, "keep") : null;
  if (pieces !== null) {
    const bytes = encodeText(pieces.map((piece) => piece.text).join(""));
    if (equalTrees(store.parse(bytes).branches, changed, "layout")) {
      return bytes;
    }
  }
  return marshalling(() => store.emit(changed, {}));
}

/** dotenv and INI know text alone: a number that was set reads back as its text. */
function asTexts(branches: readonly TreeBranch[]): TreeBranch[] {
  return walkTree(
    branches,
    compileSelection({}),
    {
      scalar: (value) =>
        value.kind === "string"
          ? value
          : { kind: "string", value: flatText(value), place: value.place },
      comment: (comment) => comment,
    },
    (message) => new SopsError("INTERNAL", message),
  );
}

/** `null` where sops's text is due. */
export function plainTextOf({ document, branches, dataKey }: OpenedFile): Uint8Array | null {
  const restored = restoreSource(document, branches, dataKey);
  return typeof restored === "string" ? null : restored;
}
