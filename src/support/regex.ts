import { createRequire } from "node:module";

import type * as Re2 from "re2js";

import { SopsError } from "./errors.js";
import { simpleMatcher } from "./regex-simple.js";
import { translateProperties } from "./regex-properties.js";

/** A compiled RE2 pattern: unanchored search in time linear in the text (security.md R1). */
export interface Pattern {
  readonly source: string;
  test(text: string): boolean;
}

const compiled = new Map<string, Pattern>();

/**
 * Compiles a pattern with RE2 syntax and meaning (config.md §9); results are cached by source.
 *
 * Patterns of the everyday kind (`^(data|stringData)$`) are matched without the engine, whose loading costs more than
 * a small file's whole decryption.
 *
 * @throws SopsError INVALID_REGEX naming `where` the pattern comes from and the reason, never the pattern's text
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
  const simple = simpleMatcher(source);
  if (simple === null) {
    return engineSearcher(source, where);
  }
  let fallback: ((text: string) => boolean) | undefined;
  return (text) => {
    const answer = simple(text);
    if (answer !== "ask the engine") {
      return answer;
    }
    fallback ??= engineSearcher(source, where);
    return fallback(text);
  };
}

let engine: typeof Re2 | undefined;

function engineSearcher(source: string, where: string): (text: string) => boolean {
  if (!source.isWellFormed()) {
    throw invalid(where, "not valid UTF-8");
  }
  const translated = translateProperties(source);
  if (translated === null) {
    throw invalid(where, "invalid character class range");
  }
  engine ??= createRequire(import.meta.url)("re2js") as typeof Re2;
  let program: Re2.RE2JS;
  try {
    program = engine.RE2JS.compile(translated);
  } catch (cause) {
    throw invalid(where, cause instanceof engine.RE2JSSyntaxException ? cause.error : undefined);
  }
  return (text) => program.matcher(text).find();
}

function invalid(where: string, reason: string | undefined): SopsError {
  const suffix = reason === undefined ? "" : `: ${reason}`;
  return new SopsError("INVALID_REGEX", `${where}: not a valid RE2 pattern${suffix}`);
}
