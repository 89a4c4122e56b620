import type { MapValue, Pair, TreeBranch } from "../../document/tree.js";
import { isScalar } from "../../document/tree.js";
import { SopsError } from "../../support/errors.js";
import { showText } from "../../support/text.js";
import { flatText } from "../flat-text.js";
import { isMetadataPair } from "../metadata-entry.js";
import { isOpenEnded, readsBack } from "./scan-value.js";
import { canonicalValue, commentLines, exactValue, spellKey, type SpelledKey } from "./spelling.js";

interface Section {
  readonly name: string;
  readonly comment: string;
  readonly entries: readonly Entry[];
}

interface Entry {
  readonly key: string;
  readonly value: string;
  comment: string;
}

/** What the rest of the file asks of a value. */
interface Rest {
  /** Every value must read back exactly, whatever the reference would write: an encrypted file must open again. */
  readonly isExact: boolean;
  /** How many values with line breaks are still to be written. */
  valuesWithLines: number;
}

/**
 * The documents in the reference's layout, one after the other (spec: formats.md §9.2).
 *
 * @throws SopsError CANNOT_EMIT naming the section or key that INI cannot say, or that would read as another entry
 */
export function emitIni(branches: readonly TreeBranch[]): string {
  const sections = branches.flatMap((branch) =>
    branch.items.filter((item) => item.kind === "pair").map(toSection),
  );
  const rest: Rest = {
    isExact: branches.some((branch) => branch.items.some(isMetadataPair)),
    valuesWithLines: countValuesWithLines(sections),
  };
  const texts: string[] = [];
  for (const [index, section] of sections.entries()) {
    const isHeaderless = index === 0 && section.name.toUpperCase() === "DEFAULT";
    if (!isHeaderless || section.entries.length > 0) {
      texts.push(sectionText(section, isHeaderless, rest));
    }
  }
  return texts.join("\n");
}

function countValuesWithLines(sections: readonly Section[]): number {
  const values = sections.flatMap(({ entries }) => entries.filter(hasLines));
  return values.length;
}

function hasLines({ value }: Entry): boolean {
  return value.includes("\n");
}

/** The `[sops]` section as it stands at the end of an encrypted file. */
export function emitMetadataSection(pair: Pair): string {
  return sectionText(toSection(pair), false, { isExact: true, valuesWithLines: 0 });
}

function toSection(pair: Pair): Section {
  const { key: name, value } = pair;
  if (value.kind !== "map") {
    throw cannotEmit("Section values should always be TreeBranches");
  }
  if (name === "" || name.includes("\n")) {
    throw cannotEmit(`section name ${quoted(name)} cannot be written in INI`);
  }
  const [first] = value.items;
  return {
    name,
    comment: first?.kind === "comment" ? first.text : "",
    entries: toEntries(value, name),
  };
}

/** A comment belongs to the key before it; without one it is lost, and a later one replaces an earlier one. */
function toEntries(map: MapValue, section: string): Entry[] {
  const entries: Entry[] = [];
  const keys = new Set<string>();
  for (const item of map.items) {
    const last = entries.at(-1);
    if (item.kind === "pair") {
      if (keys.has(item.key)) {
        throw cannotEmit(
          `key ${quoted(item.key)} of section ${quoted(section)} stands there twice`,
        );
      }
      keys.add(item.key);
      entries.push({ key: item.key, value: valueText(item), comment: "" });
    } else if (last !== undefined) {
      last.comment = item.text;
    }
  }
  return entries;
}

function valueText({ key, value }: Pair): string {
  if (!isScalar(value)) {
    throw cannotEmit(`cannot use complex value in INI file; offending key ${showText(key)}`);
  }
  return flatText(value);
}

function sectionText(section: Section, isHeaderless: boolean, rest: Rest): string {
  const keys = spellKeys(section);
  const width = keys.reduce((widest, key) => Math.max(widest, key.width), 0);
  let text = section.comment === "" ? "" : commentLines(section.comment, false);
  if (!isHeaderless) {
    text += `[${section.name}]\n`;
  }
  for (const [index, entry] of section.entries.entries()) {
    const key = keys[index] ?? { text: "", width: 0 };
    const padding = " ".repeat(width - key.width);
    const comment = entry.comment === "" ? "" : commentLines(entry.comment, true);
    text += `${comment}${key.text}${padding} = ${spellValue(entry, section, rest)}\n`;
  }
  return text;
}

/**
 * Keys that the reader numbered (`#1`) are written as the `-` they were: as they are they would be comments
 * (spec: formats.md §12 #8).
 */
function spellKeys({ name, entries }: Section): SpelledKey[] {
  let numbered = 0;
  return entries.map(({ key }) => {
    if (key === "-" || key === `#${numbered + 1}`) {
      numbered += 1;
      return { text: "-", width: 1 };
    }
    const spelled = spellKey(key);
    if (spelled === null) {
      throw cannotEmit(`key ${quoted(key)} of section ${quoted(name)} cannot be written in INI`);
    }
    return spelled;
  });
}

/**
 * The reference's spelling, even where it reads back as another text (spec: formats.md §12 #10), unless a value could
 * become other entries by it (security.md I10): one with line breaks that ends early, or one that swallows the start
 * of such a value below it, or the file is an encrypted one.
 */
function spellValue(entry: Entry, section: Section, rest: Rest): string {
  rest.valuesWithLines -= hasLines(entry) ? 1 : 0;
  const { key, value } = entry;
  const canonical = canonicalValue(value);
  if (readsBack(canonical, value)) {
    return canonical;
  }
  const isSafe = !hasLines(entry) && (rest.valuesWithLines === 0 || !isOpenEnded(canonical));
  if (isSafe && !rest.isExact) {
    return canonical;
  }
  const exact = exactValue(value, "bare", "");
  if (exact === null) {
    throw cannotEmit(
      `value of key ${quoted(key)} of section ${quoted(section.name)} cannot be written in INI`,
    );
  }
  return exact;
}

function quoted(text: string): string {
  return `"${showText(text)}"`;
}

function cannotEmit(reason: string): SopsError {
  return new SopsError("CANNOT_EMIT", `Error marshaling to INI: Error encoding section: ${reason}`);
}
