import { SopsError } from "../support/errors.js";

const BUG_EXIT = 1;

/** The exit status for anything thrown (spec: cli.md §12). */
export function exitCodeOf(error: unknown): number {
  return error instanceof SopsError ? error.exitCode : BUG_EXIT;
}

/** Errors about the invocation itself come as a fatal log line (spec: cli.md §1.5). */
export function isLogged(error: unknown): boolean {
  return (
    error instanceof SopsError && (error.code === "USAGE" || error.code === "INVALID_ENVIRONMENT")
  );
}
