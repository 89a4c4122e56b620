import type { FileOutcome } from "../operations/options.js";
import { ERROR_CODES } from "../support/error-codes.js";
import { SopsError } from "../support/errors.js";

const GENERIC_EXIT = 1;

export interface OutcomeCounts {
  readonly done: number;
  readonly unchanged: number;
  readonly failed: number;
}

export function countOutcomes(outcomes: readonly FileOutcome[]): OutcomeCounts {
  const count = (status: FileOutcome["status"]): number =>
    outcomes.filter((outcome) => outcome.status === status).length;
  return { done: count("done"), unchanged: count("unchanged"), failed: count("failed") };
}

/** `3 files encrypted, 1 unchanged, 1 failed` */
export function summaryText(counts: OutcomeCounts, verb: string): string {
  const parts = [`${String(counts.done)} ${counts.done === 1 ? "file" : "files"} ${verb}`];
  if (counts.unchanged > 0) {
    parts.push(`${String(counts.unchanged)} unchanged`);
  }
  if (counts.failed > 0) {
    parts.push(`${String(counts.failed)} failed`);
  }
  return parts.join(", ");
}

/** 0, the one status of all failures, or that of SOME_FILES_FAILED where they differ. */
export function exitOfOutcomes(
  outcomes: readonly FileOutcome[],
  { exitOfSeveral }: { readonly exitOfSeveral?: number } = {},
): number {
  const exits = new Set(
    outcomes
      .filter(({ status }) => status === "failed")
      .map(({ error }) => (error instanceof SopsError ? error.exitCode : GENERIC_EXIT)),
  );
  const [first] = exits;
  if (first === undefined) {
    return 0;
  }
  if (exitOfSeveral !== undefined && outcomes.length > 1) {
    return exitOfSeveral;
  }
  return exits.size === 1 ? first : ERROR_CODES.SOME_FILES_FAILED.exit;
}
