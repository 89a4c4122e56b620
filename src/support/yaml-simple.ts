import type { YamlList, YamlMap, YamlNode, YamlScalar } from "./yaml-data.js";

/**
 * Everyday configuration files without the YAML library, whose loading costs more than a small file's whole
 * decryption: a proven subset.
 *
 * What it takes: block mappings and lists; one-line ASCII scalars, plain or in quotes without escapes; `>-` text; flow
 * lists and mappings of scalars on one line; comments; anchors, and aliases of scalars (those of collections can
 * multiply, security.md I2). Whatever else stands in a file, valid or not, is left to the library. A property test
 * compares the two.
 */
interface Line {
  readonly indent: number;
  /** Without indentation, comment and trailing blanks; never empty. */
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

const KEY = /^([A-Za-z_][A-Za-z0-9_.-]*):(?: +(.*))?$/;
const ANCHOR = /^&([A-Za-z0-9_-]+)(?: +(.*))?$/;
const ALIAS = /^\*([A-Za-z0-9_-]+)$/;
const PLAIN = /^[A-Za-z0-9_./^$(\\+~]/;
const FLOW_PLAIN = /^[A-Za-z0-9_./^(\\+](?:[A-Za-z0-9_./^$()\\+=@~-]|:(?=[A-Za-z0-9/]))*$/;
const DEEPEST = 32;

/** @returns what `parseYaml` says of this text, or `null` when the text is outside the subset */
export function parseSimpleYaml(text: string): YamlNode | null {
  const raw = text.split("\n");
  const lines = contentLines(raw);
  const [first] = lines ?? [];
  if (lines === null || first === undefined) {
    return null;
  }
  const reader = new SimpleReader(raw, lines);
  const root = reader.readBlock(first.indent, 0);
  return reader.isAtEnd ? root : null;
}

function contentLines(raw: readonly string[]): Line[] | null {
  const lines: Line[] = [];
  let hasMarker = false;
  for (const [index, source] of raw.entries()) {
    const line = contentLine(source, index + 1);
    if (line === null) {
      return null;
    }
    if (source === "---" && lines.length === 0 && !hasMarker) {
      hasMarker = true;
    } else if (line.text !== "") {
      lines.push(line);
    }
  }
  return lines;
}

function contentLine(source: string, number: number): Line | null {
  const indent = indentOf(source);
  if (source[indent] === "#") {
    return { indent, text: "", number };
  }
  const content = source.slice(indent);
  const comment = content.indexOf(" #");
  if (/[^ -~]/.test(content) || (comment >= 0 && /['"]/.test(content))) {
    return null;
  }
  return { indent, text: (comment < 0 ? content : content.slice(0, comment)).trimEnd(), number };
}

class SimpleReader {
  readonly #raw: readonly string[];
  readonly #lines: Line[];
  readonly #anchors = new Map<string, YamlNode>();
  #position = 0;

  constructor(raw: readonly string[], lines: Line[]) {
    this.#raw = raw;
    this.#lines = lines;
  }

  get isAtEnd(): boolean {
    return this.#position === this.#lines.length;
  }

  readBlock(indent: number, depth: number): YamlNode | null {
    const line = this.#lines[this.#position];
    if (line === undefined || depth > DEEPEST) {
      return null;
    }
    return isEntry(line.text) ? this.#readList(indent, depth) : this.#readMap(indent, depth);
  }

  #readMap(indent: number, depth: number): YamlMap | null {
    const entries = new Map<string, YamlNode>();
    const start = this.#lines[this.#position]?.number ?? 0;
    for (let line = this.#at(indent); line !== undefined; line = this.#at(indent)) {
      const [, key, text = ""] = KEY.exec(line.text) ?? [];
      if (key === undefined || entries.has(key)) {
        return null;
      }
      const value = this.#readValue(text, line, indent, depth, true);
      if (value === null) {
        return null;
      }
      entries.set(key, value);
    }
    return { kind: "map", entries, line: start };
  }

  #readList(indent: number, depth: number): YamlList | null {
    const items: YamlNode[] = [];
    const start = this.#lines[this.#position]?.number ?? 0;
    for (let line = this.#at(indent); line !== undefined; line = this.#at(indent)) {
      if (!isEntry(line.text)) {
        break;
      }
      const text = line.text.slice(1).trimStart();
      const column = indent + line.text.length - text.length;
      const item = this.#readItem(text, line, column, indent, depth);
      if (item === null) {
        return null;
      }
      items.push(item);
    }
    return { kind: "list", items, line: start };
  }

  /** A mapping or list may start on the line of its `-`: the rest of the line then is its first line. */
  #readItem(
    text: string,
    line: Line,
    column: number,
    indent: number,
    depth: number,
  ): YamlNode | null {
    if (isEntry(text) || KEY.test(text)) {
      this.#lines[this.#position] = { ...line, indent: column, text };
      return this.readBlock(column, depth + 1);
    }
    return this.#readValue(text, line, indent, depth, false);
  }

  /** The value after a key or `-`, on the same line or below it. */
  #readValue(
    text: string,
    line: Line,
    indent: number,
    depth: number,
    isOfKey: boolean,
  ): YamlNode | null {
    const [whole, anchor, anchored = ""] = ANCHOR.exec(text) ?? [];
    const content = whole === undefined ? text : anchored;
    this.#position += 1;
    const node =
      content === ""
        ? this.#readBelow(line, indent, depth, isOfKey)
        : content === ">-"
          ? this.#readFolded(line, indent)
          : this.#readInline(content, line.number);
    if (node !== null && anchor !== undefined) {
      // An alias inside its own anchor finds nothing yet, and the library says so.
      this.#anchors.set(anchor, node);
    }
    return node;
  }

  #readBelow(line: Line, indent: number, depth: number, isOfKey: boolean): YamlNode | null {
    const next = this.#lines[this.#position];
    if (next !== undefined && next.indent > indent) {
      return isEntry(next.text) || KEY.test(next.text)
        ? this.readBlock(next.indent, depth + 1)
        : null;
    }
    if (isOfKey && next?.indent === indent && isEntry(next.text)) {
      return this.#readList(indent, depth + 1);
    }
    return { kind: "scalar", text: "", isPlain: true, line: line.number };
  }

