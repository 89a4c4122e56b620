import type { MapItem, MapValue, Pair, TreeBranch } from "../document/tree.js";
import { SopsError } from "../support/errors.js";

/** The entry that holds the metadata in the nested formats, and its section in INI (spec: formats.md §4.2). */
export const METADATA_KEY = "sops";

export function isMetadataPair(item: MapItem): item is Pair {
  return item.kind === "pair" && item.key === METADATA_KEY && item.keyType === undefined;
}

/**
 * Takes the `sops` entry out of the first document; such entries of later documents are dropped unread
 * (spec: formats.md §4.4).
 *
 * @throws SopsError METADATA_INVALID for two entries, or one that is no mapping
 */
export function splitMetadataEntry(branches: readonly TreeBranch[]): {
  metadata: MapValue | null;
  branches: TreeBranch[];
} {
  const entries = branches[0]?.items.filter(isMetadataPair) ?? [];
  if (entries.length > 1) {
    throw new SopsError("METADATA_INVALID", "Found duplicate sops entry");
  }
  const value = entries[0]?.value;
  if (value !== undefined && value.kind !== "map") {
    throw new SopsError("METADATA_INVALID", "Found sops entry that is not a mapping");
  }
  return { metadata: value ?? null, branches: branches.map(withoutMetadata) };
}

function withoutMetadata(branch: TreeBranch): TreeBranch {
  return { ...branch, items: branch.items.filter((item) => !isMetadataPair(item)) };
}

/** The document with the metadata as its last entry; the entry has no place, so a splice writes it anew. */
export function appendMetadataEntry(branch: TreeBranch, metadata: MapValue): TreeBranch {
  return {
    ...branch,
    items: [...branch.items, { kind: "pair", key: METADATA_KEY, value: metadata }],
  };
}

/** True when the first document has a top-level entry `sops` (spec: formats.md §4.6). */
export function hasMetadataEntry(branches: readonly TreeBranch[]): boolean {
  return branches[0]?.items.some(isMetadataPair) ?? false;
}
