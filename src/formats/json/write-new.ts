import type { ListItem, MapItem, TreeValue } from "../../document/tree.js";
import type { Splicer } from "../splice.js";
import type { JsonStyle } from "./file-style.js";
import { MAX_NESTING } from "./parse.js";
import { splicedScalar } from "./write.js";

/** A container that is being written. */
interface Writing {
  readonly items: readonly (MapItem | ListItem)[];
  readonly end: "}" | "]";
  /** What stands in front of the first item, of the others, and of the closing bracket. */
  readonly first: string;
  readonly separator: string;
  readonly last: string;
  next: number;
}

/**
 * Writes a value that is new to the file, in the style of what it goes into.
 *
 * @param indent white space at the start of the line on which the value begins
 * @param level how many containers the value stands in
 * @returns false for what JSON cannot say: see {@link splicedScalar}; comments, keys that are no text, too deep nesting
 */
export function writeNewValue(
  value: TreeValue,
  style: JsonStyle,
  indent: string,
  level: number,
  splicer: Splicer,
): boolean {
  const open: Writing[] = [];
  let isWritten = startValue(value, style, indent, open, splicer);
  for (let top = open.at(-1); isWritten && top !== undefined; top = open.at(-1)) {
    if (level + open.length > MAX_NESTING) {
      return false;
    }
    const item = top.items[top.next];
    if (item === undefined) {
      splicer.insert((top.next > 0 ? top.last : "") + top.end);
      open.pop();
    } else {
      splicer.insert(top.next > 0 ? top.separator : top.first);
      top.next += 1;
      isWritten =
        (item.kind !== "pair" || writeKey(item, style, splicer)) &&
        startValue(item.kind === "pair" ? item.value : item, style, indent, open, splicer);
    }
  }
  return isWritten;
}

/** Writes a scalar, or opens a container. */
function startValue(
  value: ListItem,
  style: JsonStyle,
  indent: string,
  open: Writing[],
  splicer: Splicer,
): boolean {
  if (value.kind === "comment") {
    return false;
  }
  if (value.kind !== "map" && value.kind !== "list") {
    const text = splicedScalar(value);
    if (text !== null) {
      splicer.insertLeaf(text, value);
    }
    return text !== null;
  }
  const isMap = value.kind === "map";
  const padding = isMap ? style.mapPadding : style.listPadding;
  const outer = style.isInline
    ? padding
    : style.lineBreak + indent + style.unit.repeat(open.length);
  const inner = style.isInline ? padding : outer + style.unit;
  splicer.insert(isMap ? "{" : "[");
  open.push({
    items: value.items,
    end: isMap ? "}" : "]",
    first: inner,
    separator: `,${style.isInline ? style.gap : inner}`,
    last: outer,
    next: 0,
  });
  return true;
}

/** The key and its colon. @returns false for a key that is no text */
export function writeKey(
  { key, keyType }: Extract<MapItem, { kind: "pair" }>,
  style: JsonStyle,
  splicer: Splicer,
): boolean {
  if (keyType !== undefined || !key.isWellFormed()) {
    return false;
  }
  splicer.insert(JSON.stringify(key) + style.colon);
  return true;
}
