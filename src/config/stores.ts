import type { FormatId } from "../formats/store.js";
import { ParseError } from "../support/errors.js";
import type { YamlMap } from "../support/yaml-data.js";
import { integerOf, mapOf, textOf } from "./fields.js";

/** How encrypted files are laid out: as their source is, or as sops does (decisions.md "Layout"). */
export type Layout = "source" | "sops";

/** `layout` and `stores` of the file: only how output looks. */
export interface StoreSettings {
  readonly layout?: Layout | undefined;
  /** Indentation as configured, by format; meaning per format: config.md §7. Absent: the format's default. */
  readonly indent: ReadonlyMap<FormatId, number>;
}

const SECTIONS: readonly {
  readonly section: string;
  readonly format: FormatId;
  readonly hasIndent: boolean;
}[] = [
  { section: "yaml", format: "yaml", hasIndent: true },
  { section: "json", format: "json", hasIndent: true },
  { section: "json_binary", format: "binary", hasIndent: true },
  { section: "dotenv", format: "dotenv", hasIndent: false },
  { section: "ini", format: "ini", hasIndent: false },
];

/** @throws ParseError for wrong kinds and an unknown layout */
export function parseStoreSettings(root: YamlMap): StoreSettings {
  const stores = mapOf(root, "stores");
  const indent = new Map<FormatId, number>();
  for (const { section, format, hasIndent } of SECTIONS) {
    const settings = stores === null ? null : mapOf(stores, section);
    const value = settings === null || !hasIndent ? undefined : integerOf(settings, "indent");
    if (value !== undefined) {
      indent.set(format, value);
    }
  }
  const layout = parseLayout(root);
  return layout === undefined ? { indent } : { layout, indent };
}

function parseLayout(root: YamlMap): Layout | undefined {
  const text = textOf(root, "layout");
  if (text === "" || text === "source" || text === "sops") {
    return text === "" ? undefined : text;
  }
  throw new ParseError("layout must be source or sops", root.entries.get("layout")?.line);
}
