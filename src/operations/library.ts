import type { Layout } from "../config/stores.js";
import { COMPATIBLE_SOPS_VERSION } from "../document/metadata.js";
import {
  DEFAULT_UNENCRYPTED_SUFFIX,
  countSelectionSettings,
  type SelectionSettings,
} from "../document/selection.js";
import { loadStore } from "../formats/registry.js";
import type { FormatId } from "../formats/store.js";
import { generateDataKey, wrapDataKey } from "../keys/data-key.js";
import { parseDecryptionOrder } from "../keys/decryption-order.js";
import type { KeyGroup } from "../keys/key-group.js";
import type { KeyTypeId } from "../keys/master-key.js";
import { keyTypeOf } from "../keys/registry.js";
import { SopsError } from "../support/errors.js";
import { createNodeRuntime } from "../support/node-runtime.js";
import type { Runtime } from "../support/runtime.js";
import { encodeText } from "../support/text.js";

import { forgetInline } from "../document/canonical-comments.js";
import { encryptDocument } from "./encrypt-document.js";
import { decryptDocument, openEncrypted } from "./encrypted-document.js";
import { keyGroupsOf, keyListsOf } from "./key-metadata.js";
import type { Notices } from "./options.js";
import { openPlain } from "./plain-document.js";
import { restoreSource } from "./plain-text.js";
import { createRun, recoverDocumentKey, type Run } from "./run.js";

/** What the library may see of the machine: nothing of the process's environment unless it is handed over. */
export interface LibraryEnvironment {
  /** Variables such as `SOPS_AGE_KEY_FILE`; default none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Takes warnings; default: they are dropped. */
  readonly warn?: (message: string) => void;
}

export interface DecryptBytesOptions extends LibraryEnvironment {
  readonly format: FormatId;
  /** Default: `format`. Another one gives sops's canonical text. */
  readonly outputFormat?: FormatId;
  /** age identities, besides those that `env` names. */
  readonly identities?: readonly string[];
  /** Opens a file whose content was changed without its data key. */
  readonly ignoreMac?: boolean;
  /** Default `source`: the file's own layout where its layout field has it. */
  readonly layout?: Layout;
  /** Spelled as `--decryption-order`. */
  readonly decryptionOrder?: string;
  /** Larger input is refused with CANNOT_READ. */
  readonly maxBytes?: number;
}

/**
 * Decrypts a file held in memory. Returns only after every value is decrypted and the MAC agrees.
 *
 * @throws SopsError with the code and exit status that the program would have, and nothing else
 * @see spec cli.md §7, lossless.md
 */
export async function decrypt(
  source: Uint8Array | string,
  options: DecryptBytesOptions,
): Promise<Uint8Array> {
  const bytes = toBytes(source);
  if (options.maxBytes !== undefined && bytes.length > options.maxBytes) {
    throw new SopsError(
      "CANNOT_READ",
      `the input is larger than ${String(options.maxBytes)} bytes`,
    );
  }
  const run = createLibraryRun(options, options.identities ?? []);
  const document = await openEncrypted(bytes, options.format);
  const dataKey = await recoverDocumentKey(
    document,
    parseDecryptionOrder(options.decryptionOrder),
    run,
  );
  try {
    const { branches, comments } = decryptDocument(document, dataKey, {
      ignoreMac: options.ignoreMac ?? false,
    });
    const outputFormat = options.outputFormat ?? options.format;
    const keepsLayout = options.layout !== "sops" && outputFormat === options.format;
    const restored = keepsLayout ? restoreSource(document, branches, dataKey) : "canonical";
    return typeof restored === "string"
      ? (await loadStore(outputFormat)).emit(forgetInline(branches, comments), {})
      : restored;
  } finally {
    dataKey.fill(0);
    run.close();
  }
}

export interface EncryptBytesOptions extends LibraryEnvironment {
  readonly format: FormatId;
  /** Default: `format`. */
  readonly outputFormat?: FormatId;
  /** One map a key group: recipients in the syntax of each key type's flag, comma separated. */
  readonly groups: readonly Readonly<Partial<Record<KeyTypeId, string>>>[];
  /** Groups needed to decrypt; default all. */
  readonly threshold?: number;
  /** Default: every value but those whose key ends in `_unencrypted`. */
  readonly selection?: SelectionSettings;
  readonly macOnlyEncrypted?: boolean;
  readonly layout?: Layout;
  /** Takes the nearest double for a whole number that none holds exactly. */
  readonly allowInexact?: boolean;
  /** Accepts a selection that matches nothing and aliases that show an encrypted value. */
  readonly allowPlaintext?: boolean;
}

