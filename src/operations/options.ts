/**
 * `operations/` holds one file a verb: it takes typed options, does the work on files, and returns data.
 * It may import `config/`, `keys/`, `formats/`, `document/`, `support/`; it never formats text for people.
 */
import type { Layout } from "../config/stores.js";
import type { SelectionSettings } from "../document/selection.js";
import type { KeyTypeId } from "../keys/master-key.js";

/** Flags as given; an unknown type name is ignored with a warning (cli.md §3). */
export interface FileTypeOptions {
  readonly inputType?: string | undefined;
  readonly outputType?: string | undefined;
  readonly filenameOverride?: string | undefined;
}

export interface ConfigOptions {
  /** `--config` or `SOPS_CONFIG`; empty = discovery. */
  readonly config?: string | undefined;
  readonly indent?: number | undefined;
  /** `--layout`, else `LEAFSEAL_LAYOUT`; `undefined` leaves it to `.sops.yaml` and the default. */
  readonly layout?: Layout | undefined;
}

export interface KeyServiceOptions {
  readonly enableLocalKeyService: boolean;
  /** `--keyservice`, else `SOPS_KEYSERVICE`. */
  readonly keyServices: readonly string[];
}

export interface KeyServerOptions {
  /** `tcp`, `tcp4`, `tcp6` or `unix`. */
  readonly network: string;
  /** `host:port`, or the path of a socket. */
  readonly address: string;
  /** Ask on standard input and output before a key is used. */
  readonly isPrompting: boolean;
  /** Listen where other machines can connect. */
  readonly allowRemote: boolean;
}

/** Recipients of a new file by flags or their environment variables; only non-empty ones. */
export interface RecipientOptions {
  readonly recipients: ReadonlyMap<KeyTypeId, string>;
  readonly awsProfile?: string | undefined;
  readonly encryptionContext?: string | undefined;
  /** `--shamir-secret-sharing-threshold`; 0 = not given. */
  readonly threshold: number;
}

/** Where results go; at most one of the three is set. None: standard output. */
export interface DestinationOptions {
  readonly inPlace: boolean;
  readonly output?: string | undefined;
  /** Keeps relative paths below this directory; several files allowed. */
  readonly outputDir?: string | undefined;
}

export interface EncryptOptions
  extends FileTypeOptions, ConfigOptions, KeyServiceOptions, RecipientOptions, DestinationOptions {
  /** Empty = standard input. */
  readonly files: readonly string[];
  readonly selection: SelectionSettings;
  readonly macOnlyEncrypted: boolean;
  /** Turns NOTHING_ENCRYPTED and PLAINTEXT_ALIAS into warnings. */
  readonly allowPlaintext: boolean;
  readonly allowInexact: boolean;
}

export interface DecryptOptions
  extends FileTypeOptions, ConfigOptions, KeyServiceOptions, DestinationOptions {
  readonly files: readonly string[];
  /** Tree path text such as `["a"][0]`. */
  readonly extract?: string | undefined;
  readonly ignoreMac: boolean;
  /** `--decryption-order`, else `SOPS_DECRYPTION_ORDER`; empty = default. */
  readonly decryptionOrder?: string | undefined;
  /** Several files to standard output, joined by `---`. */
  readonly stream: boolean;
}

export interface FileStatusOptions extends ConfigOptions {
  readonly file: string;
  readonly inputType?: string | undefined;
}

/** What became of one file of a batch. */
export interface FileOutcome {
  readonly file: string;
  readonly status: "done" | "unchanged" | "failed";
  readonly target?: string;
  readonly error?: Error;
}

/** Things to tell besides the result; the command line decides how they look. */
export interface Notices {
  /** One line, no final newline; already free of values. */
  warn(message: string): void;
  /** Only with `--verbose`. `logger` is one of cli.md §11's names. */
  log(logger: string, message: string): void;
  /** Progress of a batch. */
  progress(done: number, total: number): void;
}

/** Flags of the verbs that open a file to change it. */
export interface ChangeOptions extends FileTypeOptions, ConfigOptions, KeyServiceOptions {
  readonly file: string;
  readonly ignoreMac: boolean;
  readonly decryptionOrder?: string | undefined;
  /** Stores a value clear although the creation rule would encrypt it (security.md T1). */
  readonly allowPlaintext: boolean;
  readonly allowInexact: boolean;
}

/** Where a new value comes from: JSON text, a file of it, standard input, or random letters and digits. */
export type ValueSource =
  | { readonly from: "text"; readonly text: string }
  | { readonly from: "file"; readonly file: string }
  | { readonly from: "stdin" }
  | { readonly from: "random"; readonly length: number };

export interface SetOptions extends ChangeOptions {
  /** Tree path text such as `["a"][0]`. */
  readonly path: string;
  readonly value: ValueSource;
  /** An equal value leaves the file untouched. */
  readonly idempotent: boolean;
}

