import { parseRfc3339 } from "../document/rfc3339.js";
import { SopsError } from "../support/errors.js";
import type { MetadataEntry } from "./key-type.js";
import type { FieldValue, KeyFields, KeyTypeId, MasterKey } from "./master-key.js";

const CREATED_AT = "created_at";
const ENC = "enc";

/** How the entries of one kind look: all kinds differ in their fields only (keys.md §1.1). */
export interface EntryShape {
  readonly type: KeyTypeId;
  readonly hasCreatedAt: boolean;
  readonly fields: readonly EntryField[];
  /** The identity string of keys.md §1.2. */
  display(fields: KeyFields): string;
}

interface EntryField {
  readonly name: string;
  readonly isMap?: boolean;
  /** Left out of the metadata when empty. */
  readonly isOptional?: boolean;
}

/** The metadata side of a {@link KeyType}. */
export interface EntryCodec {
  /** A key that has wrapped nothing yet; a field not given is empty. */
  readonly create: (fields: Readonly<Record<string, FieldValue>>) => MasterKey;
  readonly toMetadata: (key: MasterKey) => MetadataEntry;
  readonly fromMetadata: (entry: MetadataEntry) => MasterKey;
}

export function createEntryCodec(shape: EntryShape): EntryCodec {
  const names = [...shape.fields.map(({ name }) => name), ENC];
  const order = (shape.hasCreatedAt ? [...names, CREATED_AT] : names).toSorted();
  const optional = new Set(
    shape.fields.filter((field) => field.isOptional).map(({ name }) => name),
  );

  return {
    create(given) {
      const fields = collect(shape, (field) => given[field.name]);
      return { type: shape.type, display: shape.display(fields), fields, enc: "" };
    },

    toMetadata(key) {
      const values = new Map(key.fields).set(ENC, key.enc).set(CREATED_AT, key.createdAt ?? "");
      const entry = new Map<string, FieldValue>();
      for (const name of order) {
        const value = values.get(name) ?? "";
        if (!optional.has(name) || !isEmpty(value)) {
          entry.set(name, value);
        }
      }
      return entry;
    },

    fromMetadata(entry) {
      const fields = collect(shape, (field) => find(entry, field.name));
      const key: MasterKey = {
        type: shape.type,
        display: shape.display(fields),
        fields,
        enc: readText(entry, ENC),
      };
      return shape.hasCreatedAt ? { ...key, createdAt: readCreatedAt(entry, shape.type) } : key;
    },
  };
}

/** A field that is absent or of the other shape is empty; the keys of a map are sorted (keys.md §1.1). */
function collect(
  shape: EntryShape,
  valueOf: (field: EntryField) => FieldValue | undefined,
): KeyFields {
  const fields = new Map<string, FieldValue>();
  for (const field of shape.fields) {
    const value = valueOf(field);
    if (field.isMap === true) {
      const pairs = value === undefined || typeof value === "string" ? [] : [...value];
      fields.set(field.name, new Map(pairs.toSorted(byName)));
    } else {
      fields.set(field.name, typeof value === "string" ? value : "");
    }
  }
  return fields;
}

function isEmpty(value: FieldValue): boolean {
  return typeof value === "string" ? value === "" : value.size === 0;
}

function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : Number(a > b);
}

function readText(entry: MetadataEntry, name: string): string {
  const value = find(entry, name);
  return typeof value === "string" ? value : "";
}

/** spec: formats.md §4.4, names match case-insensitively */
function find(entry: MetadataEntry, name: string): FieldValue | undefined {
  const exact = entry.get(name);
  if (exact !== undefined) {
    return exact;
  }
  for (const [key, value] of entry) {
    if (key.toLowerCase() === name) {
      return value;
    }
  }
  return undefined;
}

/** Kept as written: an offset survives `rotate` (keys.md §1.1). */
function readCreatedAt(entry: MetadataEntry, type: KeyTypeId): string {
  const text = readText(entry, CREATED_AT);
  if (parseRfc3339(text) === null) {
    const what = text === "" ? "missing or empty" : "not an RFC 3339 time";
    throw new SopsError(
      "METADATA_INVALID",
      `parsing time "${CREATED_AT}" of an entry in "${type}": ${what}`,
    );
  }
  return text;
}
