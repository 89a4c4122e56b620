import type { FormatId } from "./store.js";

const SUFFIXES: readonly (readonly [suffix: string, format: FormatId])[] = [
  [".yaml", "yaml"],
  [".yml", "yaml"],
  [".json", "json"],
  [".env", "dotenv"],
  [".ini", "ini"],
];

const FORMATS: readonly FormatId[] = ["yaml", "json", "dotenv", "ini", "binary"];

/** The format by the end of a file name, case-sensitive; everything unknown is binary (spec: formats.md §2). */
export function formatOfPath(path: string): FormatId {
  return SUFFIXES.find(([suffix]) => path.endsWith(suffix))?.[1] ?? "binary";
}

/**
 * The format that `--input-type` or `--output-type` names; `undefined` for any other text (such as `yml`), which is
 * ignored rather than refused (spec: cli.md §3): the caller may warn.
 */
export function formatOfTypeName(name: string): FormatId | undefined {
  return FORMATS.find((format) => format === name);
}

/** One side's format: the type name where it is known, else the path; no path (standard input) is binary. */
export function detectFormat(typeName: string | undefined, path: string | undefined): FormatId {
  return (
    (typeName === undefined ? undefined : formatOfTypeName(typeName)) ?? formatOfPath(path ?? "")
  );
}
