import type { ListItem, ListValue, MapItem, MapValue } from "../../document/tree.js";
import type { ItemStep } from "./item-match.js";
import type { ContainerSpan, EntrySpan } from "./outline.js";

export type Item = MapItem | ListItem;

/** A collection of the old tree that is being compared with the new one. */
export interface ChangeLevel {
  readonly old: MapValue | ListValue;
  readonly current: MapValue | ListValue;
  /** Of a root without entries, made up. */
  readonly span: ContainerSpan;
  /** The entry of which it is the value, and what that is in; `null` for the root. */
  readonly entry: EntrySpan | null;
  /** Where the document begins; for a root. */
  readonly documentStart: number;
  /** `null` when nothing has come, gone or moved. */
  readonly steps: readonly ItemStep[] | null;
  next: number;
  /** The last old item that stays, and what came and went since. */
  before: Item | null;
  gone: Item[];
  added: Item[];
  /** Entries that the new collection has so far. */
  entries: number;
}

/** Between two old items that stay. */
export interface Gap {
  readonly before: Item | null;
  readonly after: Item | null;
  /** Entries; comments that go are no part of it. */
  readonly gone: readonly Item[];
  readonly added: readonly Item[];
}
