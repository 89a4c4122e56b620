import { SopsError } from "../support/errors.js";

/**
 * `--encryption-context k:v,k2:v2` (cli.md §2.1).
 *
 * @returns `undefined` for an empty text
 * @throws SopsError INVALID_ENCRYPTION_CONTEXT (exit 6) unless each element has exactly one colon
 */
export function parseEncryptionContext(
  text: string | undefined,
): ReadonlyMap<string, string> | undefined {
  if (text === undefined || text === "") {
    return undefined;
  }
  const context = new Map<string, string>();
  for (const element of text.split(",")) {
    const [key, value, ...rest] = element.split(":");
    if (key === undefined || value === undefined || rest.length > 0) {
      throw new SopsError("INVALID_ENCRYPTION_CONTEXT", "Invalid KMS encryption context format", {
        hint: "write it as key:value,key2:value2",
      });
    }
    context.set(key, value);
  }
  return context;
}
