import type { MapItem, Pair, TreeBranch, TreeValue } from "../../document/tree.js";
import { ParseError } from "../../support/errors.js";
import { Anchors, type AnchorTarget } from "./anchors.js";
import { appendAll } from "./append-all.js";
import { CommentItems, surrounded } from "./comment-items.js";
import type { CommentQueue, CommentText } from "./comment-queue.js";
import { makeToken, type Mark } from "./cursor.js";
import {
  newFrame,
  NO_COMMENTS,
  type Frame,
  type FrameStart,
  type NodeComments,
  type NodeProperties,
  type PendingKey,
} from "./frame.js";
import { MAX_DEPTH, MAX_DEPTH_PROBLEM } from "./limits.js";
import type { ContainerSpan, EntrySpan, Outline } from "./outline.js";
import { PlaceTable, type DocumentSpan, type Extra, type PlaceStyle } from "./places.js";
import { DocumentChecks, type Root } from "./document-checks.js";
import { isMergeKey, keyText, type KeyText } from "./scalar-value.js";
import { TOKEN, type Token } from "./token.js";

/** A node as it is handed to the collection around it. */
interface Finished {
  readonly value: TreeValue;
  readonly comments: NodeComments;
  readonly end: number;
  /** A scalar or an alias: its comments stand beside it, not inside. */
  readonly isLeafLike: boolean;
  readonly isAlias: boolean;
  readonly anchor: AnchorTarget | null;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

interface KeyTraits {
  readonly isMerge?: boolean;
  readonly isTagged?: boolean;
  /** Set for an alias: place of what it stands for, -1 without one. */
  readonly aliasOf?: number;
}

/** Nodes to the tree (spec: formats.md §5.5), with the comment fix-ups of §5.3 (f) and the checks of §5.1. */
export class TreeBuilder {
  readonly places: PlaceTable = new PlaceTable();
  readonly extras: Extra[] = [];
  readonly branches: TreeBranch[] = [];
  readonly documents: DocumentSpan[] = [];
  readonly anchors: Anchors = new Anchors(this.places);
  readonly comments: CommentItems;
  private readonly outline: Outline | null;
  private readonly frames: Frame[] = [];
  private top: Frame | null = null;
  private checks = new DocumentChecks(true);
  private root: Root | null = null;
  private rootItems: MapItem[] = [];
  private documentStart = 0;
  private rootSpan: ContainerSpan | null = null;

  /** @param outline filled with the spans of all entries and collections, if there is one */
  constructor(text: string, queue: CommentQueue, outline: Outline | null) {
    this.outline = outline;
    this.comments = new CommentItems(text, queue, this.places);
  }

  addExtra(kind: Extra["kind"], start: number, end: number): void {
    this.extras.push({ kind, start, end });
  }

  startDocument(head: CommentText | null, start: number): void {
    this.documentStart = start;
    this.checks = new DocumentChecks(this.documents.length === 0);
    this.root = null;
    this.rootItems = this.comments.items(head);
    this.rootSpan = null;
    this.anchors.startDocument();
  }

  /** @throws ParseError for whatever was wrong with the document */
  endDocument(foot: CommentText | null, end: number): void {
    this.checks.finish(this.root);
    this.comments.append(this.rootItems, foot);
    const branch: TreeBranch = { kind: "map", items: this.rootItems };
    this.branches.push(branch);
    if (this.rootSpan !== null) {
      this.outline?.containers.set(branch, this.rootSpan);
    }
    const isPlainRoot = this.root === null || this.root.isBlockAtMargin || this.root.isEmpty;
    this.documents.push({ start: this.documentStart, end, isPlainRoot });
  }

  /** An entry of the innermost collection begins. */
  startEntry(at: number): void {
    if (this.top !== null) {
      this.top.entryStart = at;
    }
  }

  /** A node begins somewhere behind `at`. */
  startNode(at: number): void {
    if (this.top !== null) {
      this.top.headEnd = at;
      this.top.bodyStart = at;
    }
  }

  /** The node's own text begins somewhere behind `at`, where its properties end. */
  startBody(at: number): void {
    if (this.top !== null) {
      this.top.bodyStart = at;
    }
  }

