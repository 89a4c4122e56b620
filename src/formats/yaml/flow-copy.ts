import type { Leaf, ListItem, MapItem, Pair, ScalarValue, TreeValue } from "../../document/tree.js";
import type { Piece } from "../store.js";
import { scalarLine } from "./leaf-text.js";
import { isContainer } from "./leaves.js";
import { writeScalar, type LineStyle } from "./scalar-write.js";

/** Readers take no longer keys on one line. */
const LONGEST_KEY = 1000;

interface Level {
  readonly items: readonly (ListItem | MapItem)[];
  readonly closing: "}" | "]" | "";
  next: number;
}

/**
 * A value in flow style, as the copy that takes an alias's place, or as what is new in a flow collection.
 *
 * @param leafOf the leaf to write for one of `value`
 * @param isFlow whether it will stand in a flow collection
 * @returns `null` if it cannot be written so: comments, very long keys
 */
export function flowCopy(
  value: TreeValue,
  leafOf: (leaf: ScalarValue) => Leaf | undefined,
  isFlow: boolean,
): Piece[] | null {
  return writeFlow(value, false, leafOf, isFlow);
}

/** Entries in flow style, without the brackets around them; otherwise as {@link flowCopy}. */
export function flowEntries(items: readonly (ListItem | MapItem)[]): Piece[] | null {
  // The items decide what they are entries of.
  const container = { kind: "list", items } as TreeValue;
  return writeFlow(container, true, (leaf) => leaf, true);
}

function writeFlow(
  value: TreeValue,
  isBare: boolean,
  leafOf: (leaf: ScalarValue) => Leaf | undefined,
  isFlow: boolean,
): Piece[] | null {
  const pieces: Piece[] = [];
  const levels: Level[] = [];
  let structure = "";
  const write = (node: TreeValue, inFlow: boolean): boolean => {
    if (node.kind === "map" || node.kind === "list") {
      structure += node.kind === "map" ? "{" : "[";
      levels.push({ items: node.items, closing: node.kind === "map" ? "}" : "]", next: 0 });
      return true;
    }
    const leaf = leafOf(node);
    if (leaf === undefined || leaf.kind === "comment") {
      return false;
    }
    const text = scalarLine(leaf, "plain", inFlow);
    pieces.push({ text: structure }, { text, leaf });
    structure = "";
    return true;
  };
  let isWritten = true;
  if (isBare && isContainer(value)) {
    levels.push({ items: value.items, closing: "", next: 0 });
  } else {
    isWritten = write(value, isFlow);
  }
  for (let level = levels.at(-1); isWritten && level !== undefined; level = levels.at(-1)) {
    const item = level.items[level.next];
    structure += item !== undefined && level.next > 0 ? ", " : "";
    level.next += 1;
    if (item === undefined) {
      structure += level.closing;
      levels.pop();
    } else if (item.kind === "comment") {
      isWritten = false;
    } else if (item.kind === "pair") {
      isWritten = item.key.length <= LONGEST_KEY;
      structure += `${keyText(item)}: `;
      isWritten &&= write(item.value, true);
    } else {
      isWritten = write(item, true);
    }
  }
  return isWritten ? [...pieces, { text: structure }] : null;
}

function keyText(pair: Pair): string {
  if (pair.keyType !== undefined) {
    return pair.key;
  }
  // A merge key stays one: its value is the copy of a map.
  const isMerge = pair.key === "<<" && (pair.value.kind === "map" || pair.value.kind === "list");
  return isMerge ? pair.key : writeKey(pair.key, true);
}

/** A key on one line. */
export function writeKey(key: string, isFlow: boolean, style: LineStyle = "plain"): string {
  return writeScalar({ kind: "string", value: key }, style, { flow: isFlow, key: true });
}
