import { RE2JS } from "re2js";

import { SopsError } from "./errors.js";

/** A compiled RE2 pattern: unanchored search in time linear in the text (security.md R1). */
export interface Pattern {
  readonly source: string;
  test(text: string): boolean;
}

const compiled = new Map<string, Pattern>();

/**
 * Compiles a pattern with RE2 syntax and meaning (config.md §9); results are cached by source.
 *
 * @throws SopsError INVALID_REGEX naming `where` the pattern comes from, never its text's matches
 */
export function compilePattern(source: string, where: string): Pattern {
  const known = compiled.get(source);
  if (known !== undefined) {
    return known;
  }
  const pattern: Pattern = { source, test: searcher(source, where) };
  compiled.set(source, pattern);
  return pattern;
}

function searcher(source: string, where: string): (text: string) => boolean {
  let program: RE2JS;
  try {
    program = RE2JS.compile(source);
  } catch (cause) {
    throw new SopsError("INVALID_REGEX", `${where}: not a valid RE2 pattern`, { cause });
  }
  return (text) => program.matcher(text).find();
}
