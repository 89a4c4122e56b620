import type * as Yaml from "yaml";

import { ParseError } from "./errors.js";
import type { YamlList, YamlMap, YamlNode, YamlScalar } from "./yaml-data.js";

/** Nodes of a file with every alias written out (security.md I2). */
const MOST_NODES = 1_000_000;

/** A converted node with what it weighs when an alias repeats it. */
interface Converted {
  readonly node: YamlNode;
  readonly size: number;
  readonly depth: number;
}

export interface Conversion {
  readonly library: typeof Yaml;
  readonly depthLimit: number;
  position(offset: number): { line: number; col: number };
}

/**
 * The library's nodes as data of our own; an alias shares the node that it names, which is never changed.
 *
 * Anchors, aliases and merge keys are resolved here and not by the library, whose way looks through the whole document
 * for each of them. Recursion is bounded by the depth that was counted before.
 *
 * @throws ParseError for unknown and self-referring anchors, duplicate keys, too many nodes or levels
 */
export function convertNode(root: Yaml.Node | null, conversion: Conversion): YamlNode {
  return new NodeConverter(conversion).convert(root, 0).node;
}

class NodeConverter {
  readonly #library: typeof Yaml;
  readonly #conversion: Conversion;
  /** `null` while the node of the anchor is being read. */
  readonly #anchors = new Map<string, Converted | null>();
  #total = 0;

  constructor(conversion: Conversion) {
    this.#library = conversion.library;
    this.#conversion = conversion;
  }

  /** @param offset - where the node would stand, for one that is absent */
  convert(node: Yaml.Node | null, offset: number): Converted {
    const start = node?.range?.[0] ?? offset;
    if (node !== null && this.#library.isAlias(node)) {
      return this.#resolve(node.source, start);
    }
    const anchor = node !== null && "anchor" in node ? node.anchor : undefined;
    if (anchor !== undefined) {
      this.#anchors.set(anchor, null);
    }
    this.#count(1, start);
    const converted = this.#convertContent(node, start);
    if (anchor !== undefined) {
      this.#anchors.set(anchor, converted);
    }
    return converted;
  }

  #convertContent(node: Yaml.Node | null, start: number): Converted {
    if (node !== null && this.#library.isMap(node)) {
      return this.#convertMap(node, start);
    }
    if (node !== null && this.#library.isSeq(node)) {
      return this.#convertList(node, start);
    }
    const scalar = this.#scalar(node !== null && this.#library.isScalar(node) ? node : null, start);
    return { node: scalar, size: 1, depth: 0 };
  }

  #scalar(node: Yaml.Scalar | null, start: number): YamlScalar {
    const text = typeof node?.value === "string" ? node.value : "";
    const isUnquoted = node === null || node.type === undefined || node.type === "PLAIN";
    return {
      kind: "scalar",
      text,
      isPlain: isTyped(node?.tag) ?? isUnquoted,
      line: this.#line(start),
    };
  }

  #convertList(node: Yaml.YAMLSeq, start: number): Converted {
    const children = node.items.map((item) => this.convert(this.#asNode(item), start));
    const list: YamlList = {
      kind: "list",
      items: children.map((child) => child.node),
      line: this.#line(start),
    };
    return this.#collection(list, children, start);
  }

  #convertMap(map: Yaml.YAMLMap, start: number): Converted {
    const entries = new Map<string, YamlNode>();
    const children: Converted[] = [];
    const seen = new Set<string>();
    let merged: Converted | undefined;
    for (const pair of map.items) {
      const keyNode = this.#asNode(pair.key);
      const keyStart = keyNode?.range?.[0] ?? start;
      const key = this.convert(keyNode, keyStart);
      const value = this.convert(this.#asNode(pair.value), keyStart);
      children.push(key, value);
      if (key.node.kind === "scalar") {
        const { text, isPlain } = key.node;
        if (seen.has(text)) {
          throw this.#error("duplicate key in a mapping", keyStart);
        }
        seen.add(text);
        if (text === "<<" && isPlain) {
          merged = value;
        } else {
          entries.set(text, value.node);
        }
      }
    }
    if (merged !== undefined) {
      this.#merge(entries, merged.node, start);
    }
    return this.#collection({ kind: "map", entries, line: this.#line(start) }, children, start);
  }

  /** Own entries win over merged ones, and the first of several merged mappings over the later ones. */
  #merge(entries: Map<string, YamlNode>, source: YamlNode, start: number): void {
    const sources = source.kind === "list" ? source.items : [source];
    for (const from of sources) {
      if (from.kind !== "map") {
        throw this.#error("a merge key needs a mapping or a list of mappings", start);
      }
      this.#count(from.entries.size, start);
      for (const [key, value] of from.entries) {
        if (!entries.has(key)) {
          entries.set(key, value);
        }
      }
    }
  }

  #collection(node: YamlList | YamlMap, children: readonly Converted[], start: number): Converted {
    let size = 1;
    let depth = 0;
    for (const child of children) {
      size += child.size;
      depth = Math.max(depth, child.depth);
    }
    if (depth + 1 > this.#conversion.depthLimit) {
      throw this.#error("nested too deeply", start);
    }
    return { node, size, depth: depth + 1 };
  }

  #resolve(name: string, start: number): Converted {
    const target = this.#anchors.get(name);
    if (target === undefined) {
      throw this.#error("an alias names no anchor before it", start);
    }
    if (target === null) {
      throw this.#error("an anchor contains itself", start);
    }
    this.#count(target.size, start);
    return target;
  }

  #count(nodes: number, start: number): void {
    this.#total += nodes;
    if (this.#total > MOST_NODES) {
      throw this.#error(`more than ${MOST_NODES} nodes with all aliases written out`, start);
    }
  }

  #asNode(value: unknown): Yaml.Node | null {
    return this.#library.isNode(value) ? value : null;
  }

  #line(offset: number): number {
    return this.#conversion.position(offset).line;
  }

  #error(reason: string, offset: number): ParseError {
    const { line, col } = this.#conversion.position(offset);
    return new ParseError(reason, line, col);
  }
}

/** What an explicit tag says about a scalar's text; `undefined` when there is none that matters. */
function isTyped(tag: string | undefined): boolean | undefined {
  if (tag === undefined || !tag.startsWith("tag:yaml.org,2002:")) {
    return undefined;
  }
  return !tag.endsWith(":str") && !tag.endsWith(":binary");
}