  addScalar(
    token: Token,
    properties: NodeProperties,
    comments: NodeComments,
    style: PlaceStyle = token.style,
  ): void {
    this.anchors.countNode();
    const { top } = this;
    const value = this.checks.scalar(token, properties.tag);
    const anchor = this.anchors.open(properties.anchor);
    const isTagged = properties.tag !== "";
    if (top?.kind === "map" && top.key === null) {
      this.anchors.close(anchor, value);
      const isMerge = isMergeKey(token, properties.tag);
      this.checks.key(top, top.keyLines, token);
      this.setKey(top, keyText(value), comments, spanOf(token), { isMerge, isTagged });
      return;
    }
    const { block } = token;
    const isBlank = block !== null && block.contentStart === block.contentEnd;
    const end = isBlank ? block.headerEnd : token.end;
    const start = block?.contentStart ?? token.start;
    const isFlow = top?.isFlow ?? false;
    const place = this.places.addScalar(start, token.end, style, isFlow, isTagged, block);
    const placed =
      value.kind === "string"
        ? { kind: value.kind, value: value.value, place }
        : { ...value, place };
    const node = { value: placed, comments, end, isLeafLike: true, isAlias: false, anchor };
    this.attach(node, token, style === "empty");
  }

  /** A node without text, properties perhaps. */
  addEmpty(at: number, { line, column }: Mark, properties: NodeProperties): void {
    this.addScalar(makeToken(TOKEN.SCALAR, at, at, line, column), properties, NO_COMMENTS, "empty");
  }

  /** @throws ParseError for an unknown name */
  addAlias(token: Token, comments: NodeComments): void {
    const { top } = this;
    const { value: target, nodes } = this.anchors.find(token);
    if (target === null) {
      this.checks.recursion(token);
    }
    const value: TreeValue = target ?? { kind: "null" };
    if (top?.kind === "map" && top.key === null) {
      const isCollection = value.kind === "map" || value.kind === "list";
      const text = isCollection ? this.refuseKey(value.kind, token) : keyText(value);
      this.checks.key(top, top.aliasKeyLines, token);
      this.setKey(top, text, comments, spanOf(token), { aliasOf: value.place ?? -1 });
      return;
    }
    const copy = this.anchors.copy(value, nodes, token, top?.isFlow ?? false);
    const { end } = token;
    const node = { value: copy, comments, end, isLeafLike: true, isAlias: true, anchor: null };
    this.attach(node, token, false);
  }

  openMap(
    token: Token,
    properties: NodeProperties,
    head: CommentText | null,
    isFlow: boolean,
  ): void {
    this.open("map", token, properties, head, isFlow);
  }

  openList(
    token: Token,
    properties: NodeProperties,
    head: CommentText | null,
    isFlow: boolean,
  ): void {
    this.open("list", token, properties, head, isFlow);
  }

  private open(
    kind: "map" | "list",
    token: Token,
    properties: NodeProperties,
    head: CommentText | null,
    isFlow: boolean,
  ): void {
    this.anchors.countNode();
    const { start, line, column } = token;
    if (this.frames.length >= MAX_DEPTH) {
      throw new ParseError(`yaml: ${MAX_DEPTH_PROBLEM}`, line + 1, column + 1);
    }
    const anchor = this.anchors.open(properties.anchor);
    const settings: FrameStart = { isFlow, start, mark: { line, column }, head, anchor };
    this.top = newFrame(kind, settings);
    this.frames.push(this.top);
  }

  /** Closes the innermost collection; line and foot comment come with its end. */
  close({ line, foot }: NodeComments, end: number): void {
    const frame = this.frames.pop();
    if (frame === undefined) {
      return;
    }
    this.top = this.frames.at(-1) ?? null;
    let ownFoot = foot;
    if (frame.kind === "map") {
      if (!frame.isFlow && frame.hasPairs && foot !== null) {
        frame.keyFoot = foot;
        ownFoot = null;
      }
      this.flushFeet(frame);
    }
    // A map frame holds map items only, a list frame list items only.
    const value = { kind: frame.kind, items: frame.items } as TreeValue;
    const parent = this.top;
    if (parent?.kind === "map" && parent.key === null) {
      const at = { start: frame.start, line: frame.mark.line };
      this.setKey(
        parent,
        this.refuseKey(frame.kind, at),
        NO_COMMENTS,
        { start: at.start, end },
        {},
      );
      return;
    }
    const comments = { head: frame.head, line, foot: ownFoot };
    const isLeafLike = false;
    const node = { value, comments, end, isLeafLike, isAlias: false, anchor: frame.anchor };
    this.attach(node, frame.mark, false, frame);
  }

  private attach(node: Finished, mark: Mark, isEmpty: boolean, frame: Frame | null = null): void {
    const { top } = this;
    let template: TreeValue;
    if (top === null) {
      template = this.setRoot(node, mark, isEmpty, frame);
    } else {
      template = top.kind === "map" ? this.addPair(top, node) : this.addElement(top, node);
    }
    if (this.outline !== null && frame !== null) {
      const span = spanOfFrame(frame, node.end, top);
      this.outline.containers.set(node.value, span).set(template, span);
      this.rootSpan = top === null ? span : this.rootSpan;
    }
    this.anchors.close(node.anchor, template);
  }

