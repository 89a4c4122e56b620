/**
 * The tree: what a file says, free of its spelling (spec: formats.md §1).
 *
 * `document/` is the heart: pure, no I/O, no knowledge of any file format or key type. It may import `support/` only.
 *
 * Every value, pair and comment may carry a `place`: an index into its `SourceDocument`'s own table, meaningful to
 * the store that made it and to nobody else. Operations that change a value copy the place, so that the store can
 * splice the new value into the old text; something without a place is new.
 */
export interface Placed {
  readonly place?: number | undefined;
}

/** Text; bytes that are not valid UTF-8 stand in it as lone surrogates (`support/text.ts`). */
export interface StringValue extends Placed {
  readonly kind: "string";
  readonly value: string;
}

/** The content of a binary file: raw bytes that never become a JavaScript string. */
export interface BytesValue extends Placed {
  readonly kind: "bytes";
  readonly value: Uint8Array;
}

/** A whole number within int64. */
export interface IntValue extends Placed {
  readonly kind: "int";
  readonly value: bigint;
}

export interface FloatValue extends Placed {
  readonly kind: "float";
  readonly value: number;
  /** The source spelled a whole number that a double cannot hold exactly (decisions.md: refused unless allowed). */
  readonly inexact?: boolean;
}

/** YAML's whole numbers from 2^63 to 2^64-1: readable, but no sops value (crypto.md §6): refused by the walk. */
export interface UintValue extends Placed {
  readonly kind: "uint";
  readonly value: bigint;
}

export interface BoolValue extends Placed {
  readonly kind: "bool";
  readonly value: boolean;
}

/** RFC 3339 text in the canonical form of crypto.md §6: up to 9 fraction digits, none trailing, `Z` for offset 0. */
export interface TimestampValue extends Placed {
  readonly kind: "timestamp";
  readonly value: string;
}

export interface NullValue extends Placed {
  readonly kind: "null";
}

export type ScalarValue =
  | StringValue
  | BytesValue
  | IntValue
  | FloatValue
  | UintValue
  | BoolValue
  | TimestampValue
  | NullValue;

/** The text after the comment marker, verbatim. Only YAML sets `inline` (it stood at the end of a line). */
export interface Comment extends Placed {
  readonly kind: "comment";
  readonly text: string;
  readonly inline: boolean;
}

export interface ListValue extends Placed {
  readonly kind: "list";
  readonly items: readonly ListItem[];
}

export type ListItem = TreeValue | Comment;

/** How Go names the type of a key that is no string; the walk refuses it with this name (crypto.md §12). */
export type NonStringKeyType = "int" | "uint64" | "float64" | "bool" | "time.Time" | "<nil>";

export interface Pair extends Placed {
  readonly kind: "pair";
  readonly key: string;
  /** Set when the source's key is no string; `key` then holds its canonical text. */
  readonly keyType?: NonStringKeyType | undefined;
  readonly value: TreeValue;
}

export type MapItem = Pair | Comment;

/** Ordered; duplicate keys are possible (JSON, dotenv) and kept. */
export interface MapValue extends Placed {
  readonly kind: "map";
  readonly items: readonly MapItem[];
}

export type TreeValue = ScalarValue | ListValue | MapValue;

/** One document of a file. Only YAML can have more than one. */
export type TreeBranch = MapValue;

/** What can be encrypted: a scalar or a comment. */
export type Leaf = ScalarValue | Comment;

export function isScalar(value: TreeValue | Comment | Pair): value is ScalarValue {
  return (
    value.kind !== "list" &&
    value.kind !== "map" &&
    value.kind !== "comment" &&
    value.kind !== "pair"
  );
}

/** The first pair with this key, or `undefined`. */
export function findPair(map: MapValue, key: string): Pair | undefined {
  for (const item of map.items) {
    if (item.kind === "pair" && item.key === key && item.keyType === undefined) {
      return item;
    }
  }
  return undefined;
}

export function stringValue(value: string): StringValue {
  return { kind: "string", value };
}

export function mapOf(entries: readonly (readonly [string, TreeValue])[]): MapValue {
  return { kind: "map", items: entries.map(([key, value]) => ({ kind: "pair", key, value })) };
}
