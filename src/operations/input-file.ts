import * as path from "node:path";

import { SopsError } from "../support/errors.js";
import type { Runtime } from "../support/runtime.js";
import { describeSystemError } from "../support/system-error.js";

/** Lexically absolute, links not followed (config.md §4.2). */
export function absolutePath(runtime: Pick<Runtime, "cwd">, file: string): string {
  return path.resolve(runtime.cwd, file);
}

/** @throws SopsError FILE_NOT_FOUND (exit 100); CANNOT_READ (2) where the system cannot even look for it */
export function requireExisting(runtime: Pick<Runtime, "cwd" | "fs">, file: string): void {
  if (!isThere(runtime, file)) {
    throw new SopsError(
      "FILE_NOT_FOUND",
      `Error: cannot operate on non-existent file ${JSON.stringify(absolutePath(runtime, file))}`,
    );
  }
}

/** @throws SopsError CANNOT_READ (exit 2) where the system cannot tell */
export function isThere(runtime: Pick<Runtime, "cwd" | "fs">, file: string): boolean {
  try {
    return (
      runtime.fs.statSync(absolutePath(runtime, file), { throwIfNoEntry: false }) !== undefined
    );
  } catch (error) {
    throw cannotRead(file, error);
  }
}

/**
 * The bytes of a file, or of standard input where none is named.
 *
 * @throws SopsError CANNOT_READ (exit 2)
 */
export async function readInput(runtime: Runtime, file: string | undefined): Promise<Uint8Array> {
  if (file === undefined) {
    return runtime.stdin.readAll();
  }
  refuseDevice(runtime, file);
  try {
    return runtime.fs.readFileSync(absolutePath(runtime, file));
  } catch (error) {
    throw cannotRead(file, error);
  }
}

/** Devices whose content ends: at once, or when the user says so. */
const ENDING_DEVICE = /^\/dev\/(?:null|console|tty\w*|pts\/\d+)$/;

/**
 * A link in a repository may lead to a device that never ends (security.md I1, I11). A file that is not there, or not
 * to be looked at, is the business of whoever reads it.
 *
 * @throws SopsError CANNOT_READ (exit 2)
 */
export function refuseDevice(runtime: Pick<Runtime, "cwd" | "fs">, file: string): void {
  const absolute = absolutePath(runtime, file);
  let isEndless: boolean;
  try {
    const stat = runtime.fs.statSync(absolute);
    isEndless =
      (stat.isCharacterDevice() || stat.isBlockDevice()) &&
      !ENDING_DEVICE.test(runtime.fs.realpathSync(absolute));
  } catch {
    return;
  }
  if (isEndless) {
    throw new SopsError("CANNOT_READ", `Error reading file: ${file}: it is a device`);
  }
}

/** @returns the error to throw for a file that could not be read */
export function cannotRead(file: string, cause: unknown): SopsError {
  return new SopsError(
    "CANNOT_READ",
    `Error reading file: ${file}: ${describeSystemError(cause)}`,
    { cause },
  );
}
