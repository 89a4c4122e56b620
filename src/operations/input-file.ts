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
  const absolute = absolutePath(runtime, file);
  if (!exists(runtime, file, absolute)) {
    throw new SopsError(
      "FILE_NOT_FOUND",
      `Error: cannot operate on non-existent file ${JSON.stringify(absolute)}`,
    );
  }
}

function exists(runtime: Pick<Runtime, "fs">, file: string, absolute: string): boolean {
  try {
    return runtime.fs.statSync(absolute, { throwIfNoEntry: false }) !== undefined;
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
  try {
    return runtime.fs.readFileSync(absolutePath(runtime, file));
  } catch (error) {
    throw cannotRead(file, error);
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