/**
 * Encrypts a file held in memory under a new data key. The result has been opened again and equals the input.
 *
 * @throws SopsError with the code and exit status that the program would have, and nothing else
 * @see spec cli.md §6, lossless.md
 */
export async function encrypt(
  source: Uint8Array | string,
  options: EncryptBytesOptions,
): Promise<Uint8Array> {
  const run = createLibraryRun(options, []);
  const plain = await openPlain(
    toBytes(source),
    options.format,
    options.outputFormat ?? options.format,
  );
  const isExplicitSelection = countSelectionSettings(options.selection ?? {}) > 0;
  const isBinary = options.format === "binary";
  const { runtime } = run;
  const dataKey = generateDataKey(runtime);
  try {
    const wrapped = await wrapDataKey(dataKey, options.groups.map(toKeyGroup), {
      threshold: options.threshold,
      services: run.services,
      machine: runtime,
    });
    return encryptDocument(plain, {
      dataKey,
      settings: {
        groups: keyListsOf(wrapped.groups),
        threshold: wrapped.threshold,
        selection: isBinary ? {} : selectionOf(options),
        macOnlyEncrypted: (options.macOnlyEncrypted ?? false) && !isBinary,
        version: COMPATIBLE_SOPS_VERSION,
      },
      isExplicitSelection: isExplicitSelection && !isBinary,
      layout: options.layout ?? "source",
      style: {},
      now: runtime.now(),
      allowInexact: options.allowInexact ?? false,
      allowPlaintext: options.allowPlaintext ?? false,
      randomBytes: (length) => runtime.randomBytes(length),
      warn: options.warn ?? (() => undefined),
    });
  } finally {
    dataKey.fill(0);
    run.close();
  }
}

/** What a file says of itself without any key. */
export interface Inspection {
  /** By key group: type and identity string, such as the age recipient. */
  readonly groups: readonly (readonly { readonly type: KeyTypeId; readonly recipient: string }[])[];
  readonly threshold: number;
  readonly selection: SelectionSettings;
  readonly macOnlyEncrypted: boolean;
  /** RFC 3339 as written. */
  readonly lastModified: string;
  readonly version: string;
}

/** Reads the metadata of an encrypted file. @throws SopsError METADATA_NOT_FOUND for a plain file, METADATA_INVALID */
export async function inspect(
  source: Uint8Array | string,
  options: { readonly format: FormatId },
): Promise<Inspection> {
  const { metadata } = await openEncrypted(toBytes(source), options.format);
  return {
    groups: keyGroupsOf(metadata).map((group) =>
      group.map(({ type, display }) => ({ type, recipient: display })),
    ),
    threshold: metadata.shamirThreshold,
    selection: metadata.selection,
    macOnlyEncrypted: metadata.macOnlyEncrypted,
    lastModified: metadata.lastModified,
    version: metadata.version,
  };
}

function selectionOf({ selection = {} }: EncryptBytesOptions): SelectionSettings {
  return countSelectionSettings(selection) > 0
    ? selection
    : { unencryptedSuffix: DEFAULT_UNENCRYPTED_SUFFIX };
}

function toKeyGroup(recipients: Readonly<Partial<Record<KeyTypeId, string>>>): KeyGroup {
  return (Object.entries(recipients) as [KeyTypeId, string][]).flatMap(([id, text]) => [
    ...keyTypeOf(id).parse(text),
  ]);
}

function toBytes(source: Uint8Array | string): Uint8Array {
  return typeof source === "string" ? encodeText(source) : source;
}

/** A run that sees only what it was handed: no environment, no home directory, no configuration, no terminal. */
function createLibraryRun(
  { env = {}, warn }: LibraryEnvironment,
  identities: readonly string[],
): Run {
  const given =
    identities.length === 0
      ? {}
      : { SOPS_AGE_KEY: [env["SOPS_AGE_KEY"] ?? "", ...identities].join("\n") };
  const runtime: Runtime = {
    ...createNodeRuntime(),
    env: { ...env, ...given },
    homeDirectory: null,
    accountHomeDirectory: () => null,
    openTerminal: () => Promise.resolve(null),
  };
  const notices: Notices = {
    warn: warn ?? (() => undefined),
    log: () => undefined,
    progress: () => undefined,
  };
  return createRun({ enableLocalKeyService: true, keyServices: [] }, runtime, notices);
}
