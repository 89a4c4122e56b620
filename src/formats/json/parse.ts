import type { MapValue, Pair, ScalarValue, TreeValue } from "../../document/tree.js";
import type { SpannedDocument } from "../splice.js";
import { decodeJson } from "./decode.js";
import { BEGINNING_OF_VALUE, JsonScanner } from "./scanner.js";

/** decisions.md: the nesting limit of all formats, the root included. */
export const MAX_NESTING = 10_000;

const OBJECT_START = 0x7b;
const OBJECT_END = 0x7d;
const LIST_START = 0x5b;
const LIST_END = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const QUOTE = 0x22;

const MISSING_KEY = "Expected JSON object key, got %!s(<nil>) of type <nil> instead";
const ONLY_OBJECTS =
  "SOPS only supports JSON files with a top-level object (starting with '{'), not ";

/** An object or array whose end has not been read yet. */
type Open = OpenMap | OpenList;

interface OpenMap {
  readonly value: { readonly kind: "map"; readonly place: number; readonly items: Pair[] };
  /** The key that waits for its value. */
  key: string;
  keyPlace: number;
}

interface OpenList {
  readonly value: { readonly kind: "list"; readonly place: number; readonly items: TreeValue[] };
}

/**
 * One JSON file as a tree that keeps order, duplicate keys and the place of every key and value.
 *
 * @throws ParseError with sops's message, short of any text of the file; stricter than sops about cut and trailing
 * text, lone surrogates and invalid UTF-8 (decisions.md)
 */
export function parseJson(source: Uint8Array): SpannedDocument {
  const text = decodeJson(source);
  const parser = new JsonParser(text);
  const root = parser.document();
  return { format: "json", text, branches: [root], isSpliceable: true, spans: parser.spans };
}

/** Explicit stack instead of recursion: depth is data. */
class JsonParser {
  readonly spans: number[] = [];
  readonly #scanner: JsonScanner;
  readonly #open: Open[] = [];

  constructor(text: string) {
    this.#scanner = new JsonScanner(text);
  }

  document(): MapValue {
    const unit = this.#scanner.next();
    if (unit !== OBJECT_START) {
      return this.#refuseRoot(unit);
    }
    let value: TreeValue | undefined = this.#begin("map");
    for (;;) {
      // After each step: `undefined` when a value is due, else the value just completed.
      if (value === undefined) {
        value = this.#value();
      } else {
        const parent = this.#open.at(-1);
        if (parent === undefined) {
          return this.#finish(value);
        }
        this.#add(parent, value);
        value = this.#afterElement(parent);
      }
    }
  }

  /** Opens a container. @returns it when it is empty, `undefined` when its first value is due */
  #begin(kind: "map" | "list"): TreeValue | undefined {
    if (this.#open.length >= MAX_NESTING) {
      this.#scanner.failAt(this.#scanner.position, "exceeded max depth");
    }
    const place = this.#startSpan();
    const opened: Open =
      kind === "map"
        ? { value: { kind, place, items: [] }, key: "", keyPlace: 0 }
        : { value: { kind, place, items: [] } };
    this.#open.push(opened);
    this.#scanner.position += 1;
    const unit = this.#scanner.next();
    if (unit === (kind === "map" ? OBJECT_END : LIST_END)) {
      return this.#end(opened);
    }
    if ("key" in opened) {
      this.#readKey(opened, unit, "");
    }
    return undefined;
  }

  #end(opened: Open): TreeValue {
    this.#open.pop();
    this.#scanner.position += 1;
    this.#endSpan(opened.value.place);
    return opened.value;
  }

  #add(parent: Open, value: TreeValue): void {
    if ("key" in parent) {
      parent.value.items.push({ kind: "pair", key: parent.key, place: parent.keyPlace, value });
    } else {
      parent.value.items.push(value);
    }
  }

  /** A comma or the end of the container. @returns as {@link #begin} */
  #afterElement(parent: Open): TreeValue | undefined {
    const unit = this.#scanner.next();
    if (unit === COMMA) {
      this.#scanner.position += 1;
      if ("key" in parent) {
        const next = this.#scanner.next();
        this.#readKey(parent, next, " looking for beginning of object key string");
      }
      return undefined;
    }
    if ("key" in parent) {
      return unit === OBJECT_END
        ? this.#end(parent)
        : this.#scanner.fail(" after object key:value pair", MISSING_KEY);
    }
    return unit === LIST_END ? this.#end(parent) : this.#scanner.fail(" after array element");
  }

  #readKey(map: OpenMap, unit: number, context: string): void {
    if (unit !== QUOTE) {
      this.#scanner.fail(context, MISSING_KEY);
    }
    map.keyPlace = this.#startSpan();
    map.key = this.#scanner.string();
    this.#endSpan(map.keyPlace);
    if (this.#scanner.next() !== COLON) {
      this.#scanner.fail(" after object key");
    }
    this.#scanner.position += 1;
  }

  /** @returns a scalar or an empty container, `undefined` when a container was opened */
  #value(): TreeValue | undefined {
    const unit = this.#scanner.next();
    if (unit === OBJECT_START || unit === LIST_START) {
      return this.#begin(unit === OBJECT_START ? "map" : "list");
    }
    const place = this.#startSpan();
    const value = this.#scanner.scalar(unit, place);
    this.#endSpan(place);
    return value;
  }

  #finish(root: TreeValue): MapValue {
    if (!Number.isNaN(this.#scanner.next())) {
      this.#scanner.fail(" after top-level value");
    }
    return root as MapValue;
  }

  #startSpan(): number {
    const place = this.spans.length / 2;
    this.spans.push(this.#scanner.position, this.#scanner.position);
    return place;
  }

  #endSpan(place: number): void {
    this.spans[2 * place + 1] = this.#scanner.position;
  }

  #refuseRoot(unit: number): never {
    if (unit === LIST_START) {
      this.#scanner.failAt(
        this.#scanner.position,
        `${ONLY_OBJECTS}arrays or other types. Got delimiter [ instead. ` +
          `To encrypt this file, wrap it in an object, e.g., {"data": [...]}`,
      );
    }
    if (Number.isNaN(unit)) {
      this.#scanner.fail(BEGINNING_OF_VALUE, "EOF");
    }
    const start = this.#scanner.position;
    const got = nameOfScalar(this.#scanner.scalar(unit, 0));
    return this.#scanner.failAt(start, `${ONLY_OBJECTS}other JSON types. Got ${got} instead`);
  }
}

/** sops also shows the value (security.md M1). */
function nameOfScalar(value: ScalarValue): string {
  if (value.kind === "null") {
    return "<nil> of type <nil>";
  }
  return `a value of type ${value.kind === "float" ? "float64" : value.kind}`;
}
