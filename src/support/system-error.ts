/** The code of an error of the operating system, such as `ENOENT`; `null` for anything else. */
export function systemErrorCode(error: unknown): string | null {
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    return error.code;
  }
  return null;
}

/**
 * A system error for people, without call and path: `no space left on device (ENOSPC)`.
 *
 * Never the message of another kind of error, which could quote content (security.md M1).
 */
export function describeSystemError(error: unknown): string {
  const code = systemErrorCode(error);
  if (code === null || !(error instanceof Error)) {
    return "unexpected failure";
  }
  const start = `${code}: `;
  if (!error.message.startsWith(start)) {
    return code;
  }
  const comma = error.message.indexOf(",", start.length);
  const text = error.message.slice(start.length, comma === -1 ? undefined : comma);
  return `${text} (${code})`;
}
