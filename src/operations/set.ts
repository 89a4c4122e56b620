import { equalTrees } from "../document/compare.js";
import { setAt, unsetAt } from "../document/tree-edit.js";
import { parseTreePath } from "../document/tree-path.js";
import type { TreeBranch } from "../document/tree.js";
import type { TreePath } from "../document/walk.js";
import { parseDecryptionOrder } from "../keys/decryption-order.js";
import { SopsError } from "../support/errors.js";
import type { Runtime } from "../support/runtime.js";

import { chooseFormats, chooseLayout } from "./file-formats.js";
import { parseJsonValue } from "./json-value.js";
import { judgeNewClearValues } from "./new-clear-values.js";
import type { ChangeOptions, FileOutcome, Notices, SetOptions, UnsetOptions } from "./options.js";
import { changeFile } from "./output-file.js";
import { refuseReserved } from "./plain-document.js";
import { openForChange, rewriteOptions, rewriteTree, type TreeChange } from "./rewrite.js";
import { createRun } from "./run.js";

/**
 * Sets one value of an encrypted file.
 *
 * @throws SopsError INVALID_TREE_PATH, INVALID_SET_VALUE (7), ALREADY_ENCRYPTED (203) for a reserved name, and as
 *   decrypting and encrypting
 */
export async function setValue(
  options: SetOptions,
  runtime: Runtime,
  notices: Notices,
): Promise<FileOutcome> {
  const path = changePath(options.path);
  const value = await parseJsonValue(options.value);
  return changeTree(options, options.idempotent, runtime, notices, (branches) =>
    setAt(branches, path, value),
  );
}

/**
 * Removes one entry or element of an encrypted file.
 *
 * @throws SopsError KEY_NOT_FOUND (1) unless idempotent, INVALID_TREE_PATH (7), and as decrypting and encrypting
 */
export async function unsetValue(
  options: UnsetOptions,
  runtime: Runtime,
  notices: Notices,
): Promise<FileOutcome> {
  const path = changePath(options.path);
  return changeTree(options, false, runtime, notices, (branches) => {
    try {
      return unsetAt(branches, path);
    } catch (error) {
      if (options.idempotent && error instanceof SopsError && error.code === "KEY_NOT_FOUND") {
        return null;
      }
      throw error;
    }
  });
}

/** A bad path of `set` and `unset` is exit 7 (cli.md §5). */
function changePath(text: string): TreePath {
  try {
    const path = parseTreePath(text);
    if (path.length > 0) {
      return path;
    }
  } catch (error) {
    if (!(error instanceof SopsError)) {
      throw error;
    }
    throw new SopsError(error.code, `Invalid index: ${error.message}`, {
      exitCode: 7,
      cause: error,
    });
  }
  throw new SopsError("INVALID_TREE_PATH", "Invalid index: the tree path is empty", {
    exitCode: 7,
  });
}

async function changeTree(
  options: ChangeOptions,
  leavesEqual: boolean,
  runtime: Runtime,
  notices: Notices,
  change: (branches: readonly TreeBranch[]) => TreeBranch[] | null,
): Promise<FileOutcome> {
  const run = createRun(options, runtime, notices);
  try {
    const formats = chooseFormats(options.file, options, run);
    const look = chooseLayout(formats.output, options, run);
    const order = parseDecryptionOrder(options.decryptionOrder);
    const isChanged = await changeFile(runtime, options.file, false, notices, async (bytes) => {
      const file = await openForChange(
        bytes,
        formats.input,
        { ignoreMac: options.ignoreMac, order },
        run,
      );
      try {
        const changed = change(file.branches);
        if (changed === null || (leavesEqual && equalTrees(file.branches, changed, "layout"))) {
          return null;
        }
        refuseReserved(changed, file.document.store);
        judgeNewClearValues(file, changed, options, run);
        const apply: TreeChange = (branches) => change(branches) ?? [...branches];
        return await rewriteTree(
          file,
          apply,
          rewriteOptions(file, { ...look, outputFormat: formats.output }, run),
        );
      } finally {
        file.close();
      }
    });
    return { file: options.file, status: isChanged ? "done" : "unchanged" };
  } finally {
    run.close();
  }
}
