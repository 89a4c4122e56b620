import { DataKeyError } from "../support/data-key-error.js";
import { SopsError } from "../support/errors.js";
import { showText } from "../support/text.js";
import { renderDataKeyReport } from "./data-key-report.js";
import { showLines, styled } from "./terminal.js";

/** What can be told of anything thrown; under `--json` this is what is printed. */
export interface FailureView {
  readonly code: string;
  /** Not yet safe to show (security.md M3); may have several lines. */
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly exit: number;
  readonly hints: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;
}

const BUG_EXIT = 1;

/**
 * The message of an error that is not ours may quote content, so it is never shown (security.md M1, M4); with
 * `isDebugging` its stack is.
 */
export function viewFailure(error: unknown, isDebugging: boolean): FailureView {
  if (!(error instanceof SopsError)) {
    return viewBug(error, isDebugging);
  }
  const { file, line } = error.details;
  return {
    code: error.code,
    message: isDebugging ? `${error.message}\n${error.stack ?? ""}` : error.message,
    file: typeof file === "string" ? file : null,
    line: typeof line === "number" ? line : null,
    exit: error.exitCode,
    hints: error.hint === undefined ? [] : [error.hint],
    details: error.details,
  };
}

function viewBug(error: unknown, isDebugging: boolean): FailureView {
  const hasStack = isDebugging && error instanceof Error && error.stack !== undefined;
  const what = hasStack
    ? error.stack
    : `unexpected ${kindOf(error)}; run again with LEAFSEAL_DEBUG=1 and report the stack`;
  return {
    code: "INTERNAL",
    message: `leafseal: error: INTERNAL: ${what}`,
    file: null,
    line: null,
    exit: BUG_EXIT,
    hints: [],
    details: {},
  };
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return "failure";
  }
  const code = "code" in error && typeof error.code === "string" ? ` (${error.code})` : "";
  return `${error.name}${code}`;
}

/** The message for people, safe to show, without a newline at the end. */
export function failureText(error: unknown, isDebugging: boolean, isColoured: boolean): string {
  return error instanceof DataKeyError
    ? renderDataKeyReport(error, isColoured)
    : showLines(viewFailure(error, isDebugging).message);
}

/** Hints as lines, each with its newline. */
export function hintLines(hints: Iterable<string>, isColoured: boolean): string {
  const head = styled("leafseal: hint:", "cyan", isColoured);
  return [...hints].map((hint) => `${head} ${showText(hint)}\n`).join("");
}

/** One line of JSON whose text is harmless on a terminal too (security.md M3). */
export function jsonLine(value: unknown): string {
  const text = JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "bigint" ? item.toString() : item,
  ).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${text}\n`;
}
