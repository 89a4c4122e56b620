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

type ChangeKey = `add.${KeyTypeId}` | `rm.${KeyTypeId}`;

/** `--add-X` and `--rm-X` of rotation, comma lists. */
export const keyChangeOptions: Readonly<Record<ChangeKey, StringOption>> = Object.fromEntries(
  KEY_TYPES_OF_FLAGS.flatMap(({ id, title, flag }) => [
    [`add.${id}`, text(`add-${flag.long}`, "LIST", `${title} keys that get access`)],
    [`rm.${id}`, text(`rm-${flag.long}`, "LIST", `${title} keys that lose access`)],
  ]),
) as Record<ChangeKey, StringOption>;

/** @returns what one side of the change names, by kind of key */
export function toKeyChange(
  flags: Flags<typeof keyChangeOptions>,
  change: "add" | "rm",
): ReadonlyMap<KeyTypeId, string> {
  return new Map(
    KEY_TYPES_OF_FLAGS.map(({ id }): [KeyTypeId, string] => [id, flags[`${change}.${id}`]]).filter(
      ([, given]) => given !== "",
    ),
  );
}

type GroupKey = `group.${KeyTypeId}`;

/** Keys of a new group: long names only, repeatable, no variables (spec: cli.md §2, note 1). */
export const groupKeyOptions: Readonly<Record<GroupKey, ListOption>> = Object.fromEntries(
  KEY_TYPES_OF_FLAGS.map(({ id, title, flag }) => [
    `group.${id}`,
    list(flag.long, "KEY", `${title} key of the new group`),
  ]),
) as Record<GroupKey, ListOption>;

export function toGroupKeys(
  flags: Flags<typeof groupKeyOptions>,
): ReadonlyMap<KeyTypeId, readonly string[]> {
  return new Map(
    KEY_TYPES_OF_FLAGS.map(({ id }): [KeyTypeId, readonly string[]] => [
      id,
      flags[`group.${id}`],
    ]).filter(([, given]) => given.length > 0),
  );
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
