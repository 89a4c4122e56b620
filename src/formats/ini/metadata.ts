import {
  isScalar,
  mapOf,
  stringValue,
  type MapValue,
  type TreeBranch,
} from "../../document/tree.js";
import { flatText } from "../flat-text.js";
import { flattenMetadata, unflattenMetadata } from "../flatten.js";
import { appendMetadataEntry, splitMetadataEntry } from "../metadata-entry.js";

/** The `[sops]` section as nested metadata (spec: formats.md §4.3): every `\n` of a value becomes a line break. */
export function splitIniMetadata(branches: readonly TreeBranch[]): {
  metadata: MapValue | null;
  branches: TreeBranch[];
} {
  const split = splitMetadataEntry(branches);
  return { ...split, metadata: split.metadata === null ? null : unflatten(split.metadata) };
}

function unflatten(section: MapValue): MapValue {
  const entries: [string, string][] = [];
  for (const item of section.items) {
    if (item.kind === "pair" && isScalar(item.value)) {
      entries.push([item.key, flatText(item.value).replaceAll("\\n", "\n")]);
    }
  }
  return unflattenMetadata(entries);
}

/** All documents are written one after the other, so the metadata goes to the end of the last. */
export function joinIniMetadata(branches: readonly TreeBranch[], metadata: MapValue): TreeBranch[] {
  const flat = flattenMetadata(metadata);
  const section = mapOf(
    flat.map(([name, text]) => [name, stringValue(text.replaceAll("\n", "\\n"))]),
  );
  const last = branches.at(-1) ?? mapOf([]);
  return [...branches.slice(0, -1), appendMetadataEntry(last, section)];
}
