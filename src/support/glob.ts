/** Patterns of file names as shells have them; matching takes time linear in pattern times path. */

/** Whether a word is a pattern rather than a name. */
export function isGlob(word: string): boolean {
  return /[*?[]/.test(word);
}

/** The directories in front of the first pattern: `a/b` of `a/b/*.yaml`, empty where there are none. */
export function globBase(pattern: string): string {
  const parts = pattern.split("/");
  const first = parts.findIndex(isGlob);
  return parts.slice(0, first < 0 ? -1 : first).join("/") || (pattern.startsWith("/") ? "/" : "");
}

/**
 * A test for paths whose parts are separated by `/`: `*` and `?` stay within a part, `[a-z]` and `[!a-z]` are one
 * character, a part `**` stands for any number of parts.
 */
export function compileGlob(pattern: string): (path: string) => boolean {
  const parts = pattern.split("/").filter((part) => part !== "." && part !== "");
  return (path) =>
    matchParts(
      parts,
      path.split("/").filter((part) => part !== "." && part !== ""),
    );
}

function matchParts(pattern: readonly string[], path: readonly string[]): boolean {
  return matchSequence(
    pattern.length,
    path.length,
    (at) => pattern[at] === "**",
    (at, place) => matchPart(pattern[at] ?? "", path[place] ?? ""),
  );
}

function matchPart(pattern: string, name: string): boolean {
  const items = splitPart(pattern);
  const chars = Array.from(name);
  return matchSequence(
    items.length,
    chars.length,
    (at) => items[at] === "*",
    (at, place) => matchCharacter(items[at] ?? "", chars[place] ?? ""),
  );
}

/** Pieces of one part: `*`, `?`, `[...]` as a whole, single characters. */
function splitPart(pattern: string): string[] {
  return pattern.match(/\[!?\]?[^\]]*\]|[^]/gu) ?? [];
}

function matchCharacter(item: string, char: string): boolean {
  if (item === "?") {
    return true;
  }
  if (item.length < 3 || !item.startsWith("[")) {
    return item === char;
  }
  const isNegated = item.startsWith("[!");
  const set = item.slice(isNegated ? 2 : 1, -1);
  return inSet(Array.from(set), char) !== isNegated;
}

function inSet(set: readonly string[], char: string): boolean {
  for (let at = 0; at < set.length; at += 1) {
    const isRange = set[at + 1] === "-" && at + 2 < set.length;
    const last = isRange ? set[at + 2] : set[at];
    if ((set[at] ?? "") <= char && char <= (last ?? "")) {
      return true;
    }
    at += isRange ? 2 : 0;
  }
  return false;
}

/** Greedy matching that goes back to the last star only: with one kind of wildcard that is enough. */
function matchSequence(
  patternLength: number,
  length: number,
  isStar: (at: number) => boolean,
  matches: (at: number, place: number) => boolean,
): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let place = 0; place < length;) {
    if (at < patternLength && isStar(at)) {
      star = at;
      resume = place;
      at += 1;
    } else if (at < patternLength && matches(at, place)) {
      at += 1;
      place += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      place = resume;
    } else {
      return false;
    }
  }
  while (at < patternLength && isStar(at)) {
    at += 1;
  }
  return at === patternLength;
}
