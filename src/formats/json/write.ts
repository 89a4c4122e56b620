import { floatJson } from "../../document/float-text.js";
import type { ListItem, MapItem, ScalarValue, TreeValue } from "../../document/tree.js";
import { SopsError } from "../../support/errors.js";
import { decodeText } from "../../support/text.js";
import { MAX_NESTING } from "./parse.js";

export interface JsonLayout {
  /** What one level is indented by. */
  readonly indent: string;
  /** The level of the value itself: its inner lines stand one level deeper. */
  readonly level: number;
}

/**
 * The indentation of `--indent` and `stores:`: −1 or nothing is a tab, N ≥ 0 is N blanks (spec: formats.md §6.2).
 *
 * @throws SopsError CANNOT_EMIT below −1
 */
export function indentOf(indent: number | undefined): string {
  if (indent === undefined || indent === -1) {
    return "\t";
  }
  if (indent < -1) {
    throw cannotEmit("JSON Indentation parameter smaller than -1 is not accepted");
  }
  return " ".repeat(indent);
}

/** An object or array whose items are being written. */
interface Writing {
  readonly items: readonly (MapItem | ListItem)[];
  readonly end: "}" | "]";
  /** Line break and indentation of the items. */
  readonly separator: string;
  /** Line break and indentation of the closing bracket. */
  readonly outerSeparator: string;
  next: number;
  isEmpty: boolean;
}

/**
 * The canonical text of a value, without a final line feed. Comments are left out.
 *
 * @throws SopsError CANNOT_EMIT for NaN, infinities and too deep nesting
 */
export function writeJson(value: TreeValue, layout: JsonLayout): string {
  const pieces: string[] = [];
  const open: Writing[] = [];
  const start = (begun: TreeValue): void => {
    if (begun.kind !== "map" && begun.kind !== "list") {
      pieces.push(canonicalScalar(begun));
      return;
    }
    pieces.push(begun.kind === "map" ? "{" : "[");
    const level = layout.level + open.length;
    if (level >= MAX_NESTING) {
      throw cannotEmit("json: exceeded max depth");
    }
    open.push({
      items: begun.items,
      end: begun.kind === "map" ? "}" : "]",
      separator: `\n${layout.indent.repeat(level + 1)}`,
      outerSeparator: `\n${layout.indent.repeat(level)}`,
      next: 0,
      isEmpty: true,
    });
  };
  start(value);
  for (let container = open.at(-1); container !== undefined; container = open.at(-1)) {
    const item = container.items[container.next];
    container.next += 1;
    if (item === undefined) {
      pieces.push(container.isEmpty ? container.end : container.outerSeparator + container.end);
      open.pop();
    } else if (item.kind !== "comment") {
      pieces.push(container.isEmpty ? container.separator : `,${container.separator}`);
      container.isEmpty = false;
      if (item.kind === "pair") {
        pieces.push(canonicalString(item.key), ": ");
      }
      start(item.kind === "pair" ? item.value : item);
    }
  }
  return pieces.join("");
}

/** A scalar in sops's spelling (spec: formats.md §6.2). @throws SopsError CANNOT_EMIT for NaN and infinities */
function canonicalScalar(value: ScalarValue): string {
  switch (value.kind) {
    case "string":
    case "timestamp":
      return canonicalString(value.value);
    case "bytes":
      return canonicalString(decodeText(value.value));
    default:
      return plainScalar(value);
  }
}

/**
 * A replaced scalar in a text of the user's: as {@link canonicalScalar}, but escaping only what JSON demands, and with
 * `.0` where a float would read back as a whole number (design: lossless.md 11).
 *
 * @returns `null` where JSON has no exact spelling: NaN, infinities, bytes outside UTF-8
 */
export function splicedScalar(value: ScalarValue): string | null {
  switch (value.kind) {
    case "string":
    case "timestamp":
      return value.value.isWellFormed() ? JSON.stringify(value.value) : null;
    case "bytes":
      return splicedScalar({ kind: "string", value: decodeText(value.value) });
    case "float": {
      const text = floatJson(value.value);
      return text !== null && /^-?\d+$/.test(text) ? `${text}.0` : text;
    }
    default:
      return plainScalar(value);
  }
}

function plainScalar(
  value: Exclude<ScalarValue, { kind: "string" | "timestamp" | "bytes" }>,
): string {
  switch (value.kind) {
    case "int":
    case "uint":
      return value.value.toString();
    case "bool":
      return value.value ? "true" : "false";
    case "null":
      return "null";
    case "float": {
      const text = floatJson(value.value);
      if (text === null) {
        const name = Number.isNaN(value.value) ? "NaN" : value.value > 0 ? "+Inf" : "-Inf";
        throw cannotEmit(`json: unsupported value: ${name}`);
      }
      return text;
    }
  }
}

/** `JSON.stringify` and five more escapes; each raw byte outside UTF-8 is a replacement character to JSON. */
function canonicalString(text: string): string {
  if (!text.isWellFormed()) {
    const parts = text.split(/\p{Surrogate}/u).map((part) => canonicalString(part).slice(1, -1));
    return `"${parts.join("\\ufffd")}"`;
  }
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function cannotEmit(reason: string): SopsError {
  return new SopsError("CANNOT_EMIT", `Error marshaling to json: ${reason}`);
}
