import { SopsError } from "../support/errors.js";

import {
  readBool,
  readInt,
  readList,
  readText,
  fieldMap,
  type FieldMap,
} from "./metadata-fields.js";
import { parseRfc3339, wholeSeconds } from "./rfc3339.js";
import {
  countSelectionSettings,
  DEFAULT_UNENCRYPTED_SUFFIX,
  SELECTION_FIELDS,
  type SelectionSettings,
} from "./selection.js";
import type { MapValue, TreeValue } from "./tree.js";
import { mapOf, stringValue } from "./tree.js";

/** The sops whose files and command line ours equal; written to new files and printed by `--version`. */
export const COMPATIBLE_SOPS_VERSION = "3.13.2";

/** The metadata field of the layout hints (lossless.md point 6); other programs ignore it. */
export const LAYOUT_FIELD = "leafseal_layout";

/** A key list as the sops block has it: the field's name and its raw entries, which `keys/` understands. */
export interface KeyList {
  readonly field: string;
  readonly entries: readonly MapValue[];
}

/** What the metadata codec must know of a key type (formats.md §4.1). */
export interface KeyListField {
  readonly field: string;
  /** Written in a group even when empty (`age`, `hc_vault`). */
  readonly isAlwaysInGroup: boolean;
}

/** The `sops` block of a file (formats.md §4). */
export interface Metadata {
  /** In file order; within a group in the stored order of the key types. */
  readonly groups: readonly (readonly KeyList[])[];
  /** 0 = not given. */
  readonly shamirThreshold: number;
  readonly selection: SelectionSettings;
  readonly macOnlyEncrypted: boolean;
  /** Encrypted; empty when the file has none. */
  readonly mac: string;
  /** RFC 3339 as written. */
  readonly lastModified: string;
  /** `lastModified` in whole seconds: what the MAC is bound to (crypto.md §9.1). */
  readonly macAad: string;
  readonly version: string;
  /** Encrypted layout hints; empty when the file has none. */
  readonly layout: string;
}

/**
 * @param keyFields the key types' list names in stored order
 * @throws SopsError METADATA_INVALID, NO_KEYS_IN_FILE, CONFLICTING_SELECTION
 */
export function parseMetadata(map: MapValue, keyFields: readonly KeyListField[]): Metadata {
  const fields = fieldMap(map);
  const lastModified = readText(fields, "lastmodified");
  const version = readText(fields, "version");
  const selection = readSelection(fields);
  const shamirThreshold = readInt(fields, "shamir_threshold");
  const macOnlyEncrypted = readBool(fields, "mac_only_encrypted");
  const mac = readText(fields, "mac");
  const groups = readGroups(fields, keyFields);
  const macAad = wholeSeconds(parseTime(lastModified));
  checkSelection(selection);
  if (groups.every((group) => group.every((list) => list.entries.length === 0))) {
    throw new SopsError("NO_KEYS_IN_FILE", "No keys found in file");
  }
  checkVersion(version);
  const layout = readText(fields, LAYOUT_FIELD);
  return {
    groups,
    shamirThreshold,
    selection,
    macOnlyEncrypted,
    mac,
    lastModified,
    macAad,
    version,
    layout,
  };
}

function readSelection(fields: FieldMap): SelectionSettings {
  const settings: Partial<Record<keyof SelectionSettings, string>> = {};
  for (const { field, metadata } of SELECTION_FIELDS) {
    const text = readText(fields, metadata);
    if (text !== "") {
      settings[field] = text;
    }
  }
  return settings;
}

function checkSelection(settings: SelectionSettings): void {
  if (countSelectionSettings(settings) > 1) {
    throw new SopsError(
      "CONFLICTING_SELECTION",
      "Cannot use more than one of encrypted_suffix, unencrypted_suffix, encrypted_regex, unencrypted_regex, " +
        "encrypted_comment_regex, or unencrypted_comment_regex in the same file",
    );
  }
}

