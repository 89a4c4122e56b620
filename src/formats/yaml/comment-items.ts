import type { Comment, ListItem, MapItem, TreeValue } from "../../document/tree.js";
import { appendAll } from "./append-all.js";
import { EMPTY_LINE, type CommentQueue, type CommentText } from "./comment-queue.js";
import type { NodeComments } from "./frame.js";
import type { Extra, PlaceTable } from "./places.js";

/** Turns comment texts into items of the tree: one item a line (spec: formats.md §5.5). */
export class CommentItems {
  private readonly text: string;
  private readonly queue: CommentQueue;
  private readonly places: PlaceTable;
  private readonly kept = new Set<number>();

  constructor(text: string, queue: CommentQueue, places: PlaceTable) {
    this.text = text;
    this.queue = queue;
    this.places = places;
  }

  /** Each text may be given once only: its items get their places here. */
  items(lines: CommentText | null, inline = false): Comment[] {
    const items: Comment[] = [];
    for (const line of lines ?? []) {
      if (line === EMPTY_LINE) {
        continue;
      }
      const start = this.queue.starts[line] ?? 0;
      const end = this.queue.ends[line] ?? 0;
      this.kept.add(line);
      const place = this.places.addComment(start, end);
      items.push({ kind: "comment", text: this.text.slice(start + 1, end), inline, place });
    }
    return items;
  }

  append(target: (MapItem | ListItem)[], lines: CommentText | null, inline = false): void {
    if (lines !== null) {
      appendAll(target, this.items(lines, inline));
    }
  }

  /** A collection with its own comments inside: head and line first, foot last. */
  wrap(value: TreeValue, { head, line, foot }: NodeComments): TreeValue {
    if (
      (value.kind !== "map" && value.kind !== "list") ||
      (head === null && line === null && foot === null)
    ) {
      return value;
    }
    const before = [...this.items(head), ...this.items(line)];
    return surrounded(value, before, this.items(foot));
  }

  /** The comments of the text that are in no item: sops drops them. */
  dropped(): Extra[] {
    const { starts, ends } = this.queue;
    const extras: Extra[] = [];
    for (let line = 0; line < starts.length; line += 1) {
      if (!this.kept.has(line)) {
        extras.push({ kind: "comment", start: starts[line] ?? 0, end: ends[line] ?? 0 });
      }
    }
    return extras;
  }
}

export function surrounded(
  value: TreeValue,
  before: readonly Comment[],
  after: readonly Comment[],
): TreeValue {
  if (value.kind !== "map" && value.kind !== "list") {
    return value;
  }
  // A comment may stand in either kind of collection.
  return { ...value, items: [...before, ...value.items, ...after] } as TreeValue;
}
