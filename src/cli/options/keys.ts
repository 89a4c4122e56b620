import type { KeyTypeId } from "../../keys/master-key.js";
import { KEY_TYPES_OF_FLAGS } from "../../keys/registry.js";
import {
  bool,
  int,
  list,
  text,
  type BoolOption,
  type Flags,
  type IntOption,
  type ListOption,
  type StringOption,
} from "./option.js";

type RecipientKey = `recipients.${KeyTypeId}`;

/** Recipients of a new file, comma lists: one flag a kind of key, as its descriptor names it (spec: cli.md §2.1). */
export const recipientOptions: Readonly<Record<RecipientKey, StringOption>> = Object.fromEntries(
  KEY_TYPES_OF_FLAGS.map(({ id, flag }) => [
    `recipients.${id}`,
    text(flag.short === undefined ? [flag.long] : [flag.long, flag.short], "LIST", flag.summary, {
      env: flag.env,
    }),
  ]),
) as Record<RecipientKey, StringOption>;

/** What was given, in the order in which one group lists it (spec: cli.md §6). */
export function toRecipients(
  flags: Flags<typeof recipientOptions>,
): ReadonlyMap<KeyTypeId, string> {
  const recipients = new Map<KeyTypeId, string>();
  for (const { id } of KEY_TYPES_OF_FLAGS) {
    const given = flags[`recipients.${id}`];
    if (given !== "") {
      recipients.set(id, given);
    }
  }
  return recipients;
}

export const awsOptions: { awsProfile: StringOption } = {
  awsProfile: text("aws-profile", "NAME", "AWS profile to use for KMS keys"),
};

export const encryptionContextOptions: { encryptionContext: StringOption } = {
  encryptionContext: text("encryption-context", "PAIRS", "KMS encryption context, k:v,k2:v2"),
};

export const thresholdOptions: { threshold: IntOption } = {
  threshold: int("shamir-secret-sharing-threshold", "number of key groups needed to decrypt"),
};

/** Who unwraps data keys (spec: cli.md §2.2). */
export const keyServiceOptions: { enableLocalKeyService: BoolOption; keyServices: ListOption } = {
  enableLocalKeyService: bool("enable-local-keyservice", "use the keys of this machine", {
    env: "SOPS_ENABLE_LOCAL_KEYSERVICE",
    isOnByDefault: true,
    isGlobal: true,
  }),
  keyServices: list("keyservice", "URI", "key service to ask, tcp://host:port or unix:///path", {
    env: "SOPS_KEYSERVICE",
    isGlobal: true,
  }),
};

export const decryptionOrderOptions: { decryptionOrder: StringOption } = {
  decryptionOrder: text("decryption-order", "TYPES", "key types to try first, as a comma list", {
    env: "SOPS_DECRYPTION_ORDER",
    isGlobal: true,
  }),
};
