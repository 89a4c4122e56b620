import { showText } from "../../support/text.js";
import { createEntryCodec } from "../entry-codec.js";
import type { KeyType } from "../key-type.js";
import { textField, type MasterKey } from "../master-key.js";
import { notBuiltIn } from "../not-built-in.js";
import { invalidRecipient, itemText, splitRecipients } from "../recipient-list.js";

/** Address, then `/vN/`, the engine (several segments allowed), one word that is not checked, the name (keys.md §10). */
const TRANSIT_URI =
  /^([a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?#]+)\/v\d+\/([^?#]+)\/[^/?#]+\/([^/?#]+)\/?$/;

const { create, toMetadata, fromMetadata } = createEntryCodec({
  type: "hc_vault",
  hasCreatedAt: true,
  fields: [{ name: "vault_address" }, { name: "engine_path" }, { name: "key_name" }],
  display: (fields) =>
    `${textField(fields, "vault_address")}/v1/${textField(fields, "engine_path")}/keys/${textField(fields, "key_name")}`,
});

/** Keys of the transit engine of HashiCorp Vault and OpenBao, by URI. */
export const hcVaultKeyType: KeyType = {
  id: "hc_vault",
  title: "HashiCorp Vault",
  logTag: "VAULT_TRANSIT",
  metadataField: "hc_vault",
  isListedWhenEmpty: true,
  hasCreatedAt: true,
  isLocal: false,
  flag: {
    long: "hc-vault-transit",
    env: "SOPS_VAULT_URIS",
    summary: "comma separated list of Vault transit key URIs",
  },
  configFields: { rule: "hc_vault_transit_uri", group: "hc_vault" },
  env: [
    {
      name: "SOPS_HC_VAULT_ALLOWLIST",
      summary: "Vault addresses that may be called: URL prefixes, `all` or `none`",
    },
  ],
  parse: parseUris,
  parseConfigItem: (item) => parseUris(itemText(item, "uri")),
  toMetadata,
  fromMetadata,
  load: () => Promise.reject(notBuiltIn("HashiCorp Vault keys")),
};

function parseUris(text: string): MasterKey[] {
  return splitRecipients(text)
    .filter((part) => part !== "")
    .map((uri) => {
      const match = TRANSIT_URI.exec(uri);
      if (match === null) {
        throw invalidRecipient(
          `not a Vault transit key, https://HOST/v1/ENGINE/keys/NAME: "${showText(uri)}"`,
        );
      }
      const [, address = "", engine = "", name = ""] = match;
      return create({ vault_address: address, engine_path: engine, key_name: name });
    });
}