  /** Lines in one column, joined by blanks; blank lines after them do not count. */
  #readFolded(line: Line, indent: number): YamlScalar | null {
    const lines = linesBelow(this.#raw, line.number, indent);
    const inner = indentOf(lines[0] ?? "");
    const isSimple = (source: string): boolean =>
      source !== "" && indentOf(source) === inner && !source.includes("#") && !source.endsWith(" ");
    if (lines.length === 0 || !lines.every(isSimple)) {
      return null;
    }
    this.#position += lines.length;
    const text = lines.map((source) => source.slice(inner)).join(" ");
    return { kind: "scalar", text, isPlain: false, line: line.number };
  }

  #readInline(text: string, line: number): YamlNode | null {
    if (text.startsWith("[") && text.endsWith("]")) {
      return this.#readFlowList(text.slice(1, -1), line);
    }
    if (text.startsWith("{") && text.endsWith("}")) {
      return this.#readFlowMap(text.slice(1, -1), line);
    }
    return this.#readScalar(text, line, isPlainText);
  }

  #readFlowList(text: string, line: number): YamlList | null {
    const items: YamlNode[] = [];
    for (const part of splitFlow(text)) {
      const item = this.#readScalar(part, line, (plain) => FLOW_PLAIN.test(plain));
      if (item === null) {
        return null;
      }
      items.push(item);
    }
    return { kind: "list", items, line };
  }

  #readFlowMap(text: string, line: number): YamlMap | null {
    const entries = new Map<string, YamlNode>();
    for (const part of splitFlow(text)) {
      const [, key, content = ""] = KEY.exec(part) ?? [];
      const value = this.#readScalar(content, line, (plain) => FLOW_PLAIN.test(plain));
      if (key === undefined || value === null || entries.has(key)) {
        return null;
      }
      entries.set(key, value);
    }
    return { kind: "map", entries, line };
  }

  #readScalar(text: string, line: number, isPlain: (text: string) => boolean): YamlNode | null {
    const alias = ALIAS.exec(text)?.[1];
    if (alias !== undefined) {
      const target = this.#anchors.get(alias);
      return target?.kind === "scalar" ? target : null;
    }
    const [whole, single, double] = /^(?:'([^']*)'|"([^"\\]*)")$/.exec(text) ?? [];
    if (whole !== undefined) {
      return { kind: "scalar", text: single ?? double ?? "", isPlain: false, line };
    }
    return isPlain(text) ? { kind: "scalar", text, isPlain: true, line } : null;
  }

  /** The current line if it stands in this column. */
  #at(indent: number): Line | undefined {
    const line = this.#lines[this.#position];
    return line?.indent === indent ? line : undefined;
  }
}

/** Lines from index `start` on that are blank or indented by more than `indent`, without empty ones at the end. */
function linesBelow(raw: readonly string[], start: number, indent: number): readonly string[] {
  let end = start;
  let last = start;
  for (; end < raw.length; end += 1) {
    const source = raw[end] ?? "";
    const column = indentOf(source);
    if (column < source.length && column <= indent) {
      break;
    }
    last = source === "" ? last : end + 1;
  }
  return raw.slice(start, last);
}

function indentOf(source: string): number {
  let indent = 0;
  while (source[indent] === " ") {
    indent += 1;
  }
  return indent;
}

function isEntry(text: string): boolean {
  return text === "-" || text.startsWith("- ");
}

function isPlainText(text: string): boolean {
  return PLAIN.test(text) && !text.includes(": ") && !text.endsWith(":");
}

/** Parts between commas; a text with commas in quotes falls apart into parts that no rule accepts. */
function splitFlow(text: string): string[] {
  return text.trim() === "" ? [] : text.split(",").map((part) => part.trim());
}
