import { alignPlaces } from "../document/align.js";
import {
  COMPATIBLE_SOPS_VERSION,
  metadataToMap,
  parseMetadata,
  type Metadata,
} from "../document/metadata.js";
import type { TreeBranch } from "../document/tree.js";
import { loadStore } from "../formats/registry.js";
import type { FormatId, Store } from "../formats/store.js";
import { wrapDataKey } from "../keys/data-key.js";

import { createEncryption, type FileSettings } from "./encryption.js";
import { loadEncryptedStore } from "./encrypted-document.js";
import { KEY_LIST_FIELDS, keyGroupsOf, keyListsOf } from "./key-metadata.js";
import { judgeNewClearValues } from "./new-clear-values.js";
import { openPlain, parsePlain, refuseReserved } from "./plain-document.js";
import {
  encryptPlain,
  plainTextOf,
  rewriteOptions,
  type OpenedFile,
  type RewriteOptions,
} from "./rewrite.js";
import type { Run } from "./run.js";
import { writeCanonical, writeInto } from "./write-encrypted.js";
import { SopsError } from "../support/errors.js";

export interface EditLook extends Pick<RewriteOptions, "layout" | "style" | "outputFormat"> {
  readonly inputFormat: FormatId;
  readonly showMasterKeys: boolean;
}

/** The text that the editor shows for an opened file. */
export async function editedText(file: OpenedFile, look: EditLook): Promise<Uint8Array> {
  const store = await loadStore(look.outputFormat);
  if (look.showMasterKeys) {
    const map = metadataToMap({ ...file.document.metadata, layout: "" }, KEY_LIST_FIELDS);
    return store.emit(store.joinMetadata(file.canonical, map), look.style);
  }
  const isSource = look.layout === "source" && look.inputFormat === look.outputFormat;
  return (isSource ? plainTextOf(file) : null) ?? store.emit(file.canonical, look.style);
}

/**
 * The edited text as the new encrypted content of the file: same data key, unchanged values keep their ciphertext.
 *
 * @throws SopsError for a text that cannot be taken: CANNOT_PARSE, NO_DOCUMENT, ALREADY_ENCRYPTED, NEW_PLAINTEXT,
 *   METADATA_INVALID and kin
 */
export async function encryptEdited(
  text: Uint8Array,
  file: OpenedFile,
  look: EditLook,
  options: {
    readonly file: string;
    readonly allowPlaintext: boolean;
    readonly allowInexact: boolean;
  },
  run: Run,
): Promise<Uint8Array> {
  await file.auditEncryption();
  const kept = rewriteOptions(file, { ...look, allowInexact: options.allowInexact }, run);
  const version = raisedVersion(file.document.metadata.version);
  const rewrite: RewriteOptions = { ...kept, settings: { ...kept.settings, version } };
  if (look.showMasterKeys) {
    return encryptWithMetadata(text, file, look, rewrite, run);
  }
  const hasField = file.document.metadata.layout !== "";
  const isSource = look.layout === "source" && look.inputFormat === look.outputFormat;
  const plain = await openPlain(text, look.inputFormat, look.outputFormat);
  judgeNewClearValues(file, plain.source.branches, options, run);
  if (isSource && !hasField) {
    return writeAligned(plain.source.branches, file, rewrite, plain.encryptedStore);
  }
  return encryptPlain(text, look.inputFormat, rewrite);
}

/** A file without a layout field is changed on its encrypted side, and goes on decrypting to sops's text. */
function writeAligned(
  branches: readonly TreeBranch[],
  { document, branches: old }: OpenedFile,
  rewrite: RewriteOptions,
  store: Store,
): Uint8Array {
  const aligned = createEncryption(alignPlaces(branches, old), document.format, store, rewrite);
  return (
    writeInto(aligned, document.source) ??
    writeCanonical(createEncryption(branches, document.format, store, rewrite), rewrite.style, true)
  );
}

/** `--show-master-keys`: the edited metadata counts too; recipients that are new get the data key. */
async function encryptWithMetadata(
  text: Uint8Array,
  file: OpenedFile,
  look: EditLook,
  rewrite: RewriteOptions,
  run: Run,
): Promise<Uint8Array> {
  const store = await loadEncryptedStore(look.inputFormat);
  const { metadata, branches } = store.splitMetadata(parsePlain(text, store).branches);
  if (metadata === null) {
    throw new SopsError("METADATA_NOT_FOUND", "the edited text has no sops metadata any more");
  }
  const edited = parseMetadata(metadata, KEY_LIST_FIELDS);
  const outputStore = await loadEncryptedStore(look.outputFormat);
  refuseReserved(branches, outputStore);
  const settings = await settingsAfter(edited, file, run);
  const options = { ...rewrite, settings };
  return look.layout === "source" && look.inputFormat === look.outputFormat
    ? writeAligned(branches, file, options, outputStore)
    : writeCanonical(
        createEncryption(branches, look.outputFormat, outputStore, options),
        look.style,
        false,
      );
}

async function settingsAfter(edited: Metadata, file: OpenedFile, run: Run): Promise<FileSettings> {
  const [before, after] = [keyGroupsOf(file.document.metadata), keyGroupsOf(edited)];
  const isSame = JSON.stringify(before.map(displays)) === JSON.stringify(after.map(displays));
  const kept = { groups: edited.groups, threshold: edited.shamirThreshold };
  const wrapped =
    isSame && edited.shamirThreshold === file.document.metadata.shamirThreshold
      ? null
      : await wrapDataKey(file.dataKey, after, {
          threshold: edited.shamirThreshold,
          services: run.services,
          machine: run.runtime,
        });
  return {
    ...(wrapped === null
      ? kept
      : { groups: keyListsOf(wrapped.groups), threshold: wrapped.threshold }),
    selection: edited.selection,
    macOnlyEncrypted: edited.macOnlyEncrypted,
    version: raisedVersion(edited.version),
  };
}

function displays(group: ReturnType<typeof keyGroupsOf>[number]): string[] {
  return group.map((key) => `${key.type} ${key.display}`);
}

/** `edit` alone raises the version that a file claims (cli.md §4.1). */
function raisedVersion(version: string): string {
  return isOlder(version, COMPATIBLE_SOPS_VERSION) ? COMPATIBLE_SOPS_VERSION : version;
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) =>
    text.replace(/^v/, "").split(/[.+-]/, 3).map(Number),
  );
  for (let index = 0; index < 3; index += 1) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0);
    if (difference !== 0) {
      return difference < 0;
    }
  }
  return false;
}