function parseTime(text: string): NonNullable<ReturnType<typeof parseRfc3339>> {
  const time = parseRfc3339(text);
  if (time === null) {
    const found =
      text === "" ? "the time stamp is missing" : "a time stamp of the metadata is not RFC 3339";
    throw new SopsError("METADATA_INVALID", `parsing time: ${found}`);
  }
  return time;
}

/** Flat lists win over `key_groups`, which a file with one group does not have (formats.md §4.4). */
function readGroups(fields: FieldMap, keyFields: readonly KeyListField[]): KeyList[][] {
  const flat = readKeyLists(fields, keyFields);
  const groups = readList(fields, "key_groups").map((group) =>
    readKeyLists(fieldMap(group), keyFields),
  );
  return flat.some((list) => list.entries.length > 0) ? [flat] : groups;
}

function readKeyLists(fields: FieldMap, keyFields: readonly KeyListField[]): KeyList[] {
  return keyFields.map(({ field }) => ({ field, entries: readList(fields, field) }));
}

const VERSION = /^v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

function checkVersion(version: string): void {
  if (version === "") {
    throw new SopsError("METADATA_INVALID", "Version string empty");
  }
  if (!VERSION.test(version) && !version.startsWith("1.")) {
    throw new SopsError("METADATA_INVALID", "No Major.Minor.Patch elements found");
  }
}

/** The block in sops's order: alphabetical at every level, empty fields left out unless they are always written. */
export function metadataToMap(metadata: Metadata, keyFields: readonly KeyListField[]): MapValue {
  const fields: [string, TreeValue][] = [
    ["lastmodified", stringValue(metadata.lastModified)],
    ["mac", stringValue(metadata.mac)],
    ["version", stringValue(metadata.version)],
  ];
  const [first = []] = metadata.groups;
  if (metadata.groups.length > 1) {
    const groups = metadata.groups.map((group) => keyListsToMap(group, keyFields, true));
    fields.push(["key_groups", { kind: "list", items: groups }]);
  } else {
    fields.push(...keyListEntries(first, keyFields, false));
  }
  if (metadata.shamirThreshold !== 0) {
    fields.push(["shamir_threshold", { kind: "int", value: BigInt(metadata.shamirThreshold) }]);
  }
  if (metadata.macOnlyEncrypted) {
    fields.push(["mac_only_encrypted", { kind: "bool", value: true }]);
  }
  if (metadata.layout !== "") {
    fields.push([LAYOUT_FIELD, stringValue(metadata.layout)]);
  }
  fields.push(...selectionEntries(metadata.selection));
  return mapOf(alphabetical(fields));
}

function selectionEntries(selection: SelectionSettings): [string, TreeValue][] {
  const entries: [string, TreeValue][] = [];
  for (const { field, metadata } of SELECTION_FIELDS) {
    const text = selection[field] ?? "";
    if (text !== "") {
      entries.push([metadata, stringValue(text)]);
    }
  }
  return entries;
}

function keyListsToMap(
  group: readonly KeyList[],
  keyFields: readonly KeyListField[],
  isInGroup: boolean,
): MapValue {
  return mapOf(alphabetical(keyListEntries(group, keyFields, isInGroup)));
}

function keyListEntries(
  group: readonly KeyList[],
  keyFields: readonly KeyListField[],
  isInGroup: boolean,
): [string, TreeValue][] {
  const entries: [string, TreeValue][] = [];
  for (const { field, isAlwaysInGroup } of keyFields) {
    const items = group.find((list) => list.field === field)?.entries ?? [];
    if (items.length > 0 || (isInGroup && isAlwaysInGroup)) {
      entries.push([field, { kind: "list", items }]);
    }
  }
  return entries;
}

function alphabetical(fields: [string, TreeValue][]): [string, TreeValue][] {
  return fields.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** The rule that is in force when a file names none (formats.md §4.4). */
export function effectiveSelection(selection: SelectionSettings): SelectionSettings {
  return countSelectionSettings(selection) > 0
    ? selection
    : { unencryptedSuffix: DEFAULT_UNENCRYPTED_SUFFIX };
}
