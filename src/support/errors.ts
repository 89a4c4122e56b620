import { ERROR_CODES, type ErrorCode, type ErrorCodeEntry } from "./error-codes.js";

export interface SopsErrorOptions {
  /** Overrides the exit status of the code's table line; only where the spec fixes another one for the same cause. */
  readonly exitCode?: number;
  /** Overrides the code's hint; `null` for none (where the spec fixes the whole of stderr). */
  readonly hint?: string | null;
  /** Facts for `--json`: paths, types, counts. Never a value or key material (security.md M1). */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * Every refusal of the program: a stable code, the exit status of sops, a message for people, a next step.
 *
 * The message never holds a clear value, a data key or a private key (security.md M1).
 */
export class SopsError extends Error {
  readonly code: ErrorCode;
  readonly exitCode: number;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: SopsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const entry: ErrorCodeEntry = ERROR_CODES[code];
    this.name = "SopsError";
    this.code = code;
    this.exitCode = options.exitCode ?? entry.exit;
    this.hint = options.hint === null ? undefined : (options.hint ?? entry.hint);
    this.details = options.details ?? {};
  }
}

/** A text that its format does not allow. `line` counts from 1, `column` from 1; the text itself is never kept. */
export class ParseError extends SopsError {
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(reason: string, line?: number, column?: number) {
    super("CANNOT_PARSE", reason, { details: { line, column } });
    this.name = "ParseError";
    this.line = line;
    this.column = column;
  }
}

/** The message of anything thrown, for wrapping; never a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
