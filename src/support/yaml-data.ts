/**
 * What a YAML file of our own (configuration, policy) says, with the line of everything for messages.
 *
 * Scalars keep their text: its meaning depends on what the reader of a field expects (config.md §3). Maps are `Map`s,
 * so that no key name is special (security.md I5).
 */
export interface YamlScalar {
  readonly kind: "scalar";
  /** Without quotes, escapes or folding. */
  readonly text: string;
  /** Unquoted, or tagged as something else than text: may mean a number, a boolean or null. */
  readonly isPlain: boolean;
  readonly line: number;
}

export interface YamlList {
  readonly kind: "list";
  readonly items: readonly YamlNode[];
  readonly line: number;
}

/** Merge keys are resolved; entries whose key is no scalar are left out. */
export interface YamlMap {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, YamlNode>;
  readonly line: number;
}

export type YamlNode = YamlScalar | YamlList | YamlMap;

const NULLS: ReadonlySet<string> = new Set(["", "~", "null", "Null", "NULL"]);

/** The words of YAML 1.1: the reference takes them where a boolean is due. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"].map(
    (word): [string, boolean] => [word, true],
  ),
  ...["n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"].map(
    (word): [string, boolean] => [word, false],
  ),
]);

export function isNull(node: YamlNode): boolean {
  return node.kind === "scalar" && node.isPlain && NULLS.has(node.text);
}

/** `undefined` for what is no boolean, also the words in quotes. */
export function readBoolean(scalar: YamlScalar): boolean | undefined {
  return scalar.isPlain ? BOOLEANS.get(scalar.text) : undefined;
}

/** A YAML integer, or a float with a whole value; `undefined` for anything else and beyond 2^53. */
export function readInteger(scalar: YamlScalar): number | undefined {
  if (!scalar.isPlain) {
    return undefined;
  }
  const text = scalar.text.replaceAll("_", "");
  const integer = /^([-+]?)(0[bB][01]+|0[oO]?[0-7]+|0[xX][0-9a-fA-F]+|0|[1-9][0-9]*)$/u.exec(text);
  if (integer !== null) {
    const [, sign = "", digits = ""] = integer;
    // A leading 0 means octal, in YAML 1.1 and for the reference.
    const value = Number(/^0[0-7]/u.test(digits) ? `0o${digits.slice(1)}` : digits);
    return safe(sign === "-" ? 0 - value : value);
  }
  const isFloat = /^[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/u.test(text);
  return isFloat ? safe(Number(text)) : undefined;
}

function safe(value: number): number | undefined {
  return Number.isSafeInteger(value) ? value : undefined;
}
