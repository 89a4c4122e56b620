import type { ListItem, MapItem } from "../../document/tree.js";
import type { AnchorTarget } from "./anchors.js";
import type { CommentText } from "./comment-queue.js";
import type { Mark } from "./cursor.js";
import type { KeyText } from "./scalar-value.js";

/** The comments that a node takes over (spec: formats.md §5.3 (e)). */
export interface NodeComments {
  readonly head: CommentText | null;
  readonly line: CommentText | null;
  readonly foot: CommentText | null;
}

export const NO_COMMENTS: NodeComments = { head: null, line: null, foot: null };

/** Tag and anchor before a node. */
export interface NodeProperties {
  readonly anchor: string | null;
  /** Resolved; empty for none. */
  readonly tag: string;
}

export const NO_PROPERTIES: NodeProperties = { anchor: null, tag: "" };

/** A finished key that waits for its value. */
export interface PendingKey extends KeyText {
  readonly head: CommentText | null;
  readonly line: CommentText | null;
  /** A value's foot comment moves here if the key has none (§5.3 (f)). */
  foot: CommentText | null;
  readonly isMerge: boolean;
  readonly isTagged: boolean;
  readonly start: number;
  readonly end: number;
  readonly aliasOf: number | undefined;
}

/** A collection that is being read. */
export interface Frame {
  readonly kind: "map" | "list";
  readonly isFlow: boolean;
  readonly start: number;
  readonly mark: Mark;
  readonly head: CommentText | null;
  readonly anchor: AnchorTarget | null;
  readonly items: (MapItem | ListItem)[];
  /** Lines of the keys so far, by text; of alias keys by name, in a table of their own. */
  readonly keyLines: Map<string, number>;
  readonly aliasKeyLines: Map<string, number>;
  /** Of the entry that is being read: its start, and the ends of what precedes its value and the value's text. */
  entryStart: number;
  headEnd: number;
  bodyStart: number;
  key: PendingKey | null;
  hasPairs: boolean;
  /** Foot comments of the last pair, kept back because the next key may replace them. */
  valueFoot: CommentText | null;
  keyFoot: CommentText | null;
}

export interface FrameStart {
  readonly isFlow: boolean;
  readonly start: number;
  readonly mark: Mark;
  readonly head: CommentText | null;
  readonly anchor: AnchorTarget | null;
}

/** Shared by all lists, which never fill it. */
const NO_LINES = new Map<string, number>();

export function newFrame(
  kind: "map" | "list",
  { isFlow, start, mark, head, anchor }: FrameStart,
): Frame {
  return {
    kind,
    isFlow,
    start,
    mark,
    head,
    anchor,
    items: [],
    keyLines: kind === "map" ? new Map<string, number>() : NO_LINES,
    aliasKeyLines: kind === "map" ? new Map<string, number>() : NO_LINES,
    entryStart: start,
    headEnd: start,
    bodyStart: start,
    key: null,
    hasPairs: false,
    valueFoot: null,
    keyFoot: null,
  };
}
