import type { Runtime } from "../support/runtime.js";
import type { FieldValue, KeyTypeId, MasterKey } from "./master-key.js";

/** One entry of a key list in the metadata, in the order in which it is written. */
export type MetadataEntry = ReadonlyMap<string, FieldValue>;

/** One item of a list in `key_groups`: a text, or a mapping whose scalars have become texts (config.md §5). */
export type ConfigItem = string | ReadonlyMap<string, FieldValue>;

/** What completes a recipient written as text; a kind takes what it knows and ignores the rest. */
export interface RecipientOptions {
  /** `--aws-profile`, or `aws_profile` of a creation rule. */
  readonly awsProfile?: string | undefined;
  /** `--encryption-context`. */
  readonly encryptionContext?: ReadonlyMap<string, string> | undefined;
}

/** Spellings on the command line; `add-` and `rm-` before `long` give those of `rotate`. */
interface RecipientFlag {
  readonly long: string;
  readonly short?: string;
  /** Variable that feeds the flag. */
  readonly env: string;
  readonly summary: string;
}

/** An environment variable, documented in one place for help and documentation. */
interface EnvDoc {
  readonly name: string;
  readonly summary: string;
  /** It holds a private key, or says where one is: programs that we start can be kept from it (security.md E9, X8). */
  readonly privateKey?: "value" | "place";
}

/**
 * One kind of master key: all that differs between kinds, cheap and synchronous, without its SDK.
 *
 * A new kind is a new folder and its lines in `registry.ts`.
 */
export interface KeyType {
  readonly id: KeyTypeId;
  /** For people: `age`, `AWS KMS`. */
  readonly title: string;
  /** Tag of log lines (keys.md §1). */
  readonly logTag: string;
  /** Name of its list in the `sops` entry. */
  readonly metadataField: string;
  /** Written as an empty list in `key_groups` (formats.md §4.1). */
  readonly isListedWhenEmpty: boolean;
  /** Entries carry `created_at`. */
  readonly hasCreatedAt: boolean;
  /** Needs no network: tried before the others (security.md N1). */
  readonly isLocal: boolean;
  readonly flag: RecipientFlag;
  /** Field of a creation rule, and of a group in `key_groups`. */
  readonly configFields: { readonly rule: string; readonly group: string };
  readonly env: readonly EnvDoc[];

  /**
   * Recipients as a flag or a rule writes them, comma separated (cli.md §2.1).
   *
   * @throws SopsError INVALID_RECIPIENT, or KEY_TYPE_NOT_BUILT_IN for a kind of recipient that cannot be used yet
   */
  parse(text: string, options?: RecipientOptions): readonly MasterKey[];
  /** One item of `key_groups`. @throws SopsError as {@link parse} */
  parseConfigItem(item: ConfigItem): readonly MasterKey[];
  /** The entry with its fields in alphabetical order (formats.md §4.1). */
  toMetadata(key: MasterKey): MetadataEntry;
  /**
   * Field names match in any case, unknown fields are dropped. Recipients are not validated: a file opens whatever
   * its entries call themselves (keys.md §1.1).
   *
   * @throws SopsError METADATA_INVALID when `created_at` is due and is no RFC 3339 time
   */
  fromMetadata(entry: MetadataEntry): MasterKey;
  /** Loads what does the work, once. @throws SopsError KEY_TYPE_NOT_BUILT_IN */
  load(): Promise<KeyClient>;
}

/** The key is in order, but nothing here can use it: no identity, no credentials for it. */
export interface Unusable {
  /** For the failure report; lines separated by line feeds. Never key material. */
  readonly reason: string;
}

/** Wraps and unwraps with keys of one kind. */
export interface KeyClient {
  /** @returns the text stored as `enc`. @throws Error when the key cannot be used */
  wrap(key: MasterKey, dataKey: Uint8Array, context: KeyContext): Promise<string>;
  /**
   * @returns the data key or share, which the caller wipes; {@link Unusable} when `key` is for somebody else
   * @throws Error when the wrapped key is damaged or a service fails
   */
  unwrap(key: MasterKey, context: KeyContext): Promise<Uint8Array | Unusable>;
}

/** What a key needs of the machine, and where it may speak. One object a run: clients keep their caches by it. */
export interface KeyContext {
  readonly machine: Pick<
    Runtime,
    | "env"
    | "cwd"
    | "platform"
    | "homeDirectory"
    | "tempDirectory"
    | "userId"
    | "fs"
    | "now"
    | "randomBytes"
    | "exec"
    | "accountHomeDirectory"
    | "start"
    | "connect"
    | "openTerminal"
  >;
  /** A warning for the user; never key material. */
  warn(message: string): void;
  /** A line for `--verbose`; never key material. */
  log(tag: string, message: string): void;
}

export function isUnusable(result: Uint8Array | Unusable): result is Unusable {
  return !(result instanceof Uint8Array);
}
