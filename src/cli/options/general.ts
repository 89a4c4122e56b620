import { bool, int, text, type BoolOption, type IntOption, type StringOption } from "./option.js";

export const helpOption: { help: BoolOption } = {
  help: bool(["help", "h"], "show this help"),
};

export const yesOptions: { yes: BoolOption } = {
  yes: bool(["yes", "y"], "do not ask"),
};

/** How the program talks; every command has these. */
export const outputOptions: { verbose: BoolOption; quiet: BoolOption; json: BoolOption } = {
  verbose: bool("verbose", "tell what is done, on standard error", { isGlobal: true }),
  quiet: bool(["quiet", "q"], "no warnings, no progress, no summary", { isGlobal: true }),
  json: bool("json", "errors, warnings and results as JSON", { isGlobal: true }),
};

export const configOptions: { config: StringOption } = {
  config: text("config", "FILE", "configuration to use instead of searching for .sops.yaml", {
    env: "SOPS_CONFIG",
    isGlobal: true,
  }),
};

export const layoutOptions: { indent: IntOption; layout: StringOption } = {
  indent: int("indent", "spaces of indentation; asks for the layout that sops writes", {
    isGlobal: true,
  }),
  layout: text("layout", "NAME", "source keeps the layout of the file, sops writes that of sops", {
    env: "LEAFSEAL_LAYOUT",
    choices: ["source", "sops"],
    isGlobal: true,
  }),
};
