import { SopsError } from "../support/errors.js";

import type { MapValue, TreeValue } from "./tree.js";

/** Fields of a metadata map by lower-case name: names match in any case, null counts as absent (formats.md §4.4). */
export type FieldMap = ReadonlyMap<string, TreeValue>;

export function fieldMap(map: MapValue): FieldMap {
  const fields = new Map<string, TreeValue>();
  for (const item of map.items) {
    if (item.kind === "pair" && item.keyType === undefined && item.value.kind !== "null") {
      fields.set(item.key.toLowerCase(), item.value);
    }
  }
  return fields;
}

function decodingError(reason: string): SopsError {
  return new SopsError(
    "METADATA_INVALID",
    `decoding failed due to the following error(s):\n\n${reason}`,
  );
}

/** Numbers and booleans count as their text; absent is empty. */
export function readText(fields: FieldMap, name: string): string {
  const value = fields.get(name);
  switch (value?.kind) {
    case undefined:
      return "";
    case "string":
      return value.value;
    case "int":
      return value.value.toString();
    case "float":
      return String(value.value);
    case "bool":
      return value.value ? "1" : "0";
    default:
      throw decodingError(`'${name}' expected type 'string'`);
  }
}

const MAX_INT = 2n ** 31n;

/** Texts of whole numbers, whole floats and booleans count; absent is 0. */
export function readInt(fields: FieldMap, name: string): number {
  const value = fields.get(name);
  switch (value?.kind) {
    case undefined:
      return 0;
    case "int":
      return boundedInt(value.value, name);
    case "float":
      return boundedInt(
        BigInt(Number.isFinite(value.value) ? Math.trunc(value.value) : MAX_INT),
        name,
      );
    case "bool":
      return value.value ? 1 : 0;
    case "string":
      return intFromText(value.value, name);
    default:
      throw decodingError(`'${name}' expected type 'int'`);
  }
}

/** `2.000000` was written by sops 3.7-3.9 (formats.md §12 #13). */
function intFromText(text: string, name: string): number {
  const match = /^([+-]?\d{1,18})(?:\.0+)?$/.exec(text === "" ? "0" : text);
  if (match === null) {
    throw decodingError(`'${name}' cannot parse value as 'int': strconv.ParseInt: invalid syntax`);
  }
  return boundedInt(BigInt(match[1] ?? "0"), name);
}

function boundedInt(value: bigint, name: string): number {
  if (value < 0n || value >= MAX_INT) {
    throw decodingError(`'${name}' is out of range`);
  }
  return Number(value);
}

const BOOL_TEXTS: ReadonlyMap<string, boolean> = new Map([
  ...["1", "t", "T", "TRUE", "true", "True"].map((text) => [text, true] as const),
  ...["", "0", "f", "F", "FALSE", "false", "False"].map((text) => [text, false] as const),
]);

export function readBool(fields: FieldMap, name: string): boolean {
  const value = fields.get(name);
  switch (value?.kind) {
    case undefined:
      return false;
    case "bool":
      return value.value;
    case "int":
      return value.value !== 0n;
    case "float":
      return value.value !== 0;
    case "string": {
      const known = BOOL_TEXTS.get(value.value);
      if (known === undefined) {
        throw decodingError(
          `'${name}' cannot parse value as 'bool': strconv.ParseBool: invalid syntax`,
        );
      }
      return known;
    }
    default:
      throw decodingError(`'${name}' expected type 'bool'`);
  }
}

/** A list of maps; a single map counts as a list of one, null elements are dropped. */
export function readList(fields: FieldMap, name: string): MapValue[] {
  const value = fields.get(name);
  if (value === undefined) {
    return [];
  }
  if (value.kind === "map") {
    return value.items.length === 0 ? [] : [value];
  }
  if (value.kind !== "list") {
    throw decodingError(`'${name}[0]' expected a map or struct`);
  }
  const maps: MapValue[] = [];
  value.items.forEach((item, index) => {
    if (item.kind === "map") {
      maps.push(item);
    } else if (item.kind !== "comment" && item.kind !== "null") {
      throw decodingError(`'${name}[${String(index)}]' expected a map or struct`);
    }
  });
  return maps;
}
