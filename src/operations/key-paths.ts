import { parseTreePath, valueAt } from "../document/tree-path.js";
import type { TreeValue } from "../document/tree.js";
import { detectFormat } from "../formats/detect.js";
import type { Runtime } from "../support/runtime.js";

import { loadEncryptedStore } from "./encrypted-document.js";
import { absolutePath } from "./input-file.js";

/**
 * The tree paths that `start` can be completed to, one level deeper than what it says in full. Key names are clear in
 * an encrypted file, so no key is needed; the file may be a plain one too.
 *
 * @param start - such as `["db"]["pa`
 * @returns nothing for a file that cannot be read or understood
 */
export async function keyPaths(
  file: string,
  start: string,
  runtime: Pick<Runtime, "cwd" | "fs">,
): Promise<string[]> {
  try {
    const store = await loadEncryptedStore(detectFormat(undefined, file));
    const source = store.parse(runtime.fs.readFileSync(absolutePath(runtime, file)));
    const { branches } = store.splitMetadata(source.branches);
    const whole = start.endsWith("]") ? start : start.slice(0, Math.max(0, start.lastIndexOf("[")));
    const deeper = childrenOf(valueAt(branches, parseTreePath(whole))).map((part) => whole + part);
    return (deeper.length === 0 && whole !== "" ? [whole] : deeper).filter((path) =>
      path.startsWith(start),
    );
  } catch {
    return [];
  }
}

function childrenOf(value: TreeValue): string[] {
  if (value.kind === "list") {
    return value.items
      .filter((item) => item.kind !== "comment")
      .map((_, index) => `[${String(index)}]`);
  }
  if (value.kind !== "map") {
    return [];
  }
  return value.items.flatMap((item) =>
    item.kind === "pair" && isExpressible(item.key) ? [`["${item.key}"]`] : [],
  );
}

/** A tree path has no escapes (spec: cli.md §5), and a candidate is one line. */
function isExpressible(key: string): boolean {
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  return key !== "" && !/[[\u0000-\u001f\u007f]/.test(key);
}
