import { ageKeyType } from "./age/key-type.js";
import { awsKmsKeyType } from "./aws-kms/key-type.js";
import { azureKvKeyType } from "./azure-kv/key-type.js";
import { gcpKmsKeyType } from "./gcp-kms/key-type.js";
import { hckmsKeyType } from "./hckms/key-type.js";
import { hcVaultKeyType } from "./hc-vault/key-type.js";
import type { KeyType } from "./key-type.js";
import type { KeyTypeId } from "./master-key.js";
import { pgpKeyType } from "./pgp/key-type.js";

const BY_ID: Readonly<Record<KeyTypeId, KeyType>> = {
  kms: awsKmsKeyType,
  gcp_kms: gcpKmsKeyType,
  hckms: hckmsKeyType,
  azure_kv: azureKvKeyType,
  hc_vault: hcVaultKeyType,
  pgp: pgpKeyType,
  age: ageKeyType,
};

function inOrder(...ids: readonly KeyTypeId[]): readonly KeyType[] {
  return ids.map((id) => BY_ID[id]);
}

/** In the order in which a group is read from a file, the stored order (keys.md §1.1). */
export const KEY_TYPES: readonly KeyType[] = inOrder(
  "kms",
  "gcp_kms",
  "hckms",
  "azure_kv",
  "hc_vault",
  "pgp",
  "age",
);

/** In the order in which flags make up a group. */
export const KEY_TYPES_OF_FLAGS: readonly KeyType[] = inOrder(
  "kms",
  "gcp_kms",
  "hckms",
  "azure_kv",
  "pgp",
  "hc_vault",
  "age",
);

/** In the order in which a creation rule, or one of its `key_groups`, makes up a group. */
export const KEY_TYPES_OF_RULES: readonly KeyType[] = inOrder(
  "age",
  "pgp",
  "kms",
  "gcp_kms",
  "hckms",
  "azure_kv",
  "hc_vault",
);

export function keyTypeOf(id: KeyTypeId): KeyType {
  return BY_ID[id];
}
