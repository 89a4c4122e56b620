import { bool, text, type BoolOption, type StringOption } from "./option.js";

export const extractOptions: { extract: StringOption } = {
  extract: text("extract", "PATH", "only the value at this path, such as '[\"a\"][0]'"),
};

export const ignoreMacOptions: { ignoreMac: BoolOption } = {
  ignoreMac: bool("ignore-mac", "open a file whose MAC is missing or wrong"),
};

/** Our addition (decisions.md, Many files). */
export const streamOptions: { stream: BoolOption } = {
  stream: bool("stream", "several files to standard output, joined by ---"),
};
