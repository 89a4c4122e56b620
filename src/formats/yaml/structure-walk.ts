import type { Leaf, ListItem, MapItem, Pair, TreeBranch, TreeValue } from "../../document/tree.js";
import { changeBlock, emptyBlock, replaceInBlock } from "./block-changes.js";
import type { ChangeLevel, Gap, Item } from "./change-level.js";
import type { Changes } from "./changes.js";
import { changeFlow, replaceInFlow } from "./flow-changes.js";
import { matchItems } from "./item-match.js";
import { needsNewScalar } from "./leaf-text.js";
import { hasEntries, isContainer } from "./leaves.js";
import type { ContainerSpan, EntrySpan } from "./outline.js";
import type { AliasOccurrence } from "./places.js";
import { aliasStays } from "./plan.js";
import { matchShapes, splitMetadata, type MatchedTrees } from "./tree-match.js";

interface KeptAlias {
  readonly alias: AliasOccurrence;
  readonly level: ChangeLevel;
  readonly entry: EntrySpan;
  readonly current: Item;
}

const EMPTY_ROOT: ContainerSpan = {
  kind: "map",
  isFlow: false,
  start: -1,
  end: -1,
  column: 0,
  parent: null,
};

/** Compares a document with a tree of another structure, and says how its text has to change. */
export class StructureWalk {
  readonly #changes: Changes;
  readonly #levels: ChangeLevel[] = [];
  readonly #copies: Map<TreeValue, AliasOccurrence>;
  /** Aliases that stay unless what they stand for has changed. */
  readonly #kept: KeptAlias[] = [];
  /** Collections in which entries have come or gone, and those that have gone themselves. */
  readonly #stale = new Set<ContainerSpan>();

  constructor(changes: Changes) {
    this.#changes = changes;
    this.#copies = new Map(changes.document.aliases.map((alias) => [alias.value, alias]));
  }

  /** What an alias stands for may not be what it stood for any more. */
  isStale(target: TreeValue): boolean {
    const span = this.#changes.outline.containers.get(target);
    return span !== undefined && this.#stale.has(span);
  }

  /**
   * @param original the document's branches as the caller knows them
   * @returns false if a change cannot be written
   */
  run(original: readonly TreeBranch[], current: readonly TreeBranch[]): boolean {
    const { document, outline, matched } = this.#changes;
    for (const [index, branch] of document.branches.entries()) {
      const other = current[index];
      const known = original[index];
      if (other === undefined || known === undefined) {
        return false;
      }
      const split = splitMetadata(branch, other, known);
      matched.metadata.push(split.metadata);
      const span = outline.containers.get(branch) ?? EMPTY_ROOT;
      const documentStart = document.documents[index]?.start ?? 0;
      const old = { ...branch, items: split.before };
      this.#open(old, { ...other, items: split.after }, span, null, documentStart);
      if (!this.#finish()) {
        return false;
      }
    }
    return this.#kept.every((kept) => this.#writeOut(kept));
  }

  /** A copy with comments in it cannot be written in flow style, as others are. */
  #writeOut({ alias, level, entry, current }: KeptAlias): boolean {
    const { matched } = this.#changes;
    const isStale = this.isStale(alias.target);
    const isGone = alias.leaves.every((place) => matched.after[place] === undefined);
    if (
      !alias.hasComments ||
      isGone ||
      aliasStays(this.#changes.document, alias, matched, isStale)
    ) {
      return true;
    }
    for (const place of alias.leaves) {
      matched.after[place] = undefined;
    }
    return !level.span.isFlow && replaceInBlock(this.#changes, level, entry, current);
  }

  #open(
    old: ChangeLevel["old"],
    current: ChangeLevel["current"],
    span: ContainerSpan,
    entry: EntrySpan | null,
    documentStart = 0,
  ): void {
    const steps = matchItems(old.items, current.items);
    const state = { next: 0, before: null, gone: [], added: [], entries: 0 };
    this.#levels.push({ old, current, span, entry, documentStart, steps, ...state });
    if (steps !== null) {
      for (let index = this.#levels.length - 1; index >= 0; index -= 1) {
        const level = this.#levels[index];
        if (level === undefined || this.#stale.has(level.span)) {
          break;
        }
        this.#stale.add(level.span);
      }
    }
  }

