import {
  isScalar,
  type MapValue,
  type ScalarValue,
  type TreeBranch,
  type TreeValue,
} from "../../document/tree.js";
import { writeJson } from "../../formats/json/write.js";

/** All documents of a file as one map; of several entries of one name the last one counts, comments are left out. */
export function mergeDocuments(branches: readonly TreeBranch[]): MapValue {
  const items = branches.flatMap((branch) => branch.items);
  return { kind: "map", items: [...entriesOf({ kind: "map", items }).values()] };
}

/** @throws SopsError CANNOT_EMIT for what JSON cannot say */
export function jsonOf(value: TreeValue): string {
  return writeJson(value, { indent: "", level: 0 });
}

/** The same data, whatever the order of names. Numbers are compared by their digits. */
export function equalData(left: TreeValue, right: TreeValue): boolean {
  const waiting: (readonly [TreeValue, TreeValue])[] = [[left, right]];
  for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
    const inner = compare(...pair);
    if (inner === null) {
      return false;
    }
    for (const next of inner) {
      waiting.push(next);
    }
  }
  return true;
}

/** @returns what is left to be compared; `null` where the two differ already */
function compare(
  left: TreeValue,
  right: TreeValue,
): Iterable<readonly [TreeValue, TreeValue]> | null {
  if (isScalar(left) || isScalar(right)) {
    return isScalar(left) && isScalar(right) && sameScalar(left, right) ? [] : null;
  }
  const [a, b] = [childrenOf(left), childrenOf(right)];
  if (left.kind !== right.kind || a.size !== b.size) {
    return null;
  }
  const pairs: (readonly [TreeValue, TreeValue])[] = [];
  for (const [name, value] of a) {
    const other = b.get(name);
    if (other === undefined) {
      return null;
    }
    pairs.push([value, other]);
  }
  return pairs;
}

function sameScalar(left: ScalarValue, right: ScalarValue): boolean {
  return jsonOf(left) === jsonOf(right);
}

function childrenOf(
  value: Exclude<TreeValue, ScalarValue>,
): ReadonlyMap<string | number, TreeValue> {
  if (value.kind === "map") {
    return new Map([...entriesOf(value)].map(([key, pair]) => [key, pair.value]));
  }
  const items = value.items.filter((item) => item.kind !== "comment");
  return new Map(items.map((item, index) => [index, item]));
}

function entriesOf({
  items,
}: MapValue): Map<string, Extract<MapValue["items"][number], { kind: "pair" }>> {
  return new Map(items.flatMap((item) => (item.kind === "pair" ? [[item.key, item]] : [])));
}
