import type { FieldValue, KeyTypeId, MasterKey } from "../master-key.js";
import { keyTypeOf } from "../registry.js";
import { lastText, messageField, readFields, textField, type WireField } from "./protobuf.js";

interface WireKey {
  /** Its field in the message `Key`. */
  readonly number: number;
  /** Names of the metadata fields, numbered from 1. */
  readonly fields: readonly (string | { readonly map: string })[];
}

/** How each kind of key crosses the wire (spec: keys.md §4). A new kind is one line. */
const WIRE_KEYS: Readonly<Record<KeyTypeId, WireKey>> = {
  kms: { number: 1, fields: ["arn", "role", { map: "context" }, "aws_profile"] },
  pgp: { number: 2, fields: ["fp"] },
  gcp_kms: { number: 3, fields: ["resource_id"] },
  azure_kv: { number: 4, fields: ["vault_url", "name", "version"] },
  hc_vault: { number: 5, fields: ["vault_address", "engine_path", "key_name"] },
  age: { number: 6, fields: ["recipient"] },
  hckms: { number: 7, fields: ["key_id"] },
};

const BY_NUMBER: ReadonlyMap<number, KeyTypeId> = new Map(
  Object.entries(WIRE_KEYS).map(([id, { number }]) => [number, id as KeyTypeId]),
);

/** Entries need a time to be read; the key of a request is never stored. */
const NO_TIME = "1970-01-01T00:00:00Z";

/** The message `Key`, in pieces. */
export function encodeKey(key: MasterKey): Uint8Array[] {
  const { number, fields } = WIRE_KEYS[key.type];
  return messageField(
    number,
    fields.flatMap((field, index) => {
      const value = key.fields.get(typeof field === "string" ? field : field.map) ?? "";
      return typeof value === "string"
        ? textField(index + 1, value)
        : [...value].flatMap(([name, text]) => mapEntry(index + 1, name, text));
    }),
  );
}

function mapEntry(number: number, name: string, text: string): Uint8Array[] {
  return messageField(number, [...textField(1, name), ...textField(2, text)]);
}

/**
 * The key in a message `Key`, its `enc` empty; `null` when it holds none of a kind that is known.
 *
 * @throws WireError
 */
export function decodeKey(message: Uint8Array): MasterKey | null {
  const chosen = readFields(message).findLast(({ number }) => BY_NUMBER.has(number));
  const id = chosen === undefined ? undefined : BY_NUMBER.get(chosen.number);
  if (chosen === undefined || id === undefined) {
    return null;
  }
  const given = readFields(chosen.bytes);
  const entry = new Map<string, FieldValue>([["created_at", NO_TIME]]);
  for (const [index, field] of WIRE_KEYS[id].fields.entries()) {
    if (typeof field === "string") {
      entry.set(field, lastText(given, index + 1));
    } else {
      entry.set(field.map, readMap(given, index + 1));
    }
  }
  return keyTypeOf(id).fromMetadata(entry);
}

function readMap(given: readonly WireField[], number: number): ReadonlyMap<string, string> {
  return new Map(
    given
      .filter((field) => field.number === number)
      .map(({ bytes }) => {
        const pair = readFields(bytes);
        return [lastText(pair, 1), lastText(pair, 2)];
      }),
  );
}
