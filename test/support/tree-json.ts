/** The JSON form of trees in the vectors (`tree.json`, columns `tree` and `docs`): both directions. */
import { floatPlaintext } from "../../src/document/float-text.js";
import type {
  Comment,
  ListItem,
  MapItem,
  MapValue,
  NonStringKeyType,
  ScalarValue,
  TreeBranch,
  TreeValue,
} from "../../src/document/tree.js";
import { decodeText, encodeText, holdsRawBytes } from "../../src/support/text.js";

type JsonObject = Readonly<Record<string, unknown>>;

const KEY_TYPES: Readonly<Record<string, NonStringKeyType>> = {
  int: "int",
  uint: "uint64",
  float: "float64",
  bool: "bool",
  timestamp: "time.Time",
  null: "<nil>",
};

const JSON_TYPES = { int: "int", uint: "other:uint64", timestamp: "time" } as const;
const JSON_KEY_TYPES = {
  int: "int",
  uint64: "other:uint64",
  float64: "float",
  "time.Time": "time",
} as const;

/** The documents of a `tree.json` (a list of maps). @throws Error for any other shape */
export function treeFromJson(json: unknown): TreeBranch[] {
  return asArray(json).map((branch) => {
    const value = valueFromJson(branch);
    if (value.kind !== "map") {
      throw new Error("a document must be a map");
    }
    return value;
  });
}

/** One value, such as the column `tree` of `yaml-resolution`. */
export function valueFromJson(json: unknown): TreeValue {
  const { t: type, v: value } = asObject(json);
  switch (type) {
    case "map":
      return { kind: "map", items: asArray(value).map(mapItemFromJson) };
    case "seq":
      return { kind: "list", items: asArray(value).map(listItemFromJson) };
    default:
      return scalarFromJson(asObject(json));
  }
}

function scalarFromJson(json: JsonObject): ScalarValue {
  switch (json["t"]) {
    case "null":
      return { kind: "null" };
    case "str":
      return { kind: "string", value: textFromJson(json) };
    case "int":
      return { kind: "int", value: BigInt(asString(json["v"])) };
    case "other:uint64":
      return { kind: "uint", value: BigInt(asString(json["v"])) };
    case "float":
      return { kind: "float", value: Number(asString(json["v"]).replace("Inf", "Infinity")) };
    case "bool":
      return { kind: "bool", value: json["v"] === true };
    case "time":
      return { kind: "timestamp", value: asString(json["v"]) };
    default:
      throw new Error(`unknown type ${JSON.stringify(json["t"])}`);
  }
}

function textFromJson(json: JsonObject): string {
  return json["b64"] === undefined
    ? asString(json["v"])
    : decodeText(Buffer.from(asString(json["b64"]), "base64"));
}

function commentFromJson(json: JsonObject): Comment {
  return { kind: "comment", text: textFromJson(json), inline: json["inline"] === true };
}

function listItemFromJson(json: unknown): ListItem {
  const object = asObject(json);
  return object["t"] === "comment" ? commentFromJson(object) : valueFromJson(object);
}

function mapItemFromJson(json: unknown): MapItem {
  const object = asObject(json);
  if (object["t"] === "comment") {
    return commentFromJson(object);
  }
  const value = valueFromJson(object["v"]);
  if (object["kx"] === undefined) {
    return { kind: "pair", key: asString(object["k"]), value };
  }
  const key = scalarFromJson(asObject(object["kx"]));
  return { kind: "pair", key: keyText(key), keyType: KEY_TYPES[key.kind], value };
}

function keyText(key: ScalarValue): string {
  if (key.kind === "null") {
    return "null";
  }
  return key.kind === "float" ? floatPlaintext(key.value) : String(key.value);
}

/** The inverse of {@link treeFromJson}; places are left out. */
export function treeToJson(branches: readonly TreeBranch[]): unknown {
  return branches.map(valueToJson);
}

/** The inverse of {@link valueFromJson}. */
export function valueToJson(value: TreeValue): unknown {
  if (value.kind === "map") {
    return mapToJson(value);
  }
  if (value.kind !== "list") {
    return scalarToJson(value);
  }
  return {
    t: "seq",
    v: value.items.map((item) =>
      item.kind === "comment" ? commentToJson(item) : valueToJson(item),
    ),
  };
}

function mapToJson(map: MapValue): unknown {
  return {
    t: "map",
    v: map.items.map((item) => {
      if (item.kind === "comment") {
        return commentToJson(item);
      }
      const value = valueToJson(item.value);
      return item.keyType === undefined
        ? { k: item.key, v: value }
        : { kx: keyToJson(item.keyType, item.key), v: value };
    }),
  };
}

function keyToJson(type: NonStringKeyType, key: string): unknown {
  if (type === "<nil>") {
    return { t: "null" };
  }
  return type === "bool" ? { t: "bool", v: key === "true" } : { t: JSON_KEY_TYPES[type], v: key };
}

function scalarToJson(value: ScalarValue): unknown {
  if (value.kind === "null") {
    return { t: "null" };
  }
  if (value.kind === "string" || value.kind === "bytes") {
    const text = value.kind === "string" ? value.value : decodeText(value.value);
    return { t: "str", ...textToJson(text) };
  }
  if (value.kind === "bool") {
    return { t: "bool", v: value.value };
  }
  return value.kind === "float"
    ? { t: "float", v: floatPlaintext(value.value) }
    : { t: JSON_TYPES[value.kind], v: String(value.value) };
}

function textToJson(text: string): { v: string } | { b64: string } {
  return holdsRawBytes(text)
    ? { b64: Buffer.from(encodeText(text)).toString("base64") }
    : { v: text };
}

function commentToJson(comment: Comment): unknown {
  const text = { t: "comment", ...textToJson(comment.text) };
  return comment.inline ? { inline: true, ...text } : text;
}

/** A copy of a map that holds its values alone. */
export function withoutComments(map: MapValue): MapValue {
  return {
    kind: "map",
    items: map.items
      .filter((item) => item.kind === "pair")
      .map((pair) => ({ ...pair, value: valueWithoutComments(pair.value) })),
  };
}

function valueWithoutComments(value: TreeValue): TreeValue {
  if (value.kind === "map") {
    return withoutComments(value);
  }
  return value.kind === "list"
    ? {
        kind: "list",
        items: value.items.filter((item) => item.kind !== "comment").map(valueWithoutComments),
      }
    : value;
}

function asArray(json: unknown): readonly unknown[] {
  if (!Array.isArray(json)) {
    throw new Error("a list is expected");
  }
  return json;
}

function asObject(json: unknown): JsonObject {
  if (typeof json !== "object" || json === null) {
    throw new Error("an object is expected");
  }
  return json as JsonObject;
}

function asString(json: unknown): string {
  if (typeof json !== "string") {
    throw new Error("a text is expected");
  }
  return json;
}
