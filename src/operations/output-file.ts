import * as path from "node:path";

import { createOutput } from "../support/files/create-output.js";
import { writeFailure } from "../support/files/failure.js";
import { withFileLock } from "../support/files/lock.js";
import { replaceFile } from "../support/files/replace-file.js";
import { assertWritable, takeSnapshot, type TargetSnapshot } from "../support/files/target.js";
import { SopsError } from "../support/errors.js";
import type { Runtime } from "../support/runtime.js";

import { absolutePath, cannotRead, refuseDevice } from "./input-file.js";
import type { DestinationOptions, Notices } from "./options.js";

/** How often a change starts again because somebody else changed the file meanwhile. */
const ATTEMPTS = 10;

/** What `work` makes of a file's bytes; `null` leaves the file as it is. */
export type ChangeWork = (bytes: Uint8Array) => Promise<Uint8Array | null>;

/**
 * Changes a file in place: nobody else of us works on it meanwhile, and it is written whole or not at all
 * (security.md §2).
 *
 * @param isClear the new content is not encrypted
 * @returns false when `work` left the file as it is
 * @throws SopsError CANNOT_WRITE (3) before `work` is asked where the file cannot be written; CANNOT_READ (2)
 */
export async function changeFile(
  runtime: Runtime,
  file: string,
  isClear: boolean,
  notices: Pick<Notices, "warn">,
  work: ChangeWork,
): Promise<boolean> {
  const warn = (message: string): void => {
    notices.warn(message);
  };
  return withFileLock(runtime, file, { warn }, async () => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const snapshot = snapshotOf(runtime, file);
      assertWritable(runtime, file);
      const changed = await work(snapshot.bytes);
      if (changed === null) {
        return false;
      }
      if (await replaceFile(runtime, file, changed, { isClear, expected: snapshot, warn })) {
        return true;
      }
    }
    throw new SopsError(
      "CANNOT_WRITE",
      `${file}: another program keeps changing the file; nothing was written`,
    );
  });
}

function snapshotOf(runtime: Runtime, file: string): TargetSnapshot {
  refuseDevice(runtime, file);
  try {
    return takeSnapshot(runtime, file);
  } catch (error) {
    throw cannotRead(file, error);
  }
}

/**
 * Writes a result to standard output, `--output` or below `--output-dir`.
 *
 * @returns the file written, `undefined` for standard output
 * @throws SopsError CANNOT_WRITE
 */
export async function deliver(
  runtime: Runtime,
  file: string | undefined,
  bytes: Uint8Array,
  destination: DestinationOptions & { readonly isClear: boolean },
  notices: Pick<Notices, "warn">,
): Promise<string | undefined> {
  const target = targetOf(runtime, file, destination);
  if (target === undefined) {
    runtime.stdout.write(bytes);
    return undefined;
  }
  if (destination.outputDir !== undefined) {
    makeDirectory(runtime, target);
  }
  await createOutput(runtime, target, bytes, {
    isClear: destination.isClear,
    warn: (message) => {
      notices.warn(message);
    },
  });
  return target;
}

function makeDirectory(runtime: Runtime, target: string): void {
  try {
    runtime.fs.mkdirSync(path.dirname(absolutePath(runtime, target)), { recursive: true });
  } catch (error) {
    throw writeFailure(target, error);
  }
}

/** Where the result of one file goes; `undefined` is standard output. */
export function targetOf(
  runtime: Pick<Runtime, "cwd">,
  file: string | undefined,
  { output, outputDir }: DestinationOptions,
): string | undefined {
  if (outputDir === undefined || file === undefined) {
    return output;
  }
  const relative = path.relative(runtime.cwd, absolutePath(runtime, file));
  if (relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative)) {
    throw new SopsError(
      "CANNOT_WRITE",
      `${file}: lies outside the working directory, so it has no place below --output-dir`,
    );
  }
  return path.join(outputDir, relative);
}
