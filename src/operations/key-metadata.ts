import { fieldMap, readText } from "../document/metadata-fields.js";
import type { KeyList, KeyListField, Metadata } from "../document/metadata.js";
import { mapOf, stringValue, type MapValue, type TreeValue } from "../document/tree.js";
import type { KeyGroup } from "../keys/key-group.js";
import type { MetadataEntry } from "../keys/key-type.js";
import type { FieldValue } from "../keys/master-key.js";
import { KEY_TYPES } from "../keys/registry.js";

/** The key types' lists as the metadata codec sees them, in stored order. */
export const KEY_LIST_FIELDS: readonly KeyListField[] = KEY_TYPES.map((type) => ({
  field: type.metadataField,
  isAlwaysInGroup: type.isListedWhenEmpty,
}));

/** @throws SopsError METADATA_INVALID for an entry that its key type cannot read */
export function keyGroupsOf(metadata: Metadata): KeyGroup[] {
  return metadata.groups.map((lists) =>
    KEY_TYPES.flatMap((type) => {
      const entries = lists.find((list) => list.field === type.metadataField)?.entries ?? [];
      return entries.map((entry) => type.fromMetadata(toEntry(entry)));
    }),
  );
}

/** Wrapped groups in the form of the metadata; keys of one type keep their order. */
export function keyListsOf(groups: readonly KeyGroup[]): KeyList[][] {
  return groups.map((group) =>
    KEY_TYPES.map((type) => ({
      field: type.metadataField,
      entries: group
        .filter((key) => key.type === type.id)
        .map((key) => fromEntry(type.toMetadata(key))),
    })),
  );
}

function toEntry(entry: MapValue): MetadataEntry {
  const fields = fieldMap(entry);
  return new Map(
    [...fields].map(([name, value]): [string, FieldValue] => [
      name,
      value.kind === "map" ? textsOf(value) : readText(fields, name),
    ]),
  );
}

function textsOf(map: MapValue): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const item of map.items) {
    if (item.kind === "pair" && item.value.kind !== "null") {
      texts.set(item.key, readText(new Map([[item.key, item.value]]), item.key));
    }
  }
  return texts;
}

function fromEntry(entry: MetadataEntry): MapValue {
  return mapOf(
    [...entry].map(([name, value]): [string, TreeValue] => [
      name,
      typeof value === "string"
        ? stringValue(value)
        : mapOf([...value].map(([key, text]) => [key, stringValue(text)])),
    ]),
  );
}
