import { ParseError } from "../../support/errors.js";
import { decodeUtf8 } from "../../support/text.js";

/** What every message about unreadable JSON starts with. */
export const JSON_ERROR_PREFIX = "Could not unmarshal input data: ";

/**
 * The bytes of a JSON file as text; a byte order mark stays, and is refused later as a character out of place.
 *
 * @throws ParseError for invalid UTF-8, which sops would silently replace (decisions.md)
 */
export function decodeJson(source: Uint8Array): string {
  const text = decodeUtf8(source);
  if (text === null) {
    const { line, column } = positionOfInvalidByte(source);
    throw new ParseError(`${JSON_ERROR_PREFIX}invalid UTF-8`, line, column);
  }
  return text;
}

/** Bisects over prefixes: a streaming decoder accepts a sequence that is merely cut off. */
function positionOfInvalidByte(source: Uint8Array): { line: number; column: number } {
  let valid = 0;
  let invalid = source.length + 1;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (isValidPrefix(source.subarray(0, middle))) {
      valid = middle;
    } else {
      invalid = middle;
    }
  }
  const prefix = source.subarray(0, valid);
  const lineStart = prefix.lastIndexOf(LINE_FEED) + 1;
  const lines = prefix.reduce((count, byte) => (byte === LINE_FEED ? count + 1 : count), 1);
  return { line: lines, column: valid - lineStart + 1 };
}

const LINE_FEED = 0x0a;

function isValidPrefix(prefix: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(prefix, { stream: true });
    return true;
  } catch {
    return false;
  }
}
