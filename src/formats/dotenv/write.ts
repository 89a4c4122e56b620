import type { Comment, MapItem, Pair, ScalarValue, TreeBranch } from "../../document/tree.js";
import { isScalar } from "../../document/tree.js";
import { SopsError } from "../../support/errors.js";
import { showText } from "../../support/text.js";
import { flatText } from "../flat-text.js";

/** A value as it stands behind the `=` (spec: formats.md §8). It can never begin a second line. */
export function valueText(value: ScalarValue): string {
  return flatText(value).replaceAll("\n", "\\n");
}

/**
 * A comment as it stands behind the `#`.
 *
 * @throws SopsError CANNOT_EMIT when it holds a line feed: its rest would become an entry (security.md I10)
 */
export function commentText({ text }: Comment): string {
  if (text.includes("\n")) {
    throw new SopsError("CANNOT_EMIT", "cannot write a comment of several lines in a dotenv file");
  }
  return text;
}

/**
 * The canonical text of one document, a line each entry.
 *
 * @throws SopsError CANNOT_EMIT for lists and maps, and for keys that would read as another entry
 */
export function writeDotenv(branch: TreeBranch): string {
  const lines: string[] = [];
  for (const item of branch.items) {
    lines.push(writeItem(item));
  }
  return lines.join("");
}

function writeItem(item: MapItem): string {
  if (item.kind === "comment") {
    return `#${commentText(item)}\n`;
  }
  return `${keyText(item)}=${valueText(scalarOf(item))}\n`;
}

function scalarOf({ key, value }: Pair): ScalarValue {
  if (!isScalar(value)) {
    throw new SopsError(
      "CANNOT_EMIT",
      `cannot use complex value in dotenv file; offending key ${showText(key)}`,
    );
  }
  return value;
}

/**
 * A key ends at the first `=` and must not begin like a comment; sops writes such keys all the same.
 *
 * @throws SopsError CANNOT_EMIT
 */
export function keyText({ key }: Pair): string {
  if (key.includes("\n") || key.includes("=") || key.startsWith("#")) {
    throw new SopsError(
      "CANNOT_EMIT",
      `cannot use key in dotenv file; offending key ${showText(key)}`,
    );
  }
  return key;
}
