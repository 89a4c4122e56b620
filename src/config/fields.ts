import { ParseError } from "../support/errors.js";
import {
  isNull,
  readBoolean,
  readInteger,
  type YamlList,
  type YamlMap,
  type YamlNode,
} from "../support/yaml-data.js";

/**
 * Typed reading of fields: what is expected decides what a scalar means (config.md §3). `null` is as good as absent.
 *
 * All throw ParseError with the line and the name of the field, never with its text.
 */

/** A mapping, or `null` for a null. */
export function asMap(node: YamlNode, what: string): YamlMap | null {
  if (node.kind === "map") {
    return node;
  }
  if (isNull(node)) {
    return null;
  }
  throw wrongKind(node, what, "a mapping");
}

/** The text of any scalar, empty for null; a list of one scalar is taken for it (config.md §10). */
export function asText(node: YamlNode, what: string): string {
  const [only = node, ...others] = node.kind === "list" ? node.items : [];
  if (only.kind !== "scalar" || others.length > 0) {
    throw wrongKind(node, what, "a text");
  }
  return isNull(only) ? "" : only.text;
}

/** The field, or `undefined` when it is absent or null. */
function present(map: YamlMap, name: string): YamlNode | undefined {
  const node = map.entries.get(name);
  return node === undefined || isNull(node) ? undefined : node;
}

export function textOf(map: YamlMap, name: string): string {
  const node = present(map, name);
  return node === undefined ? "" : asText(node, name);
}

export function booleanOf(map: YamlMap, name: string): boolean {
  const node = present(map, name);
  const value = node === undefined ? false : node.kind === "scalar" ? readBoolean(node) : undefined;
  if (value === undefined) {
    throw wrongKind(node ?? map, name, "true or false, without quotes");
  }
  return value;
}

export function integerOf(map: YamlMap, name: string): number | undefined {
  const node = present(map, name);
  if (node === undefined) {
    return undefined;
  }
  const value = node.kind === "scalar" ? readInteger(node) : undefined;
  if (value === undefined) {
    throw wrongKind(node, name, "a whole number, without quotes");
  }
  return value;
}

/** The items of a list. */
export function listOf(map: YamlMap, name: string): readonly YamlNode[] | undefined {
  const node = present(map, name);
  if (node === undefined || node.kind === "list") {
    return node?.items;
  }
  throw wrongKind(node, name, "a list");
}

/** As {@link listOf}; a single scalar is a list of one (config.md §5). */
export function listOrScalarOf(map: YamlMap, name: string): readonly YamlNode[] {
  const node = present(map, name);
  return node?.kind === "scalar" ? [node] : (listOf(map, name) ?? []);
}

export function mapOf(map: YamlMap, name: string): YamlMap | null {
  const node = present(map, name);
  return node === undefined ? null : asMap(node, name);
}

const KINDS: Readonly<Record<YamlNode["kind"], string>> = {
  scalar: "a text",
  list: "a list",
  map: "a mapping",
};

export function wrongKind(node: YamlNode | YamlList, what: string, due: string): ParseError {
  const found = node.kind === "scalar" && due.startsWith("a text") ? "null" : KINDS[node.kind];
  const but = due.startsWith(found) ? "" : `, not ${found}`;
  return new ParseError(`${what} must be ${due}${but}`, node.line);
}
