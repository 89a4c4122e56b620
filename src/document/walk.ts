import { SopsError } from "../support/errors.js";

import type { Selection } from "./selection.js";
import type {
  Comment,
  Leaf,
  ListItem,
  ListValue,
  MapItem,
  MapValue,
  Pair,
  ScalarValue,
  StringValue,
  TreeBranch,
  TreeValue,
} from "./tree.js";

/** Nesting that every format carries (decisions.md); beyond it a clean refusal. */
export const MAX_DEPTH = 10_000;

/** Keys and list indexes from the document's top to a leaf. */
export type TreePath = readonly (string | number)[];

/** Where the walk stands. One object for the whole walk: read it, do not keep it. */
export interface LeafPosition {
  readonly documentIndex: number;
  /** The AAD of the leaf (crypto.md §5): map keys, each followed by a colon; `:` for a top-level comment. */
  readonly aad: string;
  /** Whether the selection wants this leaf encrypted. */
  readonly isSelected: boolean;
  /** The leaf is an element of a list. */
  readonly isInList: boolean;
  /** The path of the leaf, for messages; for a comment that of its container. Built on demand. */
  path(): TreePath;
}

export interface WalkHandler {
  /** @returns what stands in the new tree: a scalar, or the comment that a list item turns out to be (crypto.md §8) */
  scalar(value: ScalarValue, at: LeafPosition): Leaf;
  /** @returns what stands in the new tree; in a list a comment may become an element */
  comment(comment: Comment, at: LeafPosition): Comment | StringValue;
}

interface Frame {
  readonly container: MapValue | ListValue;
  readonly source: readonly (MapItem | ListItem)[];
  readonly out: (MapItem | ListItem)[];
  /** AAD of what stands directly in this container. */
  readonly prefix: string;
  /** A path component so far matches the rule. */
  readonly isMatched: boolean;
  /** Which of this container's active comments match (crypto.md §7.1); only kept for comment rules. */
  comments: boolean[];
  next: number;
  /** Real elements of a list seen so far: comments do not count. */
  elements: number;
}

/**
 * The one walk: visits every scalar and comment of every document in order and builds the tree of what the handler
 * returns, places kept. Encryption, decryption, MAC and inspection are handlers of it.
 *
 * Comments come before the item they precede; containers are walked without recursion.
 *
 * @throws SopsError whatever the handler throws; CANNOT_ENCRYPT_TREE-class errors for non-string keys are the
 *   handler's business through `refuse`
 */
export function walkTree(
  branches: readonly TreeBranch[],
  selection: Selection,
  handler: WalkHandler,
  refuse: (message: string, path: TreePath) => SopsError,
): TreeBranch[] {
  return branches.map((branch, index) => new Walk(branch, index, selection, handler, refuse).run());
}

class Walk implements LeafPosition {
  readonly documentIndex: number;
  aad = "";
  isSelected = false;
  isInList = false;
  readonly #selection: Selection;
  readonly #handler: WalkHandler;
  readonly #refuse: (message: string, path: TreePath) => SopsError;
  readonly #frames: Frame[];

  constructor(
    branch: TreeBranch,
    index: number,
    selection: Selection,
    handler: WalkHandler,
    refuse: (message: string, path: TreePath) => SopsError,
  ) {
    this.documentIndex = index;
    this.#selection = selection;
    this.#handler = handler;
    this.#refuse = refuse;
    this.#frames = [newFrame(branch, "", false)];
  }

  run(): TreeBranch {
    const root = this.#frames[0] as Frame;
    for (let frame: Frame | undefined = root; frame !== undefined; frame = this.#frames.at(-1)) {
      const item = frame.source[frame.next];
      if (item === undefined) {
        this.#leave(frame);
      } else {
        frame.next += 1;
        this.#visit(frame, item);
      }
    }
    return { kind: "map", items: root.out as MapItem[], place: root.container.place };
  }

  path(): TreePath {
    const path: (string | number)[] = [];
    for (const frame of this.#frames) {
      const item = frame.source[frame.next - 1];
      if (item?.kind === "pair") {
        path.push(item.key);
      } else if (frame.container.kind === "list" && item !== undefined && item.kind !== "comment") {
        path.push(frame.elements - 1);
      }
    }
    return path;
  }

