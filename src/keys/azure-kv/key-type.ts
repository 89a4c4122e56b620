import { showText } from "../../support/text.js";
import { createEntryCodec } from "../entry-codec.js";
import type { ConfigItem, KeyType } from "../key-type.js";
import { textField, type MasterKey } from "../master-key.js";
import { notBuiltIn } from "../not-built-in.js";
import { invalidRecipient, splitRecipients } from "../recipient-list.js";

const KEY_URL = /^(https:\/\/[^/]+)\/keys\/([^/]+)(?:\/([^/]+))?\/?$/;

const { create, toMetadata, fromMetadata } = createEntryCodec({
  type: "azure_kv",
  hasCreatedAt: true,
  fields: [{ name: "vault_url" }, { name: "name" }, { name: "version" }],
  display: (fields) =>
    `${textField(fields, "vault_url")}/keys/${textField(fields, "name")}/${textField(fields, "version")}`,
});

/** Azure Key Vault keys, by URL (keys.md §9). */
export const azureKvKeyType: KeyType = {
  id: "azure_kv",
  title: "Azure Key Vault",
  logTag: "AZKV",
  metadataField: "azure_kv",
  isListedWhenEmpty: false,
  hasCreatedAt: true,
  isLocal: false,
  flag: {
    long: "azure-kv",
    env: "SOPS_AZURE_KEYVAULT_URLS",
    summary: "comma separated list of Azure Key Vault key URLs",
  },
  configFields: { rule: "azure_keyvault", group: "azure_keyvault" },
  env: [],
  parse: parseUrls,
  parseConfigItem: (item) => (typeof item === "string" ? parseUrls(item) : [fromMapping(item)]),
  toMetadata,
  fromMetadata,
  load: () => Promise.reject(notBuiltIn("Azure Key Vault keys")),
};

function parseUrls(text: string): MasterKey[] {
  if (text.trim() === "") {
    return [];
  }
  return splitRecipients(text).map((url) => {
    const match = KEY_URL.exec(url);
    if (match === null) {
      throw invalidRecipient(
        `not an Azure Key Vault key, https://HOST/keys/NAME[/VERSION]: "${showText(url)}"`,
      );
    }
    const [, vaultUrl = "", name = "", version = ""] = match;
    return create({ vault_url: vaultUrl, name, version });
  });
}

/** The configuration uses names of its own (keys.md §1.1). */
function fromMapping(item: Exclude<ConfigItem, string>): MasterKey {
  return create({
    vault_url: textField(item, "vaultUrl"),
    name: textField(item, "key"),
    version: textField(item, "version"),
  });
}
