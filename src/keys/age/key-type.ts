import { createEntryCodec } from "../entry-codec.js";
import type { KeyClient, KeyType } from "../key-type.js";
import { textField, type MasterKey } from "../master-key.js";
import { itemText, splitRecipients } from "../recipient-list.js";
import { checkRecipient } from "./recipient.js";

const { create, toMetadata, fromMetadata } = createEntryCodec({
  type: "age",
  hasCreatedAt: false,
  fields: [{ name: "recipient" }],
  display: (fields) => textField(fields, "recipient"),
});

let client: Promise<KeyClient> | undefined;

/** age recipients, fully checked when they are given (keys.md §5.1). */
export const ageKeyType: KeyType = {
  id: "age",
  title: "age",
  logTag: "AGE",
  metadataField: "age",
  isListedWhenEmpty: true,
  hasCreatedAt: false,
  isLocal: true,
  flag: {
    long: "age",
    short: "a",
    env: "SOPS_AGE_RECIPIENTS",
    summary: "comma separated list of age recipients",
  },
  configFields: { rule: "age", group: "age" },
  env: [
    {
      name: "SOPS_AGE_KEY",
      summary: "age identities, separated by line feeds or blanks",
      privateKey: "value",
    },
    { name: "SOPS_AGE_KEY_FILE", summary: "file with age identities", privateKey: "place" },
    {
      name: "SOPS_AGE_KEY_CMD",
      summary:
        "command, run without a shell, that prints age identities; it finds the recipient in SOPS_AGE_RECIPIENT",
      privateKey: "place",
    },
    {
      name: "SOPS_AGE_SSH_PRIVATE_KEY_FILE",
      summary:
        "file with an SSH private key (Ed25519 or RSA); ~/.ssh/id_ed25519 and ~/.ssh/id_rsa are read too",
      privateKey: "place",
    },
    {
      name: "SOPS_AGE_SSH_PRIVATE_KEY_CMD",
      summary: "command, run as the one above, that prints an SSH private key without a passphrase",
      privateKey: "place",
    },
    {
      name: "GPG_AGENT_INFO",
      summary:
        "socket of the gpg-agent that is asked for the passphrase of encrypted age identities, before the terminal",
    },
    { name: "AGEDEBUG", summary: "`plugin`: the standard error of age plugins is shown" },
    {
      name: "XDG_CONFIG_HOME",
      summary: "directory of sops/age/keys.txt, the default file with age identities",
    },
  ],
  parse: (text) => (text.trim() === "" ? [] : parseList(text)),
  parseConfigItem: (item) => parseList(itemText(item, "recipient")),
  toMetadata,
  fromMetadata,
  load: () => (client ??= import("./client.js").then((module) => module.ageClient)),
};

function parseList(text: string): MasterKey[] {
  return splitRecipients(text).map((recipient) => {
    const error = checkRecipient(recipient);
    if (error !== null) {
      throw error;
    }
    return create({ recipient });
  });
}