  private setRoot(node: Finished, mark: Mark, isEmpty: boolean, frame: Frame | null): TreeValue {
    const isBlockAtMargin = frame !== null && !frame.isFlow && mark.column === 0;
    this.root = { value: node.value, isAlias: node.isAlias, isBlockAtMargin, isEmpty, mark };
    if (node.isLeafLike) {
      // A null root keeps the comments before and beside it; sops drops those behind it.
      this.comments.append(this.rootItems, node.comments.head);
      this.comments.append(this.rootItems, node.comments.line);
      return node.value;
    }
    const value = this.comments.wrap(node.value, node.comments);
    if (value.kind === "map") {
      this.rootItems =
        this.rootItems.length === 0 ? [...value.items] : [...this.rootItems, ...value.items];
    }
    return value;
  }

  private addElement(list: Frame, node: Finished): TreeValue {
    const { value, comments, isLeafLike, anchor } = node;
    this.outline?.entries.set(value, entryOf(list, node.end));
    if (comments === NO_COMMENTS) {
      list.items.push(value);
      return value;
    }
    const head = this.comments.items(comments.head);
    const line = this.comments.items(comments.line, true);
    const foot = this.comments.items(comments.foot);
    appendAll(list.items, head);
    appendAll(list.items, line);
    list.items.push(value);
    appendAll(list.items, foot);
    if (isLeafLike || anchor === null) {
      return value;
    }
    const before = [...head, ...line.map((comment) => ({ ...comment, inline: false }))];
    return surrounded(value, before, foot);
  }

  private addPair(map: Frame, { value, comments, end, isLeafLike, isAlias }: Finished): TreeValue {
    const { key } = map;
    if (key === null) {
      return value;
    }
    let { foot } = comments;
    if (key.foot === null && foot !== null) {
      key.foot = foot;
      foot = null;
    }
    if (key.isMerge) {
      this.checks.merge(key.start, map.mark, value, isAlias);
    }
    this.comments.append(map.items, key.head);
    this.comments.append(map.items, key.line);
    let placed = value;
    if (isLeafLike) {
      this.comments.append(map.items, comments.head);
      this.comments.append(map.items, comments.line, true);
    } else {
      placed = this.comments.wrap(value, { head: comments.head, line: comments.line, foot });
    }
    const isSpecial = key.isTagged || key.aliasOf !== undefined || this.frames.length === 1;
    const pair: Pair = { kind: "pair", key: key.key, keyType: key.keyType, value: placed };
    const item = isSpecial ? { ...pair, place: this.addPairPlace(key, end, map.isFlow) } : pair;
    map.items.push(item);
    this.outline?.entries.set(item, entryOf(map, end));
    map.valueFoot = isLeafLike ? foot : null;
    map.keyFoot = key.foot;
    map.hasPairs = true;
    map.key = null;
    return placed;
  }

  private addPairPlace(key: PendingKey, valueEnd: number, isFlow: boolean): number {
    const { start, end, isTagged, aliasOf } = key;
    return this.places.addPair(start, end, { valueEnd, isTagged, isFlow, aliasOf });
  }

  private setKey(
    map: Frame,
    { key, keyType }: KeyText,
    comments: NodeComments,
    { start, end }: Span,
    { isMerge = false, isTagged = false, aliasOf }: KeyTraits,
  ): void {
    const { head, line } = comments;
    let { foot } = comments;
    if (!map.isFlow && map.hasPairs && foot !== null) {
      map.keyFoot = foot;
      foot = null;
    }
    this.flushFeet(map);
    map.key = { key, keyType, head, line, foot, isMerge, isTagged, start, end, aliasOf };
  }

  private refuseKey(
    kind: "map" | "list",
    { start, line }: { start: number; line: number },
  ): KeyText {
    return this.checks.collectionKey(kind, this.frames.length === 1, start, line);
  }

  private flushFeet(map: Frame): void {
    this.comments.append(map.items, map.valueFoot);
    this.comments.append(map.items, map.keyFoot);
    map.valueFoot = null;
    map.keyFoot = null;
  }
}

function spanOf({ start, end }: Token): Span {
  return { start, end };
}

function entryOf({ kind, isFlow, entryStart, headEnd, bodyStart }: Frame, end: number): EntrySpan {
  const isBare = isFlow && kind === "list";
  return { start: entryStart, headEnd: isBare ? entryStart : headEnd, bodyStart, end };
}

function spanOfFrame(frame: Frame, end: number, parent: Frame | null): ContainerSpan {
  const { kind, isFlow, start, mark } = frame;
  return {
    kind,
    isFlow,
    start,
    end,
    column: mark.column,
    parent:
      parent === null
        ? null
        : {
            kind: parent.kind,
            start: parent.start,
            column: parent.mark.column,
            isFlow: parent.isFlow,
          },
  };
}
