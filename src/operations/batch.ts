import { SopsError } from "../support/errors.js";
import type { Runtime } from "../support/runtime.js";

import { absolutePath } from "./input-file.js";
import { targetOf } from "./output-file.js";
import type { DestinationOptions, FileOutcome, Notices } from "./options.js";

/**
 * Runs one file's work over many, in the order given; a failing file does not stop the others.
 *
 * One file (or standard input) alone is no batch: its error is thrown.
 */
export async function runBatch(
  files: readonly string[],
  notices: Pick<Notices, "progress">,
  work: (file: string | undefined) => Promise<Omit<FileOutcome, "file">>,
): Promise<FileOutcome[]> {
  if (files.length <= 1) {
    const [file] = files;
    return [{ file: file ?? "-", ...(await work(file)) }];
  }
  const outcomes: FileOutcome[] = [];
  for (const file of files) {
    outcomes.push({ file, ...(await outcomeOf(file, work)) });
    notices.progress(outcomes.length, files.length);
  }
  return outcomes;
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
