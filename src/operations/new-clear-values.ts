import { matchingRule } from "../config/resolve.js";
import { effectiveSelection } from "../document/metadata.js";
import { plaintextOf } from "../document/plaintext.js";
import {
  compileSelection,
  DEFAULT_UNENCRYPTED_SUFFIX,
  type Selection,
} from "../document/selection.js";
import type { ScalarValue, TreeBranch } from "../document/tree.js";
import { formatTreePath, walkTree, type LeafPosition, type TreePath } from "../document/walk.js";
import { SopsError } from "../support/errors.js";

import type { OpenedFile } from "./rewrite.js";
import type { Run } from "./run.js";

/**
 * A new value is never silently stored clear (security.md T1): where the file's own rule leaves it clear, the creation
 * rule for the path is asked.
 *
 * @throws SopsError NEW_PLAINTEXT when the creation rule would encrypt it
 */
export function judgeNewClearValues(
  { document, branches: before }: Pick<OpenedFile, "document" | "branches">,
  after: readonly TreeBranch[],
  options: { readonly file: string; readonly allowPlaintext: boolean },
  run: Pick<Run, "config" | "notices" | "runtime">,
): void {
  const selection = effectiveSelection(document.metadata.selection);
  const clear = newClearPaths(before, after, compileSelection(selection));
  if (clear.length === 0 || options.allowPlaintext) {
    return;
  }
  const config = run.config();
  const rule =
    config === null ? null : matchingRule({ machine: run.runtime, file: options.file }, config);
  if (rule === null) {
    const isDefault = selection.unencryptedSuffix === DEFAULT_UNENCRYPTED_SUFFIX;
    if (!isDefault) {
      run.notices.warn(
        `stored in clear, as the file's own rule says: ${clear.map(formatTreePath).join(", ")}`,
      );
    }
    return;
  }
  const wanted = selectedPaths(after, compileSelection(effectiveSelection(rule.selection)));
  const refused = clear.map(formatTreePath).filter((path) => wanted.has(path));
  if (refused.length > 0) {
    throw new SopsError(
      "NEW_PLAINTEXT",
      `${refused.join(", ")} would be stored in clear, but the creation rule for this file encrypts it`,
      { details: { paths: refused } },
    );
  }
}

function newClearPaths(
  before: readonly TreeBranch[],
  after: readonly TreeBranch[],
  selection: Selection,
): TreePath[] {
  const known = new Map<string, string>();
  visit(before, selection, (value, at) => known.set(keyOf(at), contentOf(value)));
  const paths: TreePath[] = [];
  visit(after, selection, (value, at) => {
    const content = contentOf(value);
    if (!at.isSelected && content !== "" && known.get(keyOf(at)) !== content) {
      paths.push(at.path());
    }
  });
  return paths;
}

function selectedPaths(branches: readonly TreeBranch[], selection: Selection): Set<string> {
  const paths = new Set<string>();
  visit(branches, selection, (_, at) => {
    if (at.isSelected) {
      paths.add(formatTreePath(at.path()));
    }
  });
  return paths;
}

function visit(
  branches: readonly TreeBranch[],
  selection: Selection,
  see: (value: ScalarValue, at: LeafPosition) => void,
): void {
  walkTree(
    branches,
    selection,
    {
      scalar(value, at) {
        see(value, at);
        return value;
      },
      comment: (comment) => comment,
    },
    (message) => new SopsError("CANNOT_ENCRYPT_TREE", message),
  );
}

function keyOf(at: LeafPosition): string {
  return JSON.stringify([at.documentIndex, ...at.path()]);
}

function contentOf(value: ScalarValue): string {
  return value.kind === "null" || value.kind === "uint"
    ? ""
    : Buffer.from(plaintextOf(value)).toString("base64");
}