export interface UnsetOptions extends ChangeOptions {
  readonly path: string;
  /** Nothing at the path is fine. */
  readonly idempotent: boolean;
}

/** What verbs for many files take (decisions.md, Many files). */
export interface FileSelectionOptions {
  /** Files, directories and patterns. */
  readonly files: readonly string[];
  /** Every encrypted file of the repository, or below the working directory; `files` is empty. */
  readonly all: boolean;
}

/** Recipients to add or remove by flags, in the syntax of each key type. */
export type RecipientTexts = ReadonlyMap<KeyTypeId, string>;

export interface RotateOptions
  extends
    FileTypeOptions,
    ConfigOptions,
    KeyServiceOptions,
    DestinationOptions,
    FileSelectionOptions {
  readonly add: RecipientTexts;
  readonly remove: RecipientTexts;
  readonly awsProfile?: string | undefined;
  readonly encryptionContext?: string | undefined;
  readonly ignoreMac: boolean;
  readonly decryptionOrder?: string | undefined;
  /** Recipients that the creation rule does not have are refused, not only told (security.md T2). */
  readonly strictRecipients: boolean;
  readonly allowInexact: boolean;
}

export interface UpdateKeysOptions extends ConfigOptions, KeyServiceOptions, FileSelectionOptions {
  readonly inputType?: string | undefined;
  readonly ignoreMac: boolean;
  readonly decryptionOrder?: string | undefined;
  /** Also a new data key, so that removed recipients cannot read what is written later. */
  readonly rotate: boolean;
  readonly allowInexact: boolean;
}

/** `syncing`: looked at; `current`: nothing to do; `declined`: the answer was no; `synced`: written. */
export type KeyEvent = "syncing" | "current" | "declined" | "synced";

/** How `updatekeys` talks. */
export interface KeyDialogue {
  /** Shows every plan that changes something; the answer holds for all. @throws SopsError NOT_CONFIRMED */
  confirm(plans: readonly KeyPlan[]): Promise<boolean>;
  /** @param file - absolute path */
  tell(event: KeyEvent, file: string): void;
}

/** One group of keys, compared by identity strings; group numbers are positions. */
export interface GroupChange {
  readonly kept: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** What `updatekeys` would do to one file. */
export interface KeyPlan {
  readonly file: string;
  readonly groups: readonly GroupChange[];
  readonly threshold: { readonly before: number; readonly after: number };
}

export interface GroupsAddOptions extends ConfigOptions, KeyServiceOptions {
  readonly file: string;
  readonly inPlace: boolean;
  readonly inputType?: string | undefined;
  /** Several texts a key type: the flags are repeatable. */
  readonly recipients: ReadonlyMap<KeyTypeId, readonly string[]>;
  readonly awsProfile?: string | undefined;
  readonly encryptionContext?: string | undefined;
  /** 0 = not given. */
  readonly threshold: number;
  readonly ignoreMac: boolean;
  readonly decryptionOrder?: string | undefined;
}

export interface GroupsDeleteOptions extends ConfigOptions, KeyServiceOptions {
  readonly file: string;
  readonly inPlace: boolean;
  readonly inputType?: string | undefined;
  readonly index: number;
  readonly threshold: number;
  readonly ignoreMac: boolean;
  readonly decryptionOrder?: string | undefined;
}

export interface PublishOptions extends ConfigOptions, KeyServiceOptions {
  /** A file, or with `recursive` a directory. */
  readonly path: string | undefined;
  readonly recursive: boolean;
  /** Names at the destination lose their last extension. */
  readonly omitExtensions: boolean;
  readonly inputType?: string | undefined;
  readonly decryptionOrder?: string | undefined;
}

/** One file on its way to its destination. */
export interface Publication {
  /** Absolute path. */
  readonly file: string;
  /** As people write it: `s3://bucket/name`. */
  readonly destination: string;
}

/** How `publish` talks. */
export interface PublishDialogue {
  /** Questions come one by one; without them files go at the same time. */
  readonly isAsking: boolean;
  /** How the recipients of the published copy differ from those of the file. */
  tellPlan(plan: KeyPlan): void;
  /** @throws SopsError NOT_CONFIRMED */
  confirm(publication: Publication): Promise<boolean>;
  /** One of several was not wanted. */
  tellCanceled(publication: Publication): void;
}

export interface EditOptions extends ChangeOptions, RecipientOptions {
  /** Shows the metadata too, and applies what is changed there. */
  readonly showMasterKeys: boolean;
  /** For a file that does not exist yet. */
  readonly selection: SelectionSettings;
  readonly macOnlyEncrypted: boolean;
  readonly allowInexact: boolean;
}
