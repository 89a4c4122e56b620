import { bool, text, type BoolOption, type StringOption } from "./option.js";

const TYPES = "yaml, json, dotenv, ini or binary";

export const inputTypeOption: { inputType: StringOption } = {
  inputType: text("input-type", "TYPE", `${TYPES}; else the file name decides`),
};

/** The file goes back to where it was, so its name decides everything else. */
export const ownTypeOptions: { inputType: StringOption; outputType: StringOption } = {
  ...inputTypeOption,
  outputType: text("output-type", "TYPE", `${TYPES}; else the file name decides`),
};

/** What kind of file goes in and out (spec: cli.md §3). */
export const fileTypeOptions: {
  inputType: StringOption;
  outputType: StringOption;
  filenameOverride: StringOption;
} = {
  ...ownTypeOptions,
  filenameOverride: text(
    "filename-override",
    "NAME",
    "choose type and creation rule by this name instead of the file's own",
  ),
};

export const inPlaceOptions: { inPlace: BoolOption } = {
  inPlace: bool(["in-place", "i"], "write back to the file itself"),
};

/** Where the result goes (spec: cli.md §4). */
export const destinationOptions: { inPlace: BoolOption; output: StringOption } = {
  ...inPlaceOptions,
  output: text("output", "FILE", "write to FILE instead of standard output"),
};

/** Our addition for many files (decisions.md, Many files). */
export const manyFilesOptions: { outputDir: StringOption } = {
  outputDir: text("output-dir", "DIR", "write every file below DIR under its own relative path"),
};

/** Our addition: directories, patterns and the whole repository (decisions.md, Many files). */
export const allFilesOptions: { all: BoolOption } = {
  all: bool("all", "every encrypted file of the repository, or below the working directory"),
};

/** A number that loses digits is refused elsewhere (decisions.md, Vectors overruled). */
export const inexactOptions: { allowInexact: BoolOption } = {
  allowInexact: bool("allow-inexact", "warn instead of refusing a number that loses digits"),
};

/** Overrides of our own refusals (decisions.md, Nothing encrypted). */
export const overrideOptions: { allowPlaintext: BoolOption; allowInexact: BoolOption } = {
  allowPlaintext: bool(
    "allow-plaintext",
    "warn instead of refusing where nothing, or a copy of a secret, would stay in clear",
    { env: "LEAFSEAL_ALLOW_PLAINTEXT" },
  ),
  ...inexactOptions,
};
