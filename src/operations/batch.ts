import { settleAll } from "../support/concurrency.js";
import { SopsError } from "../support/errors.js";
import type { Runtime } from "../support/runtime.js";
import { showText } from "../support/text.js";

import { absolutePath } from "./input-file.js";
import { targetOf } from "./output-file.js";
import type { DestinationOptions, FileOutcome, Notices } from "./options.js";

/** Enough to hide the answers of remote keys; each file's content is in memory meanwhile. */
export const FILES_AT_A_TIME = 4;

/**
 * Runs one file's work over many, started in the order given; a failing file does not stop the others.
 *
 * One file (or standard input) alone is no batch: its error is thrown.
 *
 * @param atATime - files whose work runs at once; more than one only where nothing goes to standard output
 * @returns the outcomes in the order of the files
 */
export async function runBatch(
  files: readonly string[],
  notices: Pick<Notices, "progress">,
  work: (file: string | undefined) => Promise<Omit<FileOutcome, "file">>,
  atATime = 1,
): Promise<FileOutcome[]> {
  if (files.length <= 1) {
    const [file] = files;
    return [{ file: file ?? "-", ...(await work(file)) }];
  }
  let done = 0;
  const settled = await settleAll(files, atATime, async (file): Promise<FileOutcome> => {
    const outcome = await outcomeOf(file, work);
    done += 1;
    notices.progress(done, files.length);
    return { file, ...outcome };
  });
  return settled.map((result) => {
    if (result.status === "rejected") {
      throw result.reason;
    }
    return result.value;
  });
}

/** Warnings of a batch say which file they are about. */
export function noticesOf(file: string, count: number, notices: Notices): Notices {
  if (count < 2) {
    return notices;
  }
  return {
    ...notices,
    warn: (message) => {
      notices.warn(`${showText(file)}: ${message}`);
    },
  };
}

async function outcomeOf(
  file: string,
  work: (file: string) => Promise<Omit<FileOutcome, "file">>,
): Promise<Omit<FileOutcome, "file">> {
  try {
    return await work(file);
  } catch (error) {
    return { status: "failed", error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/**
 * Two files of a batch may not have one target (decisions.md, Many files).
 *
 * @throws SopsError CONFLICTING_PARAMETERS (exit 8)
 */
export function refuseSharedTargets(
  runtime: Pick<Runtime, "cwd">,
  files: readonly string[],
  destination: DestinationOptions,
): void {
  const seen = new Set<string>();
  for (const file of files) {
    const target = absolutePath(runtime, targetOf(runtime, file, destination) ?? file);
    if (seen.has(target)) {
      throw new SopsError(
        "CONFLICTING_PARAMETERS",
        `Error: two results would be written to ${target}`,
      );
    }
    seen.add(target);
  }
}
