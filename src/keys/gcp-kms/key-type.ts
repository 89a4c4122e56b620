import { createEntryCodec } from "../entry-codec.js";
import type { KeyType } from "../key-type.js";
import { textField } from "../master-key.js";
import { notBuiltIn } from "../not-built-in.js";
import { itemText, splitCompact } from "../recipient-list.js";

const { create, toMetadata, fromMetadata } = createEntryCodec({
  type: "gcp_kms",
  hasCreatedAt: true,
  fields: [{ name: "resource_id" }],
  display: (fields) => textField(fields, "resource_id"),
});

/** Google Cloud KMS keys, by resource id; nothing is checked before use (keys.md §1.4). */
export const gcpKmsKeyType: KeyType = {
  id: "gcp_kms",
  title: "Google Cloud KMS",
  logTag: "GCPKMS",
  metadataField: "gcp_kms",
  isListedWhenEmpty: false,
  hasCreatedAt: true,
  isLocal: false,
  flag: {
    long: "gcp-kms",
    env: "SOPS_GCP_KMS_IDS",
    summary: "comma separated list of Google Cloud KMS resource ids",
  },
  configFields: { rule: "gcp_kms", group: "gcp_kms" },
  env: [],
  parse: (text) => splitCompact(text).map((id) => create({ resource_id: id })),
  parseConfigItem: (item) =>
    splitCompact(itemText(item, "resource_id")).map((id) => create({ resource_id: id })),
  toMetadata,
  fromMetadata,
  load: () => Promise.reject(notBuiltIn("Google Cloud KMS keys")),
};
