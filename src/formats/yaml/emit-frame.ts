/** Where the comments of a collection go (spec: formats.md §5.6). */
import type {
  Comment,
  ListItem,
  ListValue,
  MapItem,
  MapValue,
  Pair,
  TreeValue,
} from "../../document/tree.js";

export type Collection = MapValue | ListValue;

/** A collection that is being written, and how far. */
export interface Frame {
  readonly node: Collection;
  readonly items: readonly (MapItem | ListItem)[];
  /** It stands directly in a list, on the line of its `-`. */
  readonly isListElement: boolean;
  /** Indentation to return to. */
  readonly outerIndent: number;
  /** Comments that its end brings along. */
  readonly endLine: string;
  readonly endFoot: string;
  /** Foot comment of the last key; set when that key is taken. */
  endTail: string;
  hasStarted: boolean;
  /** The next pair or element, and the comments before it. */
  next: number;
  head: string;
  line: string;
}

/** A pair or element with the comments that belong to it. */
export interface Entry {
  readonly item: Pair | TreeValue;
  readonly head: string;
  readonly line: string;
  /** Not empty only for the last one. */
  readonly foot: string;
}

export function openFrame(
  node: Collection,
  context: Pick<Frame, "isListElement" | "outerIndent" | "endLine" | "endFoot">,
): Frame {
  const frame: Frame = {
    node,
    items: node.items,
    ...context,
    endTail: "",
    hasStarted: false,
    next: 0,
    head: "",
    line: "",
  };
  collectComments(frame);
  return frame;
}

/** Head comment of the collection itself: what stands before its first pair or element. */
export function headOf(frame: Frame): string {
  return hasNext(frame) ? frame.head : joinComments(frame.head, frame.line);
}

export function hasNext(frame: Frame): boolean {
  return frame.next < frame.items.length;
}

/** The next pair or element; moves on to the one after it. */
export function takeEntry(frame: Frame): Entry {
  const item = frame.items[frame.next] as Pair | TreeValue;
  const head = frame.hasStarted ? frame.head : "";
  const { line } = frame;
  frame.hasStarted = true;
  frame.next += 1;
  collectComments(frame);
  const foot = hasNext(frame) ? "" : joinComments(frame.head, frame.line);
  return { item, head, line, foot };
}

function collectComments(frame: Frame): void {
  frame.head = "";
  frame.line = "";
  for (
    let item = frame.items[frame.next];
    item?.kind === "comment";
    item = frame.items[frame.next]
  ) {
    addComment(frame, item);
    frame.next += 1;
  }
}

function addComment(frame: Frame, comment: Comment): void {
  const text = `#${comment.text}`;
  if (comment.inline) {
    frame.line = joinComments(frame.line, text);
  } else {
    frame.head = joinComments(frame.head, text);
  }
}

export function joinComments(first: string, second: string): string {
  return first === "" || second === "" ? first + second : `${first}\n${second}`;
}
