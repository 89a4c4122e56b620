import type {
  ListItem,
  MapItem,
  MapValue,
  Pair,
  ScalarValue,
  TreeBranch,
  TreeValue,
} from "../../document/tree.js";
import { isScalar } from "../../document/tree.js";
import { alignItems, isInStep, type AlignStep } from "../align.js";
import { isMetadataPair } from "../metadata-entry.js";
import { isSameScalar, spanEnd, spanStart, Splicer, type SpannedDocument } from "../splice.js";
import type { Piece, RenderMode } from "../store.js";
import {
  baseStyle,
  divideLead,
  endOf,
  hasLineBreak,
  indentAfter,
  LineCursor,
  separatorBefore,
  startOf,
  styleInside,
  type Container,
  type JsonStyle,
} from "./file-style.js";
import { writeKey, writeNewValue } from "./write-new.js";
import { splicedScalar, writeJson } from "./write.js";

type Item = MapItem | ListItem;

/** The source's own pieces: every scalar is a leaf, in its own spelling. */
export function segmentJson(document: SpannedDocument): Piece[] {
  const [root] = document.branches;
  return (root === undefined ? null : renderJson(document, root, "encrypt")) ?? [];
}

/**
 * The source with `branch` in it. What is gone leaves with its comma and its own line; what is new stands in the style
 * of its neighbours, but a new metadata entry in sops's, as one piece of structure.
 *
 * @returns `null` for a value that JSON cannot spell, for items that moved and, unless the mode is `keep`, for another
 * shape
 */
export function renderJson(
  document: SpannedDocument,
  branch: TreeBranch,
  mode: RenderMode,
): Piece[] | null {
  const [root] = document.branches;
  if (root === undefined || branch.items.filter(isNewMetadata).length > 1) {
    return null;
  }
  const items = branch.items.map((item) =>
    isNewMetadata(item) ? { ...item, place: undefined } : item,
  );
  return new JsonRenderer(document, mode).render(root, { ...branch, items });
}

function isNewMetadata(item: MapItem): item is Pair {
  return isMetadataPair(item) && (item.place === undefined || item.value.place === undefined);
}

/** A map or list that is being rendered. */
interface Frame {
  readonly old: Container;
  readonly current: readonly Item[];
  /** `null` when nothing of `old` has come, gone or moved. */
  readonly steps: readonly AlignStep[] | null;
  readonly style: JsonStyle;
  next: number;
  /** How many items of `old` have been passed, kept or left out. */
  passed: number;
  /** Where the last of them ends; behind the bracket before the first. */
  end: number;
  /** Something stands in the new container already. */
  hasItems: boolean;
  /** Since the last kept item some have been left out: the white space that now stands before the next one. */
  carried: string | null;
}

/** Explicit stack instead of recursion: depth is data. */
class JsonRenderer {
  readonly #document: SpannedDocument;
  readonly #splicer: Splicer;
  readonly #frames: Frame[] = [];
  readonly #lines: LineCursor;
  /** Only metadata may come and go. */
  readonly #isStrict: boolean;

  constructor(document: SpannedDocument, mode: RenderMode) {
    this.#document = document;
    this.#splicer = new Splicer(document.text);
    this.#lines = new LineCursor(document.text);
    this.#isStrict = mode !== "keep";
  }

  render(old: MapValue, current: MapValue): Piece[] | null {
    if (!this.#open(old, current, baseStyle(this.#document.text), "")) {
      return null;
    }
    for (let frame = this.#frames.at(-1); frame !== undefined; frame = this.#frames.at(-1)) {
      const { next, steps } = frame;
      frame.next += 1;
      if (next === (steps ?? frame.current).length) {
        this.#close(frame);
      } else if (!(steps === null ? this.#keepNext(frame, next) : this.#take(frame, steps[next]))) {
        return null;
      }
    }
    return this.#splicer.finish();
  }

  #open(old: Container, current: Container, around: JsonStyle, indent: string): boolean {
    const { place } = old;
    const isApart = this.#frames.length === 0 ? isMetadataItem : undefined;
    const isSame = isInStep(old.items, current.items);
    const steps = isSame ? null : alignItems<Item>(old.items, current.items, isApart);
    if (place === undefined || (steps === null && !isSame)) {
      return false;
    }
    this.#frames.push({
      old,
      current: current.items,
      steps,
      style: this.#isStrict
        ? around
        : styleInside(this.#document, old, around, indent, this.#lines),
      next: 0,
      passed: 0,
      end: spanStart(this.#document, place) + 1,
      hasItems: false,
      carried: null,
    });
    return true;
  }

