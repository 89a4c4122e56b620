/** How values, keys and comments are written (spec: formats.md §9.2). */
import { byteLength, isBlank, isCommentMark, trimBlanks } from "./characters.js";
import { keyReadsBack } from "./scan-line.js";
import { readsBack, type ValueStyle } from "./scan-value.js";

/** The reference's own quoting. Nothing is escaped, so some texts read back as others (spec: formats.md §12 #10). */
export function canonicalValue(value: string): string {
  if (value.includes("\n") || value.includes("`")) {
    return `"""${value}"""`;
  }
  if (value.includes("#") || value.includes(";")) {
    return `\`${value}\``;
  }
  const isPadded = isBlank(value.charCodeAt(0)) || isBlank(value.charCodeAt(value.length - 1));
  return isPadded ? `"${value}"` : value;
}

/**
 * A spelling that reads back as exactly `value`: in the style asked for where that can say it, else the reference's,
 * else any other.
 *
 * @param comment what follows on the same line, mark included; empty for nothing
 * @returns `null` when none does
 */
export function exactValue(value: string, style: ValueStyle, comment: string): string | null {
  const first = styled(value, style);
  if (readsBack(first, value, comment)) {
    return first;
  }
  const others = [
    canonicalValue(value),
    value,
    `\`${value}\``,
    `"""${value}"""`,
    `"${value}"`,
    `'${value}'`,
  ];
  return others.find((spelling) => readsBack(spelling, value, comment)) ?? null;
}

function styled(value: string, style: ValueStyle): string {
  return style === "bare" || style === "continued" ? value : style + value + style;
}

export interface SpelledKey {
  readonly text: string;
  /** What the reference counts for padding: bytes, quotes included. */
  readonly width: number;
}

/** @returns `null` when no spelling reads back as `key` */
export function spellKey(key: string): SpelledKey | null {
  if (/^[A-Za-z_][\w.]*$/.test(key)) {
    return { text: key, width: key.length };
  }
  for (const quote of keyQuotes(key)) {
    const text = quote + key + quote;
    if (keyReadsBack(text, key)) {
      return { text, width: byteLength(text) };
    }
  }
  return null;
}

function keyQuotes(key: string): string[] {
  const canonical = /["=:]/.test(key) ? "`" : key.includes("`") ? '"""' : "";
  return [canonical, "`", '"""', '"'];
}

/** Lines of a comment, each with its mark; those of keys are trimmed. */
export function commentLines(text: string, isTrimmed: boolean): string {
  let lines = "";
  for (const line of text.split("\n")) {
    lines += `${commentLine(line, isTrimmed)}\n`;
  }
  return lines;
}

function commentLine(line: string, isTrimmed: boolean): string {
  const spelled = isCommentMark(line.charCodeAt(0))
    ? `${line.charAt(0)} ${trimBlanks(line.slice(1))}`
    : `; ${isTrimmed ? trimBlanks(line) : line}`;
  // Other readers may end a line here: what follows must be a comment to them as well (design: lossless.md 11).
  return spelled.replace(/[\r\u0085\u2028\u2029](?=[^#;])/gu, "$&; ");
}
