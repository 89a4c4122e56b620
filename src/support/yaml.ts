import { createRequire } from "node:module";

import type * as Yaml from "yaml";

import { ParseError } from "./errors.js";
import { decodeUtf8 } from "./text.js";
import type { YamlNode } from "./yaml-data.js";
import { findExcess, type Limits } from "./yaml-limits.js";
import { convertNode } from "./yaml-nodes.js";
import { parseSimpleYaml } from "./yaml-simple.js";

/**
 * The library bears this depth with room to spare (near 850 levels its recursion can end the whole process), and this
 * many tokens within a few seconds whatever they are.
 */
const LIMITS: Limits = { depth: 512, tokens: 200_000 };

const MOST_BYTES = 4 << 20;

let library: typeof Yaml | undefined;

/**
 * Reads the first document of a YAML (or JSON) file of our own: configuration, policy.
 *
 * The single seam to the `yaml` package, which is loaded only for what `parseSimpleYaml` does not take. Secrets never pass here: encrypted and plain
 * files have a reader of their own. An empty file is a null scalar.
 *
 * @param source - UTF-8, or UTF-16 with a byte order mark
 * @throws ParseError with line and column and a reason, never with the text
 */
export function parseYaml(source: Uint8Array): YamlNode {
  if (source.length > MOST_BYTES) {
    throw new ParseError(`larger than ${MOST_BYTES >> 20} MiB`);
  }
  const text = decode(source);
  return parseSimpleYaml(text) ?? parseWithLibrary(text);
}

/** As {@link parseYaml}, for a text that is decoded, always with the library. */
export function parseWithLibrary(text: string): YamlNode {
  library ??= createRequire(import.meta.url)("yaml") as typeof Yaml;
  const lines = new library.LineCounter();
  const document = firstDocument(library, text, lines);
  const position = (offset: number): { line: number; col: number } => lines.linePos(offset);
  const [error] = document?.errors.toSorted((a, b) => a.pos[0] - b.pos[0]) ?? [];
  if (error !== undefined) {
    const { line, col } = position(error.pos[0]);
    throw new ParseError(REASONS.get(error.code) ?? "not valid YAML", line, col);
  }
  return convertNode(document?.contents ?? null, { library, depthLimit: LIMITS.depth, position });
}

function decode(source: Uint8Array): string {
  const encoding = utf16Encoding(source);
  if (encoding === null) {
    const text = decodeUtf8(source);
    if (text === null) {
      throw new ParseError("not valid UTF-8");
    }
    return text;
  }
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(source);
  } catch {
    throw new ParseError("not valid UTF-16");
  }
}

function utf16Encoding(source: Uint8Array): "utf-16le" | "utf-16be" | null {
  if (source[0] === 0xff && source[1] === 0xfe) {
    return "utf-16le";
  }
  return source[0] === 0xfe && source[1] === 0xff ? "utf-16be" : null;
}

function firstDocument(
  yaml: typeof Yaml,
  text: string,
  lines: Yaml.LineCounter,
): Yaml.Document.Parsed | undefined {
  const excess = findExcess(new yaml.Lexer().lex(text), LIMITS);
  if (excess !== null) {
    const before = text.slice(0, excess.offset);
    throw new ParseError(
      excess.of === "depth" ? "nested too deeply" : "too much for a file of this kind",
      before.split("\n").length,
      excess.offset - before.lastIndexOf("\n"),
    );
  }
  // The text of a scalar decides later what it means, so every scalar is text here. The library's own check for
  // duplicate keys compares each with each.
  const composer = new yaml.Composer({
    schema: "failsafe",
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: "silent",
  });
  const tokens = new yaml.Parser(lines.addNewLine).parse(text);
  for (const document of composer.compose(tokens, true, text.length)) {
    return document;
  }
  return undefined;
}

/** Our words for the library's error codes: its own messages quote the text (security.md M1). */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["ALIAS_PROPS", "an alias cannot have an anchor or a tag"],
  ["BAD_ALIAS", "an alias or anchor has no valid name"],
  ["BAD_COLLECTION_TYPE", "a tag does not fit its collection"],
  ["BAD_DIRECTIVE", "a directive is not valid"],
  ["BAD_DQ_ESCAPE", "an escape in double quotes is not valid"],
  ["BAD_INDENT", "the indentation does not fit"],
  ["BAD_PROP_ORDER", "an anchor or tag stands in the wrong place"],
  ["BAD_SCALAR_START", "an unquoted text starts with a reserved character"],
  ["BLOCK_AS_IMPLICIT_KEY", "a mapping cannot start on the line of a key"],
  ["BLOCK_IN_FLOW", "a block collection stands inside brackets"],
  ["DUPLICATE_KEY", "duplicate key in a mapping"],
  ["KEY_OVER_1024_CHARS", "a key is longer than 1024 characters"],
  ["MISSING_CHAR", "a quote, bracket, comma or colon is missing"],
  ["MULTILINE_IMPLICIT_KEY", "a key takes more than one line"],
  ["MULTIPLE_ANCHORS", "a node has two anchors"],
  ["MULTIPLE_TAGS", "a node has two tags"],
  ["RESOURCE_EXHAUSTION", "nested too deeply"],
  ["TAB_AS_INDENT", "a tab is used for indentation"],
  ["TAG_RESOLVE_FAILED", "a tag cannot be resolved"],
  ["UNEXPECTED_TOKEN", "something stands where it cannot"],
]);
