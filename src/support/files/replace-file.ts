import type { Stats } from "node:fs";
import * as path from "node:path";

import { systemErrorCode } from "../system-error.js";
import { copyExtendedAttributes, copyOwnerAndMode } from "./attributes.js";
import { collectContent, writeContent, type FileContent } from "./content.js";
import { writeFailure } from "./failure.js";
import type { FileMachine } from "./machine.js";
import { createSibling, removeDeadSiblings, type Sibling } from "./sibling.js";
import {
  assertPermission,
  assertRegularFile,
  isUnchanged,
  resolveTarget,
  type TargetSnapshot,
} from "./target.js";
import { writeInPlace, type InPlaceOptions } from "./write-in-place.js";

const PRIVATE_MODE = 0o600;
/** No sibling can be made here, but the file itself may be writable. */
const NO_SIBLING = new Set(["EACCES", "EPERM", "EROFS", "ENAMETOOLONG"]);
/** The sibling cannot take the place of the file: mount point, sticky directory, open on Windows. */
const NO_RENAME = new Set(["EBUSY", "EXDEV", "EACCES", "EPERM"]);

export interface ReplaceOptions extends InPlaceOptions {
  /** The content is not encrypted: no copy of it is kept for recovery. */
  readonly isClear: boolean;
  /** What was read. When the file is something else by now, nothing is written. */
  readonly expected?: TargetSnapshot | undefined;
  warn(message: string): void;
}

/**
 * Gives an existing file new content (security.md W1-W8, W11). At any instant the file holds all of the old or all of
 * the new; links stay links; mode, owner, group and attributes stay.
 *
 * @returns false when the file is not what `expected` says, and nothing was written
 * @throws SopsError CANNOT_WRITE, the file as it was; what the content throws while it is made, unchanged
 */
export async function replaceFile(
  machine: FileMachine,
  given: string,
  content: FileContent,
  options: ReplaceOptions,
): Promise<boolean> {
  const target = resolveTarget(machine, given);
  const stat = assertRegularFile(given, target);
  return replaceTarget(machine, target.path, stat, content, options);
}

/** As {@link replaceFile}, for a regular file whose links have been resolved. */
export async function replaceTarget(
  machine: FileMachine,
  target: string,
  stat: Stats,
  content: FileContent,
  options: ReplaceOptions,
): Promise<boolean> {
  // Also where a rename would be allowed: the user may not write this file (security.md W8).
  assertPermission(machine, target);
  const isFresh = (): boolean =>
    options.expected === undefined || isUnchanged(machine, options.expected);
  const overwrite = (bytes: Uint8Array): boolean => {
    if (!isFresh()) {
      return false;
    }
    writeInPlace(machine, target, bytes, options);
    return true;
  };
  // Also while the file is written in place: a signal is dealt with when the bytes are whole.
  const forget = machine.onExit(() => {
    // Nothing to clean up here; the sibling has a registration of its own.
  });
  try {
    const sibling = stat.nlink > 1 ? null : openSibling(machine, target, PRIVATE_MODE);
    if (sibling === null) {
      return overwrite(collectContent(content));
    }
    const outcome = await fillAndRename(machine, sibling, content, {
      target,
      prepare: () => copyExtendedAttributes(machine, target, sibling.path),
      finish: () => {
        copyOwnerAndMode(machine, stat, sibling.descriptor);
      },
      isFresh,
    });
    return outcome.kind === "blocked" ? overwrite(outcome.content) : outcome.kind === "renamed";
  } finally {
    forget();
  }
}

/** A file that does not exist yet, complete from its first instant. @throws SopsError CANNOT_WRITE */
export async function createTarget(
  machine: FileMachine,
  target: string,
  content: FileContent,
  mode: number,
): Promise<void> {
  let sibling: Sibling;
  try {
    sibling = createSibling(machine, target, mode);
  } catch (error) {
    throw writeFailure(target, error);
  }
  const outcome = await fillAndRename(machine, sibling, content, { target });
  if (outcome.kind === "blocked") {
    throw writeFailure(target, outcome.cause);
  }
}

function openSibling(machine: FileMachine, target: string, mode: number): Sibling | null {
  try {
    return createSibling(machine, target, mode);
  } catch (error) {
    if (NO_SIBLING.has(systemErrorCode(error) ?? "")) {
      return null;
    }
    throw writeFailure(target, error);
  }
}

interface Renaming {
  readonly target: string;
  /** Before the content is written. */
  prepare?(): Promise<void>;
  /** After the content is flushed. */
  finish?(): void;
  /** Just before the rename; false: leave the target alone. */
  isFresh?(): boolean;
}

type Outcome =
  | { readonly kind: "renamed" | "changed" }
  /** The target cannot be renamed over: the content, read back. */
  | { readonly kind: "blocked"; readonly content: Uint8Array; readonly cause: unknown };

/** Write, flush, set attributes, rename, flush the directory. The sibling is gone afterwards, whatever happens. */
async function fillAndRename(
  machine: FileMachine,
  sibling: Sibling,
  content: FileContent,
  renaming: Renaming,
): Promise<Outcome> {
  const { fs } = machine;
  const { target } = renaming;
  const remove = (): void => {
    fs.unlinkSync(sibling.path);
  };
  const forget = machine.onExit(remove);
  let isRenamed = false;
  try {
    try {
      await renaming.prepare?.();
      writeContent(fs, sibling.descriptor, content);
      fs.fsyncSync(sibling.descriptor);
      renaming.finish?.();
    } finally {
      fs.closeSync(sibling.descriptor);
    }
    if (renaming.isFresh?.() === false) {
      return { kind: "changed" };
    }
    const cause = rename(machine, sibling.path, target);
    if (cause !== null) {
      return { kind: "blocked", content: fs.readFileSync(sibling.path), cause };
    }
    isRenamed = true;
  } catch (error) {
    throw writeFailure(target, error);
  } finally {
    forget();
    if (!isRenamed) {
      quietly(remove);
    }
  }
  flushDirectory(machine, path.dirname(target));
  removeDeadSiblings(machine, target);
  return { kind: "renamed" };
}

/** @returns `null`, or the error that says that the file has to be written in place */
function rename({ fs }: FileMachine, from: string, to: string): unknown {
  try {
    fs.renameSync(from, to);
    return null;
  } catch (error) {
    if (NO_RENAME.has(systemErrorCode(error) ?? "")) {
      return error;
    }
    throw error;
  }
}

/** Makes the rename last. Not every system and file system can do it, and the content is whole in any case. */
function flushDirectory({ fs }: FileMachine, directory: string): void {
  quietly(() => {
    const descriptor = fs.openSync(directory, "r");
    try {
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
  });
}

function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // See the callers: nothing of value depends on it.
  }
}
