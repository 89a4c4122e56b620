import { ParseError } from "../support/errors.js";

/** The longest string that Node.js can hold on 64-bit machines, in UTF-16 units. */
const MAX_TEXT_LENGTH = 2 ** 29 - 24;

/** Text formats are read whole, so a larger file is refused before it is decoded. @throws ParseError */
export function refuseOversizedText(source: Uint8Array): void {
  if (source.length > MAX_TEXT_LENGTH) {
    throw new ParseError("the file is larger than 512 MiB, too large for a text format");
  }
}
