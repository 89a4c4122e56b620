/**
 * Splits a command line into words as a POSIX shell does, and does nothing else that a shell does: no variables, no
 * patterns, no pipes (security.md E4, keys.md §5.2).
 *
 * Quotes `'` and `"`, backslash (inside `"` only before `$`, backtick, `"`, `\` and a line feed), `#` comments at the
 * start of a word.
 *
 * @returns `null` when a quote is not closed or the text ends in a backslash
 */
export function splitShellWords(text: string): string[] | null {
  const scanner: Scanner = { text, position: 0, word: null, words: [] };
  while (scanner.position < text.length) {
    if (!scanNext(scanner)) {
      return null;
    }
  }
  endWord(scanner);
  return scanner.words;
}

interface Scanner {
  readonly text: string;
  position: number;
  /** `null` between words; a quoted empty text is a word. */
  word: string | null;
  readonly words: string[];
}

const ESCAPABLE_IN_QUOTES = new Set(["$", "`", '"', "\\", "\n"]);

/** @returns false when something is not finished */
function scanNext(scanner: Scanner): boolean {
  const char = scanner.text.charAt(scanner.position);
  scanner.position += 1;
  switch (char) {
    case " ":
    case "\t":
    case "\r":
    case "\n":
      endWord(scanner);
      return true;
    case "'":
      return scanSingleQuoted(scanner);
    case '"':
      return scanDoubleQuoted(scanner);
    case "\\":
      return scanEscape(scanner);
    case "#":
      if (scanner.word === null) {
        skipComment(scanner);
        return true;
      }
      break;
    default:
      break;
  }
  append(scanner, char);
  return true;
}

function append(scanner: Scanner, text: string): void {
  scanner.word = (scanner.word ?? "") + text;
}

function endWord(scanner: Scanner): void {
  if (scanner.word !== null) {
    scanner.words.push(scanner.word);
    scanner.word = null;
  }
}

function skipComment(scanner: Scanner): void {
  const end = scanner.text.indexOf("\n", scanner.position);
  scanner.position = end === -1 ? scanner.text.length : end;
}

function scanSingleQuoted(scanner: Scanner): boolean {
  const end = scanner.text.indexOf("'", scanner.position);
  if (end === -1) {
    return false;
  }
  append(scanner, scanner.text.slice(scanner.position, end));
  scanner.position = end + 1;
  return true;
}

function scanDoubleQuoted(scanner: Scanner): boolean {
  append(scanner, "");
  while (scanner.position < scanner.text.length) {
    const char = scanner.text.charAt(scanner.position);
    scanner.position += 1;
    if (char === '"') {
      return true;
    }
    const next = scanner.text.charAt(scanner.position);
    if (char === "\\" && ESCAPABLE_IN_QUOTES.has(next)) {
      scanner.position += 1;
      append(scanner, next === "\n" ? "" : next);
    } else {
      append(scanner, char);
    }
  }
  return false;
}

/** Outside quotes; a backslash before a line feed joins the lines. */
function scanEscape(scanner: Scanner): boolean {
  if (scanner.position >= scanner.text.length) {
    return false;
  }
  const char = scanner.text.charAt(scanner.position);
  scanner.position += 1;
  if (char !== "\n") {
    append(scanner, char);
  }
  return true;
}
