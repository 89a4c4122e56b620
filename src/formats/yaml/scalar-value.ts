import type { NonStringKeyType, ScalarValue } from "../../document/tree.js";
import { floatYaml } from "../../document/float-text.js";
import { resolvePlain, resolveTagged, type CoreTag } from "./resolve.js";
import type { Token } from "./token.js";

export const CORE_TAG_PREFIX = "tag:yaml.org,2002:";
const MERGE_TAG = `${CORE_TAG_PREFIX}merge`;
/** The tag `!` says nothing about the type. */
const NON_SPECIFIC_TAG = "!";

const CORE_TAGS: ReadonlyMap<string, CoreTag> = new Map(
  (["str", "int", "float", "bool", "null", "timestamp", "binary"] as const).map((tag) => [
    CORE_TAG_PREFIX + tag,
    tag,
  ]),
);

/**
 * The value of a scalar token; `tag` is the resolved tag, empty for none (spec: formats.md §5.4).
 *
 * @throws ParseError when the text does not fit a core tag
 */
export function scalarValue(token: Token, tag: string): ScalarValue {
  if (tag === "" || tag === NON_SPECIFIC_TAG) {
    return token.style === "plain"
      ? resolvePlain(token.text)
      : { kind: "string", value: token.text };
  }
  const core = CORE_TAGS.get(tag);
  if (core === undefined) {
    return { kind: "string", value: token.text };
  }
  return resolveTagged(core, token.text, token.line + 1);
}

/** True for the key `<<` as YAML's merge key: plain, or tagged so. */
export function isMergeKey(token: Token, tag: string): boolean {
  if (token.text !== "<<") {
    return false;
  }
  return tag === MERGE_TAG || (token.style === "plain" && (tag === "" || tag === NON_SPECIFIC_TAG));
}

export interface KeyText {
  readonly key: string;
  readonly keyType: NonStringKeyType | undefined;
}

/** A scalar as a key: its canonical text, and how Go names its type unless it is a string. */
export function keyText(value: ScalarValue): KeyText {
  switch (value.kind) {
    case "string":
      return { key: value.value, keyType: undefined };
    case "bytes":
      return { key: Buffer.from(value.value).toString("latin1"), keyType: undefined };
    case "int":
      return { key: String(value.value), keyType: "int" };
    case "uint":
      return { key: String(value.value), keyType: "uint64" };
    case "float":
      return { key: floatYaml(value.value), keyType: "float64" };
    case "bool":
      return { key: String(value.value), keyType: "bool" };
    case "timestamp":
      return { key: value.value, keyType: "time.Time" };
    case "null":
      return { key: "null", keyType: "<nil>" };
  }
}
