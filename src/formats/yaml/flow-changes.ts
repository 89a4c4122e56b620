import type { TreeValue } from "../../document/tree.js";
import type { Piece } from "../store.js";
import type { ChangeLevel, Gap, Item } from "./change-level.js";
import type { Changes } from "./changes.js";
import { flowCopy, flowEntries } from "./flow-copy.js";
import type { EntrySpan } from "./outline.js";

/** What comes and goes between two entries of a flow collection. @returns false if that cannot be written */
export function changeFlow(changes: Changes, level: ChangeLevel, gap: Gap): boolean {
  const spans = [gap.before, gap.after, ...gap.gone].map((item) =>
    item === null ? null : (changes.outline.entries.get(item) ?? null),
  );
  const [before = null, after = null, ...gone] = spans;
  const isWritten = gap.added.length === 0 || insert(changes, level, gap, [before, after, gone]);
  cutGone(changes, level, gap, [before, after, gone]);
  return isWritten;
}

type Neighbours = readonly [
  before: EntrySpan | null,
  after: EntrySpan | null,
  gone: readonly (EntrySpan | null)[],
];

function cutGone(
  changes: Changes,
  { span }: ChangeLevel,
  { added }: Gap,
  [before, after, gone]: Neighbours,
): void {
  const first = gone[0] ?? null;
  const last = gone.at(-1) ?? null;
  if (first === null || last === null) {
    return;
  }
  if (after !== null) {
    const { text } = changes.document;
    const between = text.slice(last.end, after.start);
    const comma = between.indexOf(",") + 1;
    changes.cut(first.start, between.includes("#") ? last.end + comma : after.start);
  } else if (before !== null) {
    changes.cut(before.end, last.end);
  } else if (added.length > 0) {
    changes.cut(first.start, last.end);
  } else {
    changes.cut(span.start + 1, span.end - 1);
  }
}

function insert(
  changes: Changes,
  level: ChangeLevel,
  { added }: Gap,
  [before, after, gone]: Neighbours,
): boolean {
  const { text } = changes.document;
  const { span } = level;
  const entries = added.map((item) => flowEntries([item]));
  const first = firstEntry(changes, level);
  if (entries.includes(null) || first === null) {
    return false;
  }
  const separator = separatorOf(changes, level, first);
  const joined = entries.flatMap((pieces, index): Piece[] => [
    { text: index > 0 ? separator : "" },
    ...(pieces ?? []),
  ]);
  if (before !== null) {
    changes.insert(before.end, [{ text: separator }, ...joined]);
  } else if (after === null) {
    changes.insert(gone[0]?.start ?? first.start, joined);
  } else {
    const lead = text.slice(span.start + 1, first.start);
    const gap = lead === "" ? " " : "";
    changes.replace(span.start, span.start + 1, [
      { text: text.slice(span.start, span.start + 1) + lead },
      ...joined,
      { text: `,${gap}` },
    ]);
  }
  return true;
}

function firstEntry({ outline }: Changes, { old }: ChangeLevel): EntrySpan | null {
  const first = old.items.find((item) => item.kind !== "comment");
  return first === undefined ? null : (outline.entries.get(first) ?? null);
}

/** The comma between two entries, with the white space around it. */
function separatorOf(
  { document: { text }, outline }: Changes,
  { old, span }: ChangeLevel,
  first: EntrySpan,
): string {
  const entries = old.items.filter((item) => item.kind !== "comment");
  const second = entries[1] === undefined ? undefined : outline.entries.get(entries[1]);
  const shown =
    second === undefined
      ? `,${text.slice(span.start + 1, first.start)}`
      : text.slice(first.end, second.start);
  const isUsable = /^\s*,\s*$/.test(shown) && (second !== undefined || /[\r\n]/.test(shown));
  return isUsable ? shown : ", ";
}

/** A value of another kind than the old one, in a flow collection. @returns false if it cannot be written */
export function replaceInFlow(changes: Changes, entry: EntrySpan, current: Item): boolean {
  const isPair = current.kind === "pair";
  const value = isPair ? current.value : (current as TreeValue);
  const copy = flowCopy(value, (leaf) => leaf, true);
  if (copy === null || (isPair && changes.document.text[entry.headEnd - 1] !== ":")) {
    return false;
  }
  changes.insert(entry.headEnd, isPair ? [{ text: " " }, ...copy] : copy);
  changes.cut(entry.headEnd, entry.end);
  return true;
}
