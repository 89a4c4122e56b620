import type { Leaf, ListItem, MapItem, TreeBranch } from "./tree.js";

/**
 * A part of a leaf path: a key; a list index; `[n]` for the n-th comment of a container;
 * `[key, n]` for the n-th further occurrence of a key that the map already had.
 */
export type LeafPathPart = string | number | readonly [number] | readonly [string, number];

/** Document number first. Unlike a tree path it names every leaf of a file, comments and duplicates included. */
export type LeafPath = readonly LeafPathPart[];

interface Frame {
  readonly items: readonly (MapItem | ListItem)[];
  readonly occurrences: Map<string, number>;
  next: number;
  comments: number;
  elements: number;
}

/** The path of every scalar and comment of a file, as JSON text, in tree order. */
export function leafPaths(branches: readonly TreeBranch[]): Map<Leaf, string> {
  const paths = new Map<Leaf, string>();
  branches.forEach((branch, documentIndex) => {
    const frames: Frame[] = [newFrame(branch.items)];
    const prefixes: string[] = [`[${String(documentIndex)}`];
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const item = frame.items[frame.next];
      if (item === undefined) {
        frames.pop();
        prefixes.pop();
        continue;
      }
      frame.next += 1;
      const path = `${prefixes.at(-1) ?? ""},${JSON.stringify(partOf(frame, item))}`;
      const value = item.kind === "pair" ? item.value : item;
      if (value.kind === "map" || value.kind === "list") {
        frames.push(newFrame(value.items));
        prefixes.push(path);
      } else {
        paths.set(value, `${path}]`);
      }
    }
  });
  return paths;
}

function newFrame(items: readonly (MapItem | ListItem)[]): Frame {
  return { items, occurrences: new Map(), next: 0, comments: 0, elements: 0 };
}

function partOf(frame: Frame, item: MapItem | ListItem): LeafPathPart {
  if (item.kind === "comment") {
    frame.comments += 1;
    return [frame.comments - 1];
  }
  if (item.kind !== "pair") {
    frame.elements += 1;
    return frame.elements - 1;
  }
  const seen = frame.occurrences.get(item.key) ?? 0;
  frame.occurrences.set(item.key, seen + 1);
  return seen === 0 ? item.key : [item.key, seen];
}
