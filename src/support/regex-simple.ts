/**
 * Everyday patterns without an engine: a proven subset of RE2.
 *
 * What it takes: alternatives of literal text, each with an optional `^` and `$`; in them `.*`, `.+`, a group of
 * literal alternatives, `?` after one character or group (also in a group), and `(?i)` in front of everything. Whatever else stands in
 * a pattern, valid or not, is left to the engine. A property test compares the two.
 */
export type SimpleAnswer = boolean | "ask the engine";

/** Several spellings, one of which must stand there, after a gap. */
interface Segment {
  readonly gap: "none" | "any" | "some";
  readonly spellings: readonly string[];
}

interface Branch {
  readonly atStart: boolean;
  readonly atEnd: boolean;
  readonly segments: readonly Segment[];
}

const MOST_SPELLINGS = 64;

/**
 * @returns a matcher, or `null` when the pattern is outside the subset. The matcher hands back single texts that need
 * the engine: a newline under `.`, letters beyond ASCII under `(?i)`.
 */
export function simpleMatcher(source: string): ((text: string) => SimpleAnswer) | null {
  const foldsCase = source.startsWith("(?i)");
  const body = foldsCase ? source.slice(4) : source;
  if (!body.isWellFormed() || (foldsCase && !isAscii(body))) {
    return null;
  }
  const branches = parsePattern(foldsCase ? body.toLowerCase() : body);
  if (branches === null) {
    return null;
  }
  const hasGaps = branches.some(({ segments }) => segments.some(({ gap }) => gap !== "none"));
  return (text) => {
    if ((hasGaps && text.includes("\n")) || (foldsCase && !isAscii(text)) || !text.isWellFormed()) {
      return "ask the engine";
    }
    const subject = foldsCase ? text.toLowerCase() : text;
    return branches.some((branch) => matches(branch, subject));
  };
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) > 0x7f) {
      return false;
    }
  }
  return true;
}

/**
 * The earliest end of every segment leaves the most room for the rest, so no backtracking is needed; only the last
 * segment of an anchored branch has a fixed place.
 */
function matches(branch: Branch, text: string): boolean {
  const last = branch.segments.length - 1;
  let position = 0;
  for (const [index, { gap, spellings }] of branch.segments.entries()) {
    if (gap === "some" && position === text.length) {
      return false;
    }
    const earliest = gap === "some" ? afterCodePoint(text, position) : position;
    const isFixed = gap === "none" && branch.atStart;
    if (index === last && branch.atEnd) {
      return spellings.some((spelling) => endsThere(text, spelling, earliest, isFixed));
    }
    const end = isFixed ? endOfPrefix(text, spellings) : earliestEnd(text, spellings, earliest);
    if (end < 0) {
      return false;
    }
    position = end;
  }
  return true;
}

function afterCodePoint(text: string, position: number): number {
  return position + ((text.codePointAt(position) ?? 0) > 0xffff ? 2 : 1);
}

function endsThere(text: string, spelling: string, earliest: number, isFixed: boolean): boolean {
  const start = text.length - spelling.length;
  return (isFixed ? start === 0 : start >= earliest) && text.endsWith(spelling);
}

function endOfPrefix(text: string, spellings: readonly string[]): number {
  let best = -1;
  for (const spelling of spellings) {
    if ((best < 0 || spelling.length < best) && text.startsWith(spelling)) {
      best = spelling.length;
    }
  }
  return best;
}

function earliestEnd(text: string, spellings: readonly string[], from: number): number {
  let best = -1;
  for (const spelling of spellings) {
    const found = text.indexOf(spelling, from);
    if (found >= 0 && (best < 0 || found + spelling.length < best)) {
      best = found + spelling.length;
    }
  }
  return best;
}

interface Cursor {
  readonly source: string;
  position: number;
}

function parsePattern(source: string): Branch[] | null {
  const cursor: Cursor = { source, position: 0 };
  const branches: Branch[] = [];
  for (;;) {
    const branch = parseBranch(cursor);
    if (branch === null) {
      return null;
    }
    branches.push(branch);
    if (cursor.position === source.length) {
      return branches;
    }
    if (source[cursor.position] !== "|") {
      return null;
    }
    cursor.position += 1;
  }
}

function parseBranch(cursor: Cursor): Branch | null {
  const atStart = take(cursor, "^");
  const segments: Segment[] = [];
  let gap: Segment["gap"] = "none";
  for (;;) {
    const spellings = parseLiterals(cursor);
    if (spellings === null) {
      return null;
    }
    segments.push({ gap, spellings });
    if (take(cursor, ".*")) {
      gap = "any";
    } else if (take(cursor, ".+")) {
      gap = "some";
    } else {
      return { atStart, atEnd: take(cursor, "$"), segments };
    }
    if (isRepetition(cursor.source[cursor.position])) {
      return null;
    }
  }
}

/** A run of literal characters and groups as the list of texts that it stands for. */
function parseLiterals(cursor: Cursor, inGroup = false): string[] | null {
  let spellings = [""];
  while (!endsLiterals(cursor)) {
    const item = parseItem(cursor, inGroup);
    if (item === null) {
      return null;
    }
    if (take(cursor, "?")) {
      item.push("");
    }
    const isTooMuch = spellings.length * item.length > MOST_SPELLINGS;
    if (isTooMuch || isRepetition(cursor.source[cursor.position])) {
      return null;
    }
    spellings = spellings.flatMap((start) => item.map((end) => start + end));
  }
  return spellings;
}

function endsLiterals({ source, position }: Cursor): boolean {
  const next = source[position];
  if (next === ".") {
    const after = source[position + 1];
    return after === "*" || after === "+";
  }
  return next === undefined || next === "|" || next === ")" || next === "$";
}

function parseItem(cursor: Cursor, inGroup: boolean): string[] | null {
  if (!take(cursor, "(")) {
    const literal = parseCharacter(cursor);
    return literal === null ? null : [literal];
  }
  take(cursor, "?:");
  const spellings: string[] = [];
  do {
    const alternative = inGroup ? null : parseLiterals(cursor, true);
    if (alternative === null) {
      return null;
    }
    spellings.push(...alternative);
  } while (take(cursor, "|"));
  return take(cursor, ")") ? spellings : null;
}

/** One code point, plain or an escaped ASCII punctuation mark. */
function parseCharacter(cursor: Cursor): string | null {
  const code = cursor.source.codePointAt(cursor.position);
  if (code === undefined) {
    return null;
  }
  const char = String.fromCodePoint(code);
  if (char !== "\\") {
    cursor.position += char.length;
    return "^$.[]|()?*+{}".includes(char) ? null : char;
  }
  const escaped = cursor.source[cursor.position + 1];
  if (escaped === undefined || !/[!-/:-@[-`{-~]/u.test(escaped)) {
    return null;
  }
  cursor.position += 2;
  return escaped;
}

function isRepetition(char: string | undefined): boolean {
  return char === "?" || char === "*" || char === "+" || char === "{";
}

function take(cursor: Cursor, text: string): boolean {
  if (!cursor.source.startsWith(text, cursor.position)) {
    return false;
  }
  cursor.position += text.length;
  return true;
}
