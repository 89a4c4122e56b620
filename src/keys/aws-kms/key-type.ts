import { createEntryCodec } from "../entry-codec.js";
import type { ConfigItem, KeyType, RecipientOptions } from "../key-type.js";
import { textField, type KeyFields, type MasterKey } from "../master-key.js";
import { notBuiltIn } from "../not-built-in.js";
import { splitCompact } from "../recipient-list.js";

const { create, toMetadata, fromMetadata } = createEntryCodec({
  type: "kms",
  hasCreatedAt: true,
  fields: [
    { name: "arn" },
    { name: "role", isOptional: true },
    { name: "context", isMap: true, isOptional: true },
    { name: "aws_profile" },
  ],
  display,
});

/** AWS KMS keys, by ARN, with an optional role; nothing is checked before use (keys.md §7). */
export const awsKmsKeyType: KeyType = {
  id: "kms",
  title: "AWS KMS",
  logTag: "AWSKMS",
  metadataField: "kms",
  isListedWhenEmpty: false,
  hasCreatedAt: true,
  isLocal: false,
  flag: {
    long: "kms",
    short: "k",
    env: "SOPS_KMS_ARN",
    summary: "comma separated list of KMS ARNs, each ARN or ARN+ROLE_ARN",
  },
  configFields: { rule: "kms", group: "kms" },
  env: [],
  parse: (text, options) => splitCompact(text).map((part) => fromArn(part, options)),
  parseConfigItem: (item) =>
    typeof item === "string"
      ? splitCompact(item).map((part) => fromArn(part))
      : [fromMapping(item)],
  toMetadata,
  fromMetadata,
  load: () => Promise.reject(notBuiltIn("AWS KMS keys")),
};

/** spec: keys.md §1.2; with a profile the place of the context is kept even when it is empty */
function display(fields: KeyFields): string {
  const context = fields.get("context");
  const pairs = context === undefined || typeof context === "string" ? [] : [...context];
  const contextText = pairs.map(([key, value]) => `${key}:${value}`).join(",");
  const role = textField(fields, "role");
  const profile = textField(fields, "aws_profile");
  let text = textField(fields, "arn");
  if (role !== "") {
    text += `+${role}`;
  }
  if (pairs.length > 0 || profile !== "") {
    text += `|${contextText}`;
  }
  return profile === "" ? text : `${text}|${profile}`;
}

function fromArn(part: string, options: RecipientOptions = {}): MasterKey {
  const plus = part.indexOf("+arn:");
  return create({
    arn: plus === -1 ? part : part.slice(0, plus),
    role: plus === -1 ? "" : part.slice(plus + 1),
    context: options.encryptionContext ?? new Map(),
    aws_profile: options.awsProfile ?? "",
  });
}

function fromMapping(item: Exclude<ConfigItem, string>): MasterKey {
  return create({
    arn: textField(item, "arn").replace(/\s+/g, ""),
    role: textField(item, "role"),
    context: item.get("context") ?? new Map(),
    aws_profile: textField(item, "aws_profile"),
  });
}
