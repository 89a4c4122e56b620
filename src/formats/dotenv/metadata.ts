import type { MapItem, MapValue, Pair, TreeBranch } from "../../document/tree.js";
import { isScalar } from "../../document/tree.js";
import { SopsError } from "../../support/errors.js";
import { flatText } from "../flat-text.js";
import { flattenMetadata, unflattenMetadata } from "../flatten.js";

/** Every entry whose name begins so is metadata (spec: formats.md §4.2). */
const PREFIX = "sops_";

export function isMetadataPair(item: MapItem): item is Pair {
  return item.kind === "pair" && item.key.startsWith(PREFIX);
}

/**
 * Takes the `sops_…` entries out of the first document and nests them; `metadata` is `null` without any.
 *
 * @throws SopsError METADATA_INVALID for names that do not fit together (spec: formats.md §4.3)
 */
export function splitMetadata(branches: readonly TreeBranch[]): {
  metadata: MapValue | null;
  branches: TreeBranch[];
} {
  const pairs = branches[0]?.items.filter(isMetadataPair) ?? [];
  const metadata = pairs.length === 0 ? null : unflattenMetadata(pairs.map(flatEntry));
  return { metadata, branches: branches.map(withoutMetadata) };
}

function flatEntry({ key, value }: Pair): [string, string] {
  if (!isScalar(value)) {
    throw new SopsError("METADATA_INVALID", "Found sops_ entry that is not a text");
  }
  return [key.slice(PREFIX.length), flatText(value)];
}

function withoutMetadata(branch: TreeBranch): TreeBranch {
  return { ...branch, items: branch.items.filter((item) => !isMetadataPair(item)) };
}

/** The metadata as the last lines of the first document; later ones are not written. */
export function joinMetadata(branches: readonly TreeBranch[], metadata: MapValue): TreeBranch[] {
  const pairs = flattenMetadata(metadata).map(([name, value]): Pair => ({
    kind: "pair",
    key: PREFIX + name,
    value: { kind: "string", value },
  }));
  return branches.map((branch, index) =>
    index === 0 ? { ...branch, items: [...branch.items, ...pairs] } : branch,
  );
}

export function isReserved(branches: readonly TreeBranch[]): boolean {
  return branches[0]?.items.some(isMetadataPair) ?? false;
}
