import { isMetadataPair } from "../metadata-entry.js";
import { CR, isBreak, LF } from "./characters.js";
import type { ContainerSpan, Outline } from "./outline.js";
import type { YamlDocument } from "./places.js";

/** How a file writes what does not exist in it yet. */
export interface FileStyle {
  readonly lineBreak: string;
  /** For text that needs quotes. */
  readonly quotes: "single" | "double";
  /** How far the entries of a block collection stand to the right of those of the one around it. */
  stepInto(parent: Pick<ContainerSpan, "kind" | "start">, child: "map" | "list"): number;
}

/** Where no file shows another way. */
const DEFAULT_STEP = 2;
/** Of sops's own text. */
const SOPS_STEP = 4;
const IN_LIST = 2;

type Role = "map in map" | "list in map" | "in list";

/** Steps between collections, of a whole file and within single ones. */
class StepCounts {
  readonly #counts = new Map<Role, Map<number, number>>();
  readonly #siblings = new Map<string, number>();

  add({ kind, column, parent }: ContainerSpan): void {
    if (parent === null) {
      return;
    }
    const role = roleOf(parent.kind, kind);
    const step = Math.max(column - parent.column, parent.kind === "list" ? IN_LIST : 0);
    const known = this.#counts.get(role) ?? new Map<number, number>();
    this.#counts.set(role, known.set(step, (known.get(step) ?? 0) + 1));
    this.#siblings.set(`${String(parent.start)} ${role}`, step);
  }

  /** In the collection that starts at `start`. */
  inside(start: number, role: Role): number | undefined {
    return this.#siblings.get(`${String(start)} ${role}`);
  }

  most(role: Role): number | undefined {
    const counts = this.#counts.get(role) ?? [];
    let best: readonly [step: number, count: number] | undefined;
    for (const [step, count] of counts) {
      best = best === undefined || count > best[1] ? [step, count] : best;
    }
    return best?.[0];
  }
}

/** Measures a file. Metadata is in sops's layout whatever the file's is, so it shows nothing. */
export function measureStyle(document: YamlDocument, outline: Outline): FileStyle {
  const counts = new StepCounts();
  const metadata = metadataSpans(document, outline);
  for (const span of new Set(outline.containers.values())) {
    if (!span.isFlow && span.parent?.isFlow === false && !isInside(span.start, metadata)) {
      counts.add(span);
    }
  }
  const listStep = counts.most("list in map");
  const fallback = metadata.length > 0 ? SOPS_STEP : DEFAULT_STEP;
  const unit = counts.most("map in map") ?? (listStep === 0 ? fallback : (listStep ?? fallback));
  const steps: Record<Role, number> = {
    "map in map": unit,
    "list in map": listStep ?? unit,
    "in list": counts.most("in list") ?? IN_LIST,
  };
  return {
    lineBreak: lineBreakOf(document.text),
    quotes: quotesOf(document),
    stepInto: (parent, child) => {
      const role = roleOf(parent.kind, child);
      return counts.inside(parent.start, role) ?? steps[role];
    },
  };
}

function roleOf(parent: "map" | "list", child: "map" | "list"): Role {
  return parent === "list" ? "in list" : `${child} in map`;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function metadataSpans({ branches }: YamlDocument, { entries }: Outline): Span[] {
  return branches.flatMap(({ items }) =>
    items.filter(isMetadataPair).flatMap((pair) => entries.get(pair) ?? []),
  );
}

function isInside(at: number, spans: readonly Span[]): boolean {
  return spans.some(({ start, end }) => at >= start && at < end);
}

function lineBreakOf(text: string): string {
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (isBreak(unit)) {
      return unit === CR && text.charCodeAt(index + 1) === LF ? "\r\n" : "\n";
    }
  }
  return "\n";
}

function quotesOf({ places }: YamlDocument): "single" | "double" {
  let balance = 0;
  for (let place = 0; place < places.count; place += 1) {
    if (places.kindOf(place) === "scalar") {
      const style = places.styleOf(place);
      balance += style === "double" ? 1 : style === "single" ? -1 : 0;
    }
  }
  return balance > 0 ? "double" : "single";
}
