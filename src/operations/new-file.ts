import { resolveEncryption, type EncryptionPlan } from "../config/resolve.js";
import type { Layout } from "../config/stores.js";
import { COMPATIBLE_SOPS_VERSION } from "../document/metadata.js";
import type { EmitStyle, FormatId } from "../formats/store.js";
import { generateDataKey, wrapDataKey } from "../keys/data-key.js";
import { parseEncryptionContext } from "../keys/encryption-context.js";

import { encryptDocument } from "./encrypt-document.js";
import type { FileSettings } from "./encryption.js";
import { chooseFormats, chooseLayout } from "./file-formats.js";
import { keyListsOf } from "./key-metadata.js";
import type {
  ConfigOptions,
  EncryptOptions,
  FileTypeOptions,
  RecipientOptions,
} from "./options.js";
import { openPlain } from "./plain-document.js";
import type { Run } from "./run.js";

/** Everything about a new file that is settled before its content is read. */
export interface NewFilePlan extends EncryptionPlan {
  /** The file that is encrypted; `undefined` is standard input. */
  readonly file: string | undefined;
  readonly input: FormatId;
  readonly output: FormatId;
  readonly layout: Layout;
  readonly style: EmitStyle;
}

/** What flags say about a new file. */
export type NewFileOptions = FileTypeOptions &
  ConfigOptions &
  RecipientOptions &
  Pick<EncryptOptions, "selection" | "macOnlyEncrypted" | "allowPlaintext" | "allowInexact">;

/**
 * Recipients, settings and formats of a new file, checked in the order of cli.md §6.
 *
 * @throws SopsError as {@link resolveEncryption}, and for a configuration that cannot be read
 */
export function planNewFile(
  file: string | undefined,
  options: NewFileOptions,
  run: Run,
): NewFilePlan {
  const formats = chooseFormats(file, options, run);
  const config = run.config();
  const { layout, style } = chooseLayout(formats.output, options, run);
  const plan = resolveEncryption(
    {
      machine: run.runtime,
      file: options.filenameOverride ?? file ?? "",
      isBinary: formats.input === "binary",
      recipients: options.recipients,
      awsProfile: options.awsProfile,
      encryptionContext: parseEncryptionContext(options.encryptionContext),
      selection: options.selection,
      macOnlyEncrypted: options.macOnlyEncrypted,
      shamirThreshold: options.threshold,
    },
    config,
  );
  plan.warnings.forEach((message) => {
    run.notices.warn(message);
  });
  return { ...plan, ...formats, file, layout, style };
}

/** A new data key, wrapped for all recipients of a plan. */
export interface NewFileKey {
  /** 32 bytes; the caller wipes them. */
  readonly dataKey: Uint8Array;
  readonly settings: FileSettings;
}

/** @throws SopsError DATA_KEY_GENERATION */
export async function createFileKey(
  plan: NewFilePlan,
  { runtime, services }: Run,
): Promise<NewFileKey> {
  const dataKey = generateDataKey(runtime);
  try {
    const wrapped = await wrapDataKey(dataKey, plan.groups, {
      threshold: plan.threshold,
      services,
      machine: runtime,
    });
    const settings: FileSettings = {
      groups: keyListsOf(wrapped.groups),
      threshold: wrapped.threshold,
      selection: plan.selection,
      macOnlyEncrypted: plan.macOnlyEncrypted,
      version: COMPATIBLE_SOPS_VERSION,
    };
    return { dataKey, settings };
  } catch (error) {
    dataKey.fill(0);
    throw error;
  }
}

/**
 * Plain bytes as a new encrypted file.
 *
 * @param key asked for once the content has been found fit, so that no key service is troubled in vain
 * @throws SopsError as {@link openPlain}, {@link createFileKey}, {@link encryptDocument}
 */
export async function encryptNewFile(
  bytes: Uint8Array,
  plan: NewFilePlan,
  key: () => Promise<NewFileKey>,
  options: Pick<EncryptOptions, "allowPlaintext" | "allowInexact">,
  run: Run,
): Promise<Uint8Array> {
  const { runtime, notices } = run;
  const plain = await openPlain(bytes, plan.input, plan.output);
  const { dataKey, settings } = await key();
  await run.audit("encrypt", plan.file);
  return encryptDocument(plain, {
    dataKey,
    settings,
    isExplicitSelection: plan.explicitSelection,
    layout: plan.layout,
    style: plan.style,
    now: runtime.now(),
    allowPlaintext: options.allowPlaintext,
    allowInexact: options.allowInexact,
    randomBytes: (length) => runtime.randomBytes(length),
    warn: (message) => {
      notices.warn(message);
    },
  });
}
