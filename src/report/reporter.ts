/**
 * `report/` builds the text for people and the JSON for scripts; nothing below it does. It may import types of
 * `operations/`, and `support/`.
 */
import type { FileOutcome, KeyPlan, Notices } from "../operations/options.js";

export interface ReportOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

export interface FinishOptions {
  /** What was done to the files, for the summary: `encrypted`. */
  readonly verb: string;
  /** Standard output carries the result itself, so nothing else may be written there. */
  readonly isResultOnStdout: boolean;
  /** The exit status where several files were worked on and one failed, whatever their own statuses. */
  readonly exitOfSeveral?: number;
}

export interface Reporter extends Notices {
  /** A line that tells what happens, with the time in front, whether or not `--verbose` is given. */
  note(message: string): void;
  /** How the recipients of files would change, on standard output (spec: cli.md §9.4). */
  plans(plans: readonly KeyPlan[]): void;
  /** Tells why a command ends; `log` is the form of errors without a code of their own (spec: cli.md §11). */
  failure(error: unknown, form: "plain" | "log"): void;
  /**
   * Tells what became of the files.
   *
   * @returns the exit status: that of the failures if they agree on one, else that of SOME_FILES_FAILED
   */
  finish(outcomes: readonly FileOutcome[], options: FinishOptions): number;
}
