import * as path from "node:path";

import type { FileSystem } from "../runtime.js";
import { describeSystemError } from "../system-error.js";
import { showText } from "../text.js";
import { writeContent } from "./content.js";
import { cannotWrite, writeFailure } from "./failure.js";
import type { FileMachine } from "./machine.js";
import { privateDirectory } from "./private-directory.js";

export interface InPlaceOptions {
  readonly isClear: boolean;
  warn(message: string): void;
}

/**
 * Writes over a file that cannot be replaced: its directory is not writable, it is a mount point, or it has other
 * names (security.md W7). The old bytes are kept in memory and put back when anything fails; new ciphertext is first
 * saved to a recovery file, for the case that the process is killed.
 *
 * @throws SopsError CANNOT_WRITE; it names the recovery file when the old bytes could not be put back either
 */
export function writeInPlace(
  machine: FileMachine,
  target: string,
  content: Uint8Array,
  options: InPlaceOptions,
): void {
  const { fs } = machine;
  let descriptor: number;
  let old: Uint8Array;
  try {
    old = fs.readFileSync(target);
    descriptor = fs.openSync(target, "r+");
  } catch (error) {
    throw writeFailure(target, error);
  }
  const recovery = options.isClear ? null : saveRecoveryFile(machine, target, content, options);
  try {
    overwrite(fs, descriptor, content);
  } catch (error) {
    putBack(fs, descriptor, old, target, recovery, error);
    removeQuietly(fs, recovery);
    throw writeFailure(target, error);
  } finally {
    fs.closeSync(descriptor);
  }
  removeQuietly(fs, recovery);
}

/** Never truncated first: longer content is cut off only when all of the new is written. */
function overwrite(fs: FileSystem, descriptor: number, content: Uint8Array): void {
  let offset = 0;
  while (offset < content.length) {
    offset += fs.writeSync(descriptor, content, offset, content.length - offset, offset);
  }
  fs.ftruncateSync(descriptor, content.length);
  fs.fsyncSync(descriptor);
}

function putBack(
  fs: FileSystem,
  descriptor: number,
  old: Uint8Array,
  target: string,
  recovery: string | null,
  cause: unknown,
): void {
  try {
    overwrite(fs, descriptor, old);
  } catch (error) {
    const advice =
      recovery === null ? "restore it from Git" : `the new content is in ${showText(recovery)}`;
    throw cannotWrite(
      target,
      `${describeSystemError(cause)}, and the old content could not be put back ` +
        `(${describeSystemError(error)}); ${advice}`,
      cause,
    );
  }
}

function saveRecoveryFile(
  machine: FileMachine,
  target: string,
  content: Uint8Array,
  options: InPlaceOptions,
): string | null {
  const { fs } = machine;
  try {
    const random = Buffer.from(machine.randomBytes(8)).toString("hex");
    const file = path.join(privateDirectory(machine, "recovery"), `${random}.encrypted`);
    const descriptor = fs.openSync(file, "wx", 0o600);
    try {
      writeContent(fs, descriptor, content);
      fs.fsyncSync(descriptor);
    } catch (error) {
      removeQuietly(fs, file);
      throw error;
    } finally {
      fs.closeSync(descriptor);
    }
    return file;
  } catch {
    options.warn(`no recovery copy could be made before ${showText(target)} is written in place`);
    return null;
  }
}

function removeQuietly(fs: FileSystem, file: string | null): void {
  if (file === null) {
    return;
  }
  try {
    fs.unlinkSync(file);
  } catch {
    // It is ciphertext in a private directory.
  }
}