  #close({ old, end, carried, hasItems, style }: Frame): void {
    const { text } = this.#document;
    const bracket = spanEnd(this.#document, old.place ?? 0) - 1;
    this.#splicer.keepUntil(end);
    if (carried !== null) {
      this.#splicer.insert(divideLead(carried).above);
    }
    const isFilled = old.items.length === 0 && hasItems && !this.#isMetadataAlone();
    if (isFilled && !hasLineBreak(text.slice(end, bracket))) {
      this.#splicer.skipTo(bracket);
      this.#splicer.insert(style.isInline ? paddingIn(old, style) : style.lineBreak + style.indent);
    }
    this.#splicer.keepUntil(bracket + 1);
    this.#frames.pop();
  }

  /** The metadata in an empty root leaves no trace when it goes again. */
  #isMetadataAlone(): boolean {
    const item = this.#frames[0]?.current[0];
    return this.#frames.length === 1 && item !== undefined && isMetadataItem(item);
  }

  #keepNext(frame: Frame, index: number): boolean {
    const old = frame.old.items[index];
    const current = frame.current[index];
    return old !== undefined && current !== undefined && this.#keep(frame, old, current);
  }

  #take(frame: Frame, step: AlignStep | undefined): boolean {
    const { old, current } = step ?? {};
    if (old !== undefined && current !== undefined) {
      return this.#keep(frame, old, current);
    }
    const isMetadata = this.#frames.length === 1 && isMetadataItem(old ?? current);
    if (this.#isStrict && !isMetadata) {
      return false;
    }
    if (old !== undefined) {
      this.#leaveOut(frame, old);
    }
    return old !== undefined || (current !== undefined && this.#add(frame, current, isMetadata));
  }

  #keep(frame: Frame, old: Item, current: Item): boolean {
    const start = startOf(this.#document, old);
    const isPushedBack = frame.passed === 0 && frame.hasItems;
    if (isPushedBack || frame.carried !== null) {
      this.#separateKept(frame, start);
    }
    this.#splicer.keepUntil(start);
    const [value, next] = [valueOf(old), valueOf(current)];
    if (value.kind === "comment" || next.kind === "comment") {
      return false;
    }
    const needsIndent = !this.#isStrict && !(isScalar(value) && isScalar(next));
    const indent = needsIndent ? this.#indentOf(frame) : "";
    this.#pass(frame, old);
    frame.hasItems = true;
    frame.carried = null;
    return this.#keepValue(frame, value, next, indent);
  }

  /** Before a kept item that now follows another than in the source. */
  #separateKept(frame: Frame, start: number): void {
    const { lead } = separatorBefore(this.#document, frame.old, frame.passed);
    const isFirst = frame.passed === 0;
    const own = isFirst && !hasLineBreak(lead) ? this.#siblingLead(frame) : lead;
    this.#splicer.skipTo(start);
    this.#separate(frame, this.#joinLeads(frame, own));
  }

  /** The white space at the start of the line of the item that comes next. */
  #indentOf({ old, passed, style }: Frame): string {
    return indentAfter(separatorBefore(this.#document, old, passed).lead, style.indent);
  }

  #keepValue(frame: Frame, old: TreeValue, current: TreeValue, indent: string): boolean {
    const isNew = current.place === undefined;
    if (isNew ? this.#isStrict && isScalar(current) : current.place !== old.place) {
      return false;
    }
    if (isScalar(old)) {
      if (isScalar(current)) {
        return this.#keepScalar(old, current);
      }
    } else if (old.kind === current.kind && !(isNew && isEmptied(old, current))) {
      return this.#open(old, current, frame.style, indent);
    }
    return isNew && !this.#isStrict && this.#replace(frame, old, current, indent);
  }

  #replace(frame: Frame, old: TreeValue, current: TreeValue, indent: string): boolean {
    this.#splicer.keepUntil(startOf(this.#document, old));
    this.#splicer.skipTo(frame.end);
    return writeNewValue(current, frame.style, indent, this.#frames.length, this.#splicer);
  }

  #keepScalar(old: ScalarValue, current: ScalarValue): boolean {
    const start = startOf(this.#document, old);
    const end = endOf(this.#document, old);
    if (isSameScalar(old, current)) {
      this.#splicer.keepLeaf(start, end, current);
      return true;
    }
    const text = splicedScalar(current);
    if (text !== null) {
      this.#splicer.leaf(start, end, text, current);
    }
    return text !== null;
  }

  #leaveOut(frame: Frame, old: Item): void {
    const { lead } = separatorBefore(this.#document, frame.old, frame.passed);
    this.#splicer.keepUntil(frame.end);
    frame.carried = this.#joinLeads(frame, lead);
    this.#pass(frame, old);
    this.#splicer.skipTo(frame.end);
  }

  #pass(frame: Frame, old: Item): void {
    frame.passed += 1;
    frame.end = endOf(this.#document, old);
  }

  #add(frame: Frame, current: Item, isMetadata: boolean): boolean {
    if (isMetadata && current.kind === "pair") {
      this.#addMetadata(frame, current);
      return true;
    }
    const lead = this.#newLead(frame);
    this.#addSeparator(frame, lead);
    const { style } = frame;
    const indent = indentAfter(lead, style.indent);
    if (current.kind === "pair" && !writeKey(current, style, this.#splicer)) {
      return false;
    }
    const value = valueOf(current);
    return (
      value.kind !== "comment" &&
      writeNewValue(value, style, indent, this.#frames.length, this.#splicer)
    );
  }

  /** Canonical whatever the style of the file: other programs look for its exact text (design: lossless.md 9). */
  #addMetadata(frame: Frame, { key, value }: Pair): void {
    this.#addSeparator(frame, "\n\t");
    this.#splicer.insert(`${JSON.stringify(key)}: ${writeJson(value, { indent: "\t", level: 1 })}`);
  }

  #addSeparator(frame: Frame, lead: string): void {
    this.#splicer.keepUntil(frame.end);
    this.#separate(frame, lead);
    frame.hasItems = true;
  }

  #separate(frame: Frame, lead: string): void {
    if (frame.hasItems) {
      const index = Math.min(Math.max(frame.passed, 1), frame.old.items.length - 1);
      const isShown = index > 0 && !this.#isStrict;
      const { beforeComma } = isShown
        ? separatorBefore(this.#document, frame.old, index)
        : { beforeComma: "" };
      this.#splicer.insert(`${beforeComma},`);
    }
    this.#splicer.insert(lead);
  }

  /** Where a new item begins: as its neighbours do. */
  #newLead(frame: Frame): string {
    const { old, style, hasItems } = frame;
    if (old.items.length > 0) {
      return hasItems
        ? this.#siblingLead(frame)
        : divideLead(separatorBefore(this.#document, old, 0).lead).own;
    }
    if (!style.isInline) {
      return style.lineBreak + style.indent + style.unit;
    }
    return hasItems ? style.gap : paddingIn(old, style);
  }

  /** What stands between the items of a container that has some. */
  #siblingLead({ old, passed, style }: Frame): string {
    const isShown = (index: number): boolean => {
      const item = old.items[index];
      return index > 0 && item !== undefined && !isMetadataItem(item);
    };
    const index = [passed - 1, 1].find(isShown) ?? 0;
    const { own } = divideLead(separatorBefore(this.#document, old, index).lead);
    return index > 0 || hasLineBreak(own) ? own : style.gap;
  }

  /** The white space before an item when those before it were left out: their empty lines stay. */
  #joinLeads({ carried, hasItems }: Frame, lead: string): string {
    if (carried === null) {
      return lead;
    }
    if (hasLineBreak(lead)) {
      const isOfLine = hasLineBreak(carried) || hasItems;
      return isOfLine ? divideLead(carried).above + lead : carried;
    }
    return hasLineBreak(carried) || !hasItems ? carried : lead;
  }
}

function isMetadataItem(item: Item | undefined): boolean {
  return item?.kind === "pair" && isMetadataPair(item);
}

function paddingIn({ kind }: Container, style: JsonStyle): string {
  return kind === "map" ? style.mapPadding : style.listPadding;
}

/** What is emptied by a new value is to look empty. */
function isEmptied(old: Container, current: Container): boolean {
  return current.items.length === 0 && old.items.length > 0;
}

function valueOf(item: Item): ListItem {
  return item.kind === "pair" ? item.value : item;
}
