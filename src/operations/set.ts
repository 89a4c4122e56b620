import { equalTrees } from "../document/compare.js";
import { setAt, unsetAt } from "../document/tree-edit.js";
import { parseTreePath } from "../document/tree-path.js";
import {
  stringValue,
  type ListItem,
  type MapItem,
  type TreeBranch,
  type TreeValue,
} from "../document/tree.js";
import { formatTreePath, type TreePath } from "../document/walk.js";
import { parseDecryptionOrder } from "../keys/decryption-order.js";
import { SopsError } from "../support/errors.js";
import type { Runtime } from "../support/runtime.js";
import { describeSystemError } from "../support/system-error.js";
import { decodeText, showText } from "../support/text.js";

import { chooseFormats, chooseLayout } from "./file-formats.js";
import { absolutePath, refuseDevice } from "./input-file.js";
import { parseJsonValue } from "./json-value.js";
import { judgeNewClearValues } from "./new-clear-values.js";
import type {
  ChangeOptions,
  FileOutcome,
  Notices,
  SetOptions,
  UnsetOptions,
  ValueSource,
} from "./options.js";
import { changeFile } from "./output-file.js";
import { refuseReserved } from "./plain-document.js";
import { randomSecret } from "./random-secret.js";
import { openForChange, rewriteOptions, rewriteTree, type TreeChange } from "./rewrite.js";
import { createRun } from "./run.js";

/**
 * Sets one value of an encrypted file.
 *
 * @throws SopsError INVALID_TREE_PATH, INVALID_SET_VALUE (7), ALREADY_ENCRYPTED (203) for a reserved name, and as
 *   decrypting and encrypting
 */
export function setValue(
  options: SetOptions,
  runtime: Runtime,
  notices: Notices,
): Promise<FileOutcome> {
  return changeTree(options, options.idempotent, runtime, notices, async () => {
    const path = changePath(options.path);
    const value = await readValue(options.value, runtime);
    judgeDigits(value, path, options.allowInexact, notices);
    return (branches) => setAt(branches, path, value);
  });
}

/**
 * Removes one entry or element of an encrypted file.
 *
 * @throws SopsError KEY_NOT_FOUND (1) unless idempotent, INVALID_TREE_PATH (7), and as decrypting and encrypting
 */
export function unsetValue(
  options: UnsetOptions,
  runtime: Runtime,
  notices: Notices,
): Promise<FileOutcome> {
  return changeTree(options, false, runtime, notices, () => {
    const path = changePath(options.path);
    return Promise.resolve((branches) => {
      try {
        return unsetAt(branches, path);
      } catch (error) {
        if (options.idempotent && error instanceof SopsError && error.code === "KEY_NOT_FOUND") {
          return null;
        }
        throw error;
      }
    });
  });
}

async function readValue(source: ValueSource, runtime: Runtime): Promise<TreeValue> {
  switch (source.from) {
    case "text":
      return parseJsonValue(source.text);
    case "file":
      return parseJsonValue(decodeText(readValueFile(source.file, runtime)));
    case "stdin":
      return parseJsonValue(decodeText(await runtime.stdin.readAll()));
    case "random":
      return stringValue(randomSecret(source.length, runtime));
  }
}

/**
 * Spliced into a text, the number would be read back as the double that it is not.
 *
 * @throws SopsError INEXACT_NUMBER (exit 23) unless allowed
 */
function judgeDigits(
  value: TreeValue,
  path: TreePath,
  isAllowed: boolean,
  notices: Pick<Notices, "warn">,
): void {
  if (!holdsInexact(value)) {
    return;
  }
  const where = formatTreePath(path);
  if (!isAllowed) {
    throw new SopsError(
      "INEXACT_NUMBER",
      `Error encrypting tree: a number at ${where} has more digits than the file format can keep`,
      { details: { path } },
    );
  }
  notices.warn(`a number at ${where} was rounded: its further digits are not kept`);
}

function holdsInexact(value: TreeValue): boolean {
  const waiting: (TreeValue | MapItem | ListItem)[] = [value];
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    if (item.kind === "pair") {
      waiting.push(item.value);
    } else if (item.kind === "map" || item.kind === "list") {
      for (const inner of item.items) {
        waiting.push(inner);
      }
    } else if (item.kind === "float" && item.inexact === true) {
      return true;
    }
  }
  return false;
}

/** spec: cli.md §12, exit 1 */
function readValueFile(file: string, runtime: Runtime): Uint8Array {
  try {
    refuseDevice(runtime, file);
    return runtime.fs.readFileSync(absolutePath(runtime, file));
  } catch (cause) {
    throw new SopsError(
      "CANNOT_READ",
      `cannot read the file of the value, ${showText(file)}: ${cause instanceof SopsError ? "it is a device" : describeSystemError(cause)}`,
      { exitCode: 1, cause },
    );
  }
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

/** `null` leaves the file as it is. */
type Change = (branches: readonly TreeBranch[]) => TreeBranch[] | null;

/** In the order of cli.md §9.2: configuration, path and value, decryption order, file. */
async function changeTree(
  options: ChangeOptions,
  leavesEqual: boolean,
  runtime: Runtime,
  notices: Notices,
  prepare: () => Promise<Change>,
): Promise<FileOutcome> {
  const run = createRun(options, runtime, notices);
  try {
    const formats = chooseFormats(options.file, options, run);
    const look = chooseLayout(formats.output, options, run);
    const change = await prepare();
    const order = parseDecryptionOrder(options.decryptionOrder);
    const isChanged = await changeFile(runtime, options.file, false, notices, async (bytes) => {
      const file = await openForChange(
        bytes,
        formats.input,
        { ignoreMac: options.ignoreMac, order, audited: { file: options.file } },
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
          rewriteOptions(
            file,
            { ...look, outputFormat: formats.output, allowInexact: options.allowInexact },
            run,
          ),
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
