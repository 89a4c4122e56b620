import { ParseError } from "../../support/errors.js";
import { decodeUtf8, validUtf8Length } from "../../support/text.js";
import { refuseOversizedText } from "../text-size.js";

const LINE_FEED = 0x0a;

/** What every message about unreadable JSON starts with. */
export const JSON_ERROR_PREFIX = "Could not unmarshal input data: ";

/**
 * The bytes of a JSON file as text; a byte order mark stays, and is refused later as a character out of place.
 *
 * @throws ParseError for invalid UTF-8, which sops would silently replace (decisions.md)
 */
export function decodeJson(source: Uint8Array): string {
  refuseOversizedText(source);
  const text = decodeUtf8(source);
  if (text === null) {
    const { line, column } = positionOf(source, validUtf8Length(source));
    throw new ParseError(`${JSON_ERROR_PREFIX}invalid UTF-8`, line, column);
  }
  return text;
}

function positionOf(source: Uint8Array, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = source.indexOf(LINE_FEED); at !== -1 && at < offset; line += 1) {
    lineStart = at + 1;
    at = source.indexOf(LINE_FEED, lineStart);
  }
  return { line, column: offset - lineStart + 1 };
}
