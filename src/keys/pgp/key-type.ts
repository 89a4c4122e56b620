import { createEntryCodec } from "../entry-codec.js";
import type { KeyType } from "../key-type.js";
import { textField } from "../master-key.js";
import { notBuiltIn } from "../not-built-in.js";
import { itemText, splitCompact } from "../recipient-list.js";

const { create, toMetadata, fromMetadata } = createEntryCodec({
  type: "pgp",
  hasCreatedAt: true,
  fields: [{ name: "fp" }],
  display: (fields) => textField(fields, "fp"),
});

/** OpenPGP keys, by fingerprint; nothing is checked before use (keys.md §6). */
export const pgpKeyType: KeyType = {
  id: "pgp",
  title: "PGP",
  logTag: "PGP",
  metadataField: "pgp",
  isListedWhenEmpty: false,
  hasCreatedAt: true,
  isLocal: true,
  flag: {
    long: "pgp",
    short: "p",
    env: "SOPS_PGP_FP",
    summary: "comma separated list of PGP fingerprints",
  },
  configFields: { rule: "pgp", group: "pgp" },
  env: [
    { name: "SOPS_GPG_EXEC", summary: "the gpg program" },
    { name: "GNUPGHOME", summary: "home directory of GnuPG" },
  ],
  parse: (text) => splitCompact(text).map((fp) => create({ fp })),
  parseConfigItem: (item) => splitCompact(itemText(item, "fp")).map((fp) => create({ fp })),
  toMetadata,
  fromMetadata,
  load: () => Promise.reject(notBuiltIn("PGP keys")),
};
