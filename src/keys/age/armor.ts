/** The text form of an age file: PEM, strictly (spec: keys.md §5.1). */
const HEADER = "-----BEGIN AGE ENCRYPTED FILE-----";
const FOOTER = "-----END AGE ENCRYPTED FILE-----";
const COLUMNS = 64;

/** With a final line feed. */
export function encodeArmor(file: Uint8Array): string {
  const text = Buffer.from(file.buffer, file.byteOffset, file.length).toString("base64");
  const lines = [HEADER];
  for (let start = 0; start < text.length; start += COLUMNS) {
    lines.push(text.slice(start, start + COLUMNS));
  }
  return `${lines.join("\n")}\n${FOOTER}\n`;
}

/**
 * White space around it and CRLF are taken; else there is one text only for a file.
 *
 * @returns `null` when it is not armored age text
 */
export function decodeArmor(text: string): Uint8Array | null {
  const lines = text.trim().replaceAll("\r\n", "\n").split("\n");
  const body = lines.slice(1, -1);
  if (lines.length < 2 || lines[0] !== HEADER || lines.at(-1) !== FOOTER) {
    return null;
  }
  if (!body.every((line, index) => isWhole(line) || (isLast(index) && isPart(line)))) {
    return null;
  }
  const base64 = body.join("");
  const bytes = Buffer.from(base64, "base64");
  // The decoder of Node skips what it does not know.
  return bytes.toString("base64") === base64 ? new Uint8Array(bytes) : null;

  function isLast(index: number): boolean {
    return index === body.length - 1;
  }
}

function isWhole(line: string): boolean {
  return line.length === COLUMNS;
}

function isPart(line: string): boolean {
  return line !== "" && line.length < COLUMNS;
}
