import { floatFlat } from "../document/float-text.js";
import type { ScalarValue, TreeBranch } from "../document/tree.js";
import { isScalar } from "../document/tree.js";
import { SopsError } from "../support/errors.js";
import { decodeText, showText } from "../support/text.js";

/**
 * The top level of a file as environment variables, byte for byte (cli.md §9.9, security.md X6). Only the first document
 * counts; of two entries with one name the later one wins.
 *
 * @throws SopsError INVALID_VARIABLE, naming the key and never the value
 */
export function environmentValues(branches: readonly TreeBranch[]): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const item of branches[0]?.items ?? []) {
    if (item.kind === "pair") {
      const { key, value } = item;
      if (!isScalar(value)) {
        throw invalid("a nested value cannot become an environment variable", key);
      }
      variables.set(checkedName(key), checkedValue(key, value));
    }
  }
  return variables;
}

function checkedName(key: string): string {
  if (key.includes("=")) {
    throw invalid("the name of an environment variable cannot hold '='", key);
  }
  if (key.includes("\0") || !key.isWellFormed()) {
    throw invalid(
      "the name of an environment variable cannot hold NUL or bytes outside UTF-8",
      key,
    );
  }
  return key;
}

function checkedValue(key: string, value: ScalarValue): string {
  const text = textOf(value);
  if (text.includes("\0")) {
    throw invalid("a value with a NUL byte cannot become an environment variable", key);
  }
  // Node hands environments over as UTF-8 only.
  if (!text.isWellFormed()) {
    throw invalid("a value with bytes outside UTF-8 cannot become an environment variable", key);
  }
  return text;
}

/** Null has no text: decisions.md, Verbs. */
function textOf(value: ScalarValue): string {
  switch (value.kind) {
    case "string":
    case "timestamp":
      return value.value;
    case "bytes":
      return decodeText(value.value);
    case "int":
    case "uint":
      return value.value.toString();
    case "float":
      return floatFlat(value.value);
    case "bool":
      return value.value ? "true" : "false";
    case "null":
      return "";
  }
}

function invalid(reason: string, key: string): SopsError {
  return new SopsError("INVALID_VARIABLE", `${reason}; offending key ${showText(key)}`, {
    details: { key },
  });
}

const STEERING_NAMES: ReadonlySet<string> = new Set([
  "PATH",
  "NODE_OPTIONS",
  "BASH_ENV",
  "ENV",
  "PYTHONPATH",
  "PERL5LIB",
  "RUBYOPT",
  "GIT_SSH_COMMAND",
  "IFS",
]);

/** The names that make loaders and shells run something else (security.md X7). */
export function steeringNames(variables: ReadonlyMap<string, string>): string[] {
  return [...variables.keys()].filter(
    (name) => STEERING_NAMES.has(name) || /^(?:LD|DYLD)_/.test(name),
  );
}