  #finish(): boolean {
    for (let level = this.#levels.at(-1); level !== undefined; level = this.#levels.at(-1)) {
      const index = level.next;
      level.next += 1;
      if (index < (level.steps ?? level.old.items).length) {
        if (!this.#step(level, index)) {
          return false;
        }
      } else {
        this.#levels.pop();
        if (level.steps !== null && !this.#close(level)) {
          return false;
        }
      }
    }
    return true;
  }

  #step(level: ChangeLevel, index: number): boolean {
    const { old, current } =
      level.steps === null
        ? { old: level.old.items[index], current: level.current.items[index] }
        : (level.steps[index] ?? {});
    if (old === undefined) {
      if (current !== undefined) {
        level.added.push(current);
        level.entries += current.kind === "comment" ? 0 : 1;
      }
      return true;
    }
    if (current === undefined) {
      this.#dropItem(old);
      if (old.kind !== "comment") {
        level.gone.push(old);
      }
      return true;
    }
    return this.#keep(level, old, current);
  }

  #keep(level: ChangeLevel, old: Item, current: Item): boolean {
    if (old.kind === "comment" || current.kind === "comment") {
      this.#keepLeaf(old, current);
      return level.steps === null || level.span.isFlow || this.#flush(level, old);
    }
    const entry = this.#changes.outline.entries.get(old);
    if (entry === undefined || (level.steps !== null && !this.#flush(level, old))) {
      return false;
    }
    level.entries += 1;
    const [before, after] = [valueOf(old), valueOf(current)];
    const alias = this.#copies.get(before);
    if (alias !== undefined) {
      this.#kept.push({ alias, level, entry, current });
    }
    return this.#keepValue(before, after, entry) ?? this.#replace(level, old, current, entry);
  }

  #keepLeaf(old: Item, current: Item): void {
    const { matched } = this.#changes;
    if (isLeaf(old) && isLeaf(current)) {
      const place = old.place ?? -1;
      matched.before[place] = old;
      matched.after[place] = current;
    }
  }

  /** @returns `null` if another text has to take the place of the old one */
  #keepValue(old: TreeValue, current: TreeValue, entry: EntrySpan): boolean | null {
    const { outline, document } = this.#changes;
    if (this.#copies.has(old)) {
      return this.#keepCopy(old, current) ? true : null;
    }
    if (isContainer(old)) {
      const span = outline.containers.get(old);
      const isGone = !isContainer(current) || current.kind !== old.kind || span === undefined;
      if (isGone || this.#needsNewText(old, current, span)) {
        return null;
      }
      this.#open(old, current, span, entry);
      return true;
    }
    if (isContainer(current)) {
      return null;
    }
    if (needsNewScalar(document, old, current)) {
      return null;
    }
    this.#keepLeaf(old, current);
    return true;
  }

  /** Nothing to put new entries beside, or no brackets to put them into. */
  #needsNewText(
    old: ChangeLevel["old"],
    current: ChangeLevel["current"],
    span: ContainerSpan,
  ): boolean {
    const isBare = span.isFlow && !"{[".includes(this.#changes.document.text[span.start] ?? "");
    return isBare
      ? matchItems(old.items, current.items) !== null
      : !hasEntries(old) && hasEntries(current);
  }

  /** The copy that an alias stands for, as it was but for the values of its leaves. */
  #keepCopy(old: TreeValue, current: TreeValue): boolean {
    const copy: MatchedTrees = { before: [], after: [], pairs: [], metadata: [] };
    if (
      !matchShapes([old], [current], copy) ||
      copy.after.some((leaf, place) => leaf?.place !== place)
    ) {
      return false;
    }
    const { matched } = this.#changes;
    copy.before.forEach((leaf, place) => {
      matched.before[place] = leaf;
      matched.after[place] = copy.after[place];
    });
    return true;
  }

  #replace(level: ChangeLevel, old: Item, current: Item, entry: EntrySpan): boolean {
    this.#markStale();
    this.#dropItem(valueOf(old));
    return level.span.isFlow
      ? replaceInFlow(this.#changes, entry, current)
      : replaceInBlock(this.#changes, level, entry, current);
  }

  #markStale(): void {
    for (const { span } of this.#levels) {
      this.#stale.add(span);
    }
  }

  /** Comments inside go, and aliases to anything inside have to say it themselves. */
  #dropItem(item: MapItem | ListItem): void {
    const { outline, document } = this.#changes;
    const pending: Item[] = [item];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (next.kind === "pair") {
        pending.push(next.value);
      } else if (isContainer(next)) {
        const span = outline.containers.get(next);
        if (span !== undefined) {
          this.#stale.add(span);
        }
        for (const inner of next.items) {
          pending.push(inner);
        }
      } else if (
        next.kind === "comment" &&
        next.place !== undefined &&
        document.places.kindOf(next.place) === "comment"
      ) {
        this.#changes.dropComment(next.place);
      }
    }
  }

  /** What has come and gone before an item that stays. */
  #flush(level: ChangeLevel, after: Item | null): boolean {
    const { before, gone, added } = level;
    level.before = after;
    if (gone.length + added.length === 0) {
      return true;
    }
    level.gone = [];
    level.added = [];
    const gap: Gap = { before, after, gone, added };
    return level.span.isFlow
      ? changeFlow(this.#changes, level, gap)
      : changeBlock(this.#changes, level, gap);
  }

  #close(level: ChangeLevel): boolean {
    const isEmptied = level.entries === 0 && hasEntries(level.old);
    if (!this.#flush(level, null)) {
      return false;
    }
    return !isEmptied || level.span.isFlow || emptyBlock(this.#changes, level);
  }
}

function valueOf(item: Pair | TreeValue | Item): TreeValue {
  return item.kind === "pair" ? item.value : (item as TreeValue);
}

function isLeaf(item: Item): item is Leaf {
  return item.kind !== "pair" && !isContainer(item);
}
