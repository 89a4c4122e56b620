/** Unicode white space beyond ASCII. */
const WIDE_BLANKS: ReadonlySet<number> = new Set([
  0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008,
  0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
]);

/** What the reference trims: Unicode white space; unlike `trim()` with NEL and without the byte order mark. */
export function isBlank(code: number): boolean {
  return code < 0x80 ? code === 0x20 || (code >= 0x09 && code <= 0x0d) : WIDE_BLANKS.has(code);
}

/** The first offset from `start` on that is not blank, `end` at most. */
export function skipBlanks(text: string, start: number, end: number): number {
  let offset = start;
  while (offset < end && isBlank(text.charCodeAt(offset))) {
    offset += 1;
  }
  return offset;
}

/** The offset behind the last character before `end` that is not blank, `start` at least. */
export function trimEnd(text: string, start: number, end: number): number {
  let offset = end;
  while (offset > start && isBlank(text.charCodeAt(offset - 1))) {
    offset -= 1;
  }
  return offset;
}

export function trimBlanks(text: string): string {
  const start = skipBlanks(text, 0, text.length);
  return text.slice(start, trimEnd(text, start, text.length));
}

/** `#` or `;`. */
export function isCommentMark(code: number): boolean {
  return code === 0x23 || code === 0x3b;
}

/** The first `#` or `;` in `[start, end)`, -1 without one. */
export function findCommentMark(text: string, start: number, end: number): number {
  for (let offset = start; offset < end; offset += 1) {
    if (isCommentMark(text.charCodeAt(offset))) {
      return offset;
    }
  }
  return -1;
}

/** The offset of the line feed that ends the line, or the end of the text. */
export function lineEndAt(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end === -1 ? text.length : end;
}

/** The start of the line after the one that ends at `lineEnd`. */
export function nextLine(text: string, lineEnd: number): number {
  return Math.min(lineEnd + 1, text.length);
}

/** Length in UTF-8; a lone surrogate stands for one byte (`support/text.ts`). */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 0x80 && (code < 0xd800 || code > 0xdfff)) {
      bytes += code < 0x800 ? 1 : 2;
    } else if (code >= 0xd800 && code <= 0xdbff) {
      // The pair is two units and four bytes.
      bytes += 2;
      index += 1;
    }
  }
  return bytes;
}
