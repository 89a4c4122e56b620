import type {
  ConfigOptions,
  DestinationOptions,
  FileTypeOptions,
  KeyServiceOptions,
} from "../../operations/options.js";
import type { destinationOptions, fileTypeOptions, manyFilesOptions } from "./files.js";
import type { configOptions, layoutOptions } from "./general.js";
import type { keyServiceOptions } from "./keys.js";
import type { Flags } from "./option.js";

/** An empty text is a flag that was not given (spec: cli.md §1.2). */
export function unlessEmpty(value: string): string | undefined {
  return value === "" ? undefined : value;
}

export function toFileTypes(flags: Flags<typeof fileTypeOptions>): FileTypeOptions {
  return {
    inputType: unlessEmpty(flags.inputType),
    outputType: unlessEmpty(flags.outputType),
    filenameOverride: unlessEmpty(flags.filenameOverride),
  };
}

export function toConfig(flags: Flags<typeof configOptions & typeof layoutOptions>): ConfigOptions {
  return {
    config: unlessEmpty(flags.config),
    indent: flags.indent,
    layout: flags.layout === "source" || flags.layout === "sops" ? flags.layout : undefined,
  };
}

export function toKeyServices(flags: Flags<typeof keyServiceOptions>): KeyServiceOptions {
  return {
    enableLocalKeyService: flags.enableLocalKeyService,
    keyServices: flags.keyServices,
  };
}

export function toDestination(
  flags: Flags<typeof destinationOptions & typeof manyFilesOptions>,
): DestinationOptions {
  return {
    inPlace: flags.inPlace,
    output: unlessEmpty(flags.output),
    outputDir: unlessEmpty(flags.outputDir),
  };
}
