/**
 * `keys/` knows who can open a file: master keys, groups of them, and how the data key is wrapped for each.
 *
 * It may import `support/` and, for types and pure parsing, `document/`. One folder a kind of key: `key-type.ts` is
 * cheap and describes it, `client.ts` does the work and is loaded when a key of that kind is used. Nobody outside
 * those folders switches on the kind of a key: what differs stands in the {@link KeyType} of `registry.ts`.
 */

/** In the stored order of the metadata (keys.md §1.1). Also the spelling in a decryption order. */
export const KEY_TYPE_IDS = [
  "kms",
  "gcp_kms",
  "hckms",
  "azure_kv",
  "hc_vault",
  "pgp",
  "age",
] as const;

export type KeyTypeId = (typeof KEY_TYPE_IDS)[number];

/** A text, or a map of texts (the encryption context of KMS). */
export type FieldValue = string | ReadonlyMap<string, string>;

/** The fields of one key as its metadata entry names them, without `created_at` and `enc`. */
export type KeyFields = ReadonlyMap<string, FieldValue>;

/** A key outside the file that can wrap the data key, and what it has wrapped. Never changed, only copied. */
export interface MasterKey {
  readonly type: KeyTypeId;
  /** The identity string of keys.md §1.2: reports, differences and removals compare it. */
  readonly display: string;
  readonly fields: KeyFields;
  /** The wrapped data key or share, exactly as stored; empty when nothing has been wrapped yet. */
  readonly enc: string;
  /** RFC 3339 as written in the file; `undefined` for a key that is new, and always for age. */
  readonly createdAt?: string | undefined;
}

/** The text of a field; empty when it is absent or a map. */
export function textField(fields: KeyFields, name: string): string {
  const value = fields.get(name);
  return typeof value === "string" ? value : "";
}
