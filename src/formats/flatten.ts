/**
 * The flat names of nested metadata in dotenv and INI (spec: formats.md §4.3): `__map_` + key below a map, `__list_`
 * + index below a list. Line breaks in values are the format's own business, and so is the prefix `sops_`.
 */
import type { ListItem, MapItem, MapValue, StringValue, TreeValue } from "../document/tree.js";
import { SopsError } from "../support/errors.js";
import { showText } from "../support/text.js";
import { flatText } from "./flat-text.js";

const MAP_SEPARATOR = "__map_";
const LIST_SEPARATOR = "__list_";

type Named = readonly [name: string, value: TreeValue];

/**
 * Name and text of every scalar, in the order of the nested form. Empty maps and lists vanish, and so do nulls and
 * comments.
 */
export function flattenMetadata(metadata: MapValue): [name: string, text: string][] {
  const flat: [string, string][] = [];
  const pending: Named[] = namedItems(metadata, "").toReversed();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [name, value] = next;
    if (value.kind === "map" || value.kind === "list") {
      const children =
        value.kind === "map" ? namedItems(value, name + MAP_SEPARATOR) : namedElements(value, name);
      for (const child of children.toReversed()) {
        pending.push(child);
      }
    } else if (value.kind !== "null") {
      flat.push([name, flatText(value)]);
    }
  }
  return flat;
}

function namedItems(map: MapValue, prefix: string): Named[] {
  const pairs = map.items.filter((item) => item.kind === "pair");
  return pairs.map(({ key, value }) => [prefix + key, value]);
}

function namedElements(list: { readonly items: readonly ListItem[] }, name: string): Named[] {
  const values = list.items.filter((item) => item.kind !== "comment");
  return values.map((value, index) => [`${name}${LIST_SEPARATOR}${index}`, value]);
}

/** A step of a name: a key of a map, or an index of a list. */
type Step = string | number;

/** A map or list under construction. Its value may be hung in before it is complete: the items are filled later. */
interface Container {
  readonly kind: "map" | "list";
  readonly slots: Map<Step, Container | StringValue>;
  readonly mapItems: MapItem[];
  readonly listItems: ListItem[];
}

/**
 * The nested map that the flat names describe; the order of the names does not matter. All values are strings.
 *
 * @throws SopsError METADATA_INVALID for a name given twice, a name that is both value and container, and list
 * indexes other than 0…n-1
 */
export function unflattenMetadata(entries: Iterable<readonly [string, string]>): MapValue {
  const root = newContainer("map");
  const containers = [root];
  for (const [name, text] of entries) {
    insert(root, name, text, containers);
  }
  for (const container of containers) {
    fill(container);
  }
  return { kind: "map", items: root.mapItems };
}

function newContainer(kind: "map" | "list"): Container {
  return { kind, slots: new Map(), mapItems: [], listItems: [] };
}

function insert(root: Container, name: string, text: string, containers: Container[]): void {
  const [first, ...rest] = splitName(name);
  let container = root;
  let step = first;
  for (const next of rest) {
    container = enter(container, step, typeof next === "string" ? "map" : "list", containers);
    step = next;
  }
  const present = container.slots.get(step);
  if (present !== undefined) {
    const reason =
      present.kind === "string" ? ` "${showText(name)}": Duplicate value` : ": Type mismatch";
    throw new SopsError("METADATA_INVALID", `Error while unflattening${reason}`);
  }
  container.slots.set(step, { kind: "string", value: text });
}

/** The container below `step`, made (and added to `containers`) where there is none yet. */
function enter(
  parent: Container,
  step: Step,
  kind: "map" | "list",
  containers: Container[],
): Container {
  const present = parent.slots.get(step);
  if (present === undefined) {
    const child = newContainer(kind);
    parent.slots.set(step, child);
    containers.push(child);
    return child;
  }
  if (present.kind !== kind) {
    throw new SopsError("METADATA_INVALID", "Error while unflattening: Type mismatch");
  }
  return present;
}

function fill(container: Container): void {
  if (container.kind === "map") {
    for (const [key, child] of container.slots) {
      container.mapItems.push({ kind: "pair", key: String(key), value: valueOf(child) });
    }
    return;
  }
  for (let index = 0; index < container.slots.size; index += 1) {
    const child = container.slots.get(index);
    if (child === undefined) {
      throw new SopsError("METADATA_INVALID", "Error while unflattening: Incomplete list");
    }
    container.listItems.push(valueOf(child));
  }
}

function valueOf(node: Container | StringValue): TreeValue {
  switch (node.kind) {
    case "string":
      return node;
    case "map":
      return { kind: "map", items: node.mapItems };
    case "list":
      return { kind: "list", items: node.listItems };
  }
}

/** The part before the first separator is a key of the outermost map. */
function splitName(name: string): [Step, ...Step[]] {
  let separator = nextSeparator(name, 0);
  const steps: [Step, ...Step[]] = [name.slice(0, separator?.at)];
  while (separator !== null) {
    const next = nextSeparator(name, separator.end);
    const text = name.slice(separator.end, next?.at);
    steps.push(separator.isList ? listIndex(text) : text);
    separator = next;
  }
  return steps;
}

interface Separator {
  readonly at: number;
  readonly end: number;
  readonly isList: boolean;
}

function nextSeparator(name: string, from: number): Separator | null {
  for (let at = name.indexOf("__", from); at !== -1; at = name.indexOf("__", at + 1)) {
    if (name.startsWith(MAP_SEPARATOR, at)) {
      return { at, end: at + MAP_SEPARATOR.length, isList: false };
    }
    if (name.startsWith(LIST_SEPARATOR, at)) {
      return { at, end: at + LIST_SEPARATOR.length, isList: true };
    }
  }
  return null;
}

/** compat: an index that is no number counts as 0 (spec: formats.md §4.3). */
function listIndex(text: string): number {
  return /^[+-]?\d+$/.test(text) ? Number(text) : 0;
}
