import { SopsError } from "../errors.js";
import { describeSystemError, systemErrorCode } from "../system-error.js";
import { showText } from "../text.js";

/**
 * An error of the system as our refusal to write, exit 3 (cli.md §4); any other error, such as one thrown while the
 * content was made, as it is.
 */
export function writeFailure(path: string, cause: unknown): Error {
  if (!(cause instanceof Error)) {
    return new Error(String(cause));
  }
  if (cause instanceof SopsError || systemErrorCode(cause) === null) {
    return cause;
  }
  return cannotWrite(path, describeSystemError(cause), cause);
}

export function cannotWrite(path: string, reason: string, cause?: unknown): SopsError {
  return new SopsError("CANNOT_WRITE", `cannot write ${showText(path)}: ${reason}`, {
    cause,
    details: { file: path },
  });
}