  #visit(frame: Frame, item: MapItem | ListItem): void {
    switch (item.kind) {
      case "comment":
        this.#visitComment(frame, item);
        return;
      case "pair":
        frame.out.push(this.#visitPair(frame, item));
        break;
      default:
        frame.out.push(this.#visitElement(frame, item));
    }
    if (this.#selection.by === "comment") {
      this.#noteComments(frame, frame.out.at(-1));
    }
  }

  #visitPair(frame: Frame, { key, keyType, value, place }: Pair): Pair {
    if (keyType !== undefined) {
      const message = `Tree contains a non-string key (type ${keyType}). Only string keys are supported`;
      throw this.#refuse(message, this.path());
    }
    const isMatched = frame.isMatched || this.#matchesKey(key);
    const replaced = this.#visitValue(value, `${frame.prefix}${key}:`, isMatched, false);
    if (replaced.kind === "comment") {
      throw this.#refuse("Found a comment where a value is expected", this.path());
    }
    return { kind: "pair", key, keyType, value: replaced, place };
  }

  #visitElement(frame: Frame, item: TreeValue): ListItem {
    frame.elements += 1;
    const replaced = this.#visitValue(item, frame.prefix, frame.isMatched, true);
    if (replaced.kind === "comment") {
      frame.elements -= 1;
    }
    return replaced;
  }

  #visitValue(
    value: TreeValue,
    aad: string,
    isMatched: boolean,
    isInList: boolean,
  ): TreeValue | Comment {
    if (value.kind === "list" || value.kind === "map") {
      this.#enter(value, aad, isMatched);
      return value;
    }
    this.#point(aad, isMatched, false);
    this.isInList = isInList;
    return this.#handler.scalar(value, this);
  }

  #visitComment(frame: Frame, comment: Comment): void {
    if (this.#selection.by === "comment") {
      this.#noteComments(frame, comment);
    }
    this.#point(frame.prefix === "" ? ":" : frame.prefix, frame.isMatched, true);
    this.isInList = frame.container.kind === "list";
    const replaced = this.#handler.comment(comment, this);
    if (replaced.kind !== "comment" && !this.isInList) {
      throw this.#refuse("Found a value where a comment is expected", this.path());
    }
    frame.out.push(replaced);
  }

  /** A comment becomes active; anything else ends the comments before it. */
  #noteComments(frame: Frame, item: MapItem | ListItem | undefined): void {
    if (item?.kind === "comment") {
      frame.comments.push(
        this.#selection.by === "comment" && this.#selection.matchesComment(item.text),
      );
    } else if (this.#frames.at(-1) === frame) {
      frame.comments = [];
    }
  }

  #enter(container: MapValue | ListValue, prefix: string, isMatched: boolean): void {
    if (this.#frames.length >= MAX_DEPTH) {
      throw this.#refuse(`nested deeper than ${String(MAX_DEPTH)} levels`, []);
    }
    this.#frames.push(newFrame(container, prefix, isMatched));
  }

  /** The container is done: its new form takes the place of the old one in its parent. */
  #leave(frame: Frame): void {
    this.#frames.pop();
    const parent = this.#frames.at(-1);
    if (parent === undefined) {
      return;
    }
    const done = { ...frame.container, items: frame.out } as MapValue | ListValue;
    const last = parent.out.length - 1;
    const holder = parent.out[last];
    parent.out[last] = holder?.kind === "pair" ? { ...holder, value: done } : done;
    parent.comments = [];
  }

  #matchesKey(key: string): boolean {
    return this.#selection.by === "path" && this.#selection.matchesKey(key);
  }

  #point(aad: string, isMatched: boolean, isComment: boolean): void {
    this.aad = aad;
    const isHit = this.#selection.by === "path" ? isMatched : this.#hasActiveComment(isComment);
    this.isSelected = isHit === this.#selection.encryptsMatches;
  }

  /** A comment ignores itself under `encrypted_comment_regex` only (crypto.md §7.1). */
  #hasActiveComment(isComment: boolean): boolean {
    const selection = this.#selection;
    if (selection.by !== "comment") {
      return false;
    }
    const innermost = this.#frames.length - 1;
    return this.#frames.some((frame, depth) => {
      const skipsSelf = isComment && selection.encryptsMatches && depth === innermost;
      return (skipsSelf ? frame.comments.slice(0, -1) : frame.comments).includes(true);
    });
  }
}

function newFrame(container: MapValue | ListValue, prefix: string, isMatched: boolean): Frame {
  return {
    container,
    source: container.items,
    out: [],
    prefix,
    isMatched,
    comments: [],
    next: 0,
    elements: 0,
  };
}

/** A tree path as people and `--extract` write it. */
export function formatTreePath(path: TreePath): string {
  return path
    .map((part) => (typeof part === "number" ? `[${String(part)}]` : `["${part}"]`))
    .join("");
}
