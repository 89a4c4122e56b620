import type { Layout } from "../config/stores.js";
import { detectFormat, formatOfTypeName } from "../formats/detect.js";
import type { EmitStyle, FormatId } from "../formats/store.js";
import { showText } from "../support/text.js";

import { absolutePath } from "./input-file.js";
import type { ConfigOptions, FileTypeOptions } from "./options.js";
import type { Run } from "./run.js";

/** Both sides' formats: type names that are known, else the file's (overridden) name (cli.md §3). */
export function chooseFormats(
  file: string | undefined,
  options: FileTypeOptions,
  { runtime, notices }: Pick<Run, "runtime" | "notices">,
): { readonly input: FormatId; readonly output: FormatId } {
  for (const name of new Set([options.inputType, options.outputType])) {
    if (name !== undefined && formatOfTypeName(name) === undefined) {
      notices.warn(`unknown file type "${showText(name)}" is ignored; the file name decides`);
    }
  }
  const name = options.filenameOverride ?? file;
  const path = name === undefined ? undefined : absolutePath(runtime, name);
  return {
    input: detectFormat(options.inputType, path),
    output: detectFormat(options.outputType, path),
  };
}

/**
 * How output looks: an explicit `--layout` or variable wins; then whatever asks for sops's canonical text
 * (`--indent`, `stores:`, `layout: sops`); else the source's own layout (decisions.md, Layout).
 *
 * @throws SopsError as {@link Run.config}
 */
export function chooseLayout(
  format: FormatId,
  options: ConfigOptions,
  run: Pick<Run, "config">,
): { readonly layout: Layout; readonly style: EmitStyle } {
  const stores = run.config()?.stores;
  const configured = stores?.indent.get(format);
  const asksForCanonical = options.indent !== undefined || configured !== undefined;
  const layout = options.layout ?? (asksForCanonical ? "sops" : (stores?.layout ?? "source"));
  return { layout, style: { indent: options.indent ?? configured } };
}
