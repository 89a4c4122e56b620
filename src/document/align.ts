import type {
  Comment,
  ListItem,
  ListValue,
  MapItem,
  MapValue,
  Pair,
  Placed,
  TreeBranch,
  TreeValue,
} from "./tree.js";
import { isScalar } from "./tree.js";

/**
 * A tree that was written anew, with the places of the old one wherever the same item stands: so a change that came
 * as text can be spliced like one that was made on the tree.
 *
 * Pairs are matched by key (the n-th by the n-th), comments by text, elements of lists from both ends towards the
 * change. What has no counterpart has no place.
 */
export function alignPlaces(
  fresh: readonly TreeBranch[],
  old: readonly TreeBranch[],
): TreeBranch[] {
  return fresh.map((branch, index) => alignMap(branch, old[index], 0));
}

/** Deeper containers are written anew: nobody edits there by hand, and the stack must hold. */
const DEEPEST = 500;

function alignMap(fresh: MapValue, old: MapValue | undefined, depth: number): MapValue {
  const pairs = new Queues<Pair>();
  const comments = new Queues<Comment>();
  for (const item of old?.items ?? []) {
    if (item.kind === "pair") {
      pairs.add(item.key, item);
    } else {
      comments.add(item.text, item);
    }
  }
  const items = fresh.items.map((item): MapItem => {
    if (item.kind === "comment") {
      return placed(item, comments.take(item.text));
    }
    const counterpart = pairs.take(item.key);
    return {
      ...placed(item, counterpart),
      value: alignValue(item.value, counterpart?.value, depth + 1),
    };
  });
  return { ...placed(fresh, old), items };
}

function alignList(fresh: ListValue, old: ListValue | undefined, depth: number): ListValue {
  const before = old?.items ?? [];
  const head = commonLength(fresh.items, before, (items, index) => items[index]);
  const rest = Math.min(fresh.items.length, before.length) - head;
  const tail = Math.min(
    rest,
    commonLength(fresh.items, before, (items, index) => items[items.length - 1 - index]),
  );
  const items = fresh.items.map((item, index): ListItem => {
    const fromEnd = fresh.items.length - index;
    if (index < head || fromEnd > tail) {
      return alignItem(item, index < before.length - tail ? before[index] : undefined, depth);
    }
    return alignItem(item, before[before.length - fromEnd], depth);
  });
  return { ...placed(fresh, old), items };
}

function alignItem(fresh: ListItem, old: ListItem | undefined, depth: number): ListItem {
  if (fresh.kind === "comment") {
    return placed(fresh, old?.kind === "comment" ? old : undefined);
  }
  return alignValue(fresh, old?.kind === "comment" ? undefined : old, depth + 1);
}

function alignValue(fresh: TreeValue, old: TreeValue | undefined, depth: number): TreeValue {
  if (depth > DEEPEST) {
    return fresh;
  }
  if (fresh.kind === "map") {
    return alignMap(fresh, old?.kind === "map" ? old : undefined, depth);
  }
  if (fresh.kind === "list") {
    return alignList(fresh, old?.kind === "list" ? old : undefined, depth);
  }
  return placed(fresh, old !== undefined && isScalar(old) ? old : undefined);
}

function placed<Item extends Placed>(fresh: Item, old: Placed | undefined): Item {
  return { ...fresh, place: old?.place };
}

/** How many items look alike from one end; containers count as alike by their kind. */
function commonLength(
  fresh: readonly ListItem[],
  old: readonly ListItem[],
  at: (items: readonly ListItem[], index: number) => ListItem | undefined,
): number {
  let length = 0;
  for (
    let a = at(fresh, 0), b = at(old, 0);
    a !== undefined && b !== undefined && looksAlike(a, b);
  ) {
    length += 1;
    a = length < fresh.length ? at(fresh, length) : undefined;
    b = length < old.length ? at(old, length) : undefined;
  }
  return length;
}

function looksAlike(a: ListItem, b: ListItem): boolean {
  if (a.kind === "comment" || b.kind === "comment") {
    return a.kind === "comment" && b.kind === "comment" && a.text === b.text;
  }
  if (!isScalar(a) || !isScalar(b)) {
    return a.kind === b.kind;
  }
  return a.kind === b.kind && ("value" in a ? "value" in b && a.value === b.value : true);
}

/** First in, first out, by name. */
class Queues<Item> {
  readonly #queues = new Map<string, { items: Item[]; next: number }>();

  add(name: string, item: Item): void {
    const queue = this.#queues.get(name);
    if (queue === undefined) {
      this.#queues.set(name, { items: [item], next: 0 });
    } else {
      queue.items.push(item);
    }
  }

  take(name: string): Item | undefined {
    const queue = this.#queues.get(name);
    const item = queue?.items[queue.next];
    if (queue !== undefined) {
      queue.next += 1;
    }
    return item;
  }
}
