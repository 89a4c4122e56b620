import { showText } from "../../support/text.js";
import { createEntryCodec } from "../entry-codec.js";
import type { KeyType } from "../key-type.js";
import { textField, type MasterKey } from "../master-key.js";
import { notBuiltIn } from "../not-built-in.js";
import { invalidRecipient, itemText, splitRecipients } from "../recipient-list.js";

const { create, toMetadata, fromMetadata } = createEntryCodec({
  type: "hckms",
  hasCreatedAt: true,
  fields: [{ name: "key_id" }],
  display: (fields) => textField(fields, "key_id"),
});

/** Huawei Cloud KMS keys, as `region:uuid` (keys.md §11). */
export const hckmsKeyType: KeyType = {
  id: "hckms",
  title: "Huawei Cloud KMS",
  logTag: "HCKMS",
  metadataField: "hckms",
  isListedWhenEmpty: false,
  hasCreatedAt: true,
  isLocal: false,
  flag: {
    long: "hckms",
    env: "SOPS_HUAWEICLOUD_KMS_IDS",
    summary: "comma separated list of Huawei Cloud KMS keys, each region:uuid",
  },
  configFields: { rule: "hckms", group: "hckms" },
  env: [],
  parse: parseList,
  parseConfigItem: (item) => parseList(itemText(item, "key_id")),
  toMetadata,
  fromMetadata,
  load: () => Promise.reject(notBuiltIn("Huawei Cloud KMS keys")),
};

function parseList(text: string): MasterKey[] {
  return splitRecipients(text)
    .filter((part) => part !== "")
    .map((id) => {
      const colon = id.indexOf(":");
      if (colon <= 0 || colon === id.length - 1) {
        throw invalidRecipient(
          `invalid key ID format: expected region:uuid but got "${showText(id)}"`,
        );
      }
      return create({ key_id: id });
    });
}
