import { ParseError, SopsError } from "../support/errors.js";
import { describeSystemError } from "../support/system-error.js";
import { concatBytes, showText } from "../support/text.js";
import { parseYaml } from "../support/yaml.js";
import {
  explicitPlace,
  ownershipWarnings,
  searchConfig,
  type ConfigMachine,
  type ConfigPlace,
} from "./find.js";
import { parseConfigContent, type ConfigContent } from "./schema.js";

/** A configuration that was found and read. */
export interface LoadedConfig extends ConfigContent {
  /** For messages. */
  readonly path: string;
  /** Absolute directory that its rules' paths are relative to. */
  readonly directory: string;
}

export interface ConfigLoader {
  /**
   * The configuration of this run; read once for each path, however often it is asked for.
   *
   * @param path - `--config` or `SOPS_CONFIG`; empty or absent: search upwards
   * @returns `null` when the search finds none
   * @throws SopsError CONFIG_UNREADABLE, CONFIG_INVALID
   */
  load(path?: string): LoadedConfig | null;
}

/** @param warn - takes each warning once (config.md §1.4, security.md T6) */
export function createConfigLoader(
  machine: ConfigMachine,
  warn: (message: string) => void,
): ConfigLoader {
  const loaded = new Map<string, LoadedConfig | null>();
  return {
    load(path = ""): LoadedConfig | null {
      const known = loaded.get(path);
      if (known !== undefined) {
        return known;
      }
      const config = path === "" ? loadFound(machine, warn) : loadNamed(machine, path);
      loaded.set(path, config);
      return config;
    },
  };
}

function loadNamed(machine: ConfigMachine, path: string): LoadedConfig {
  const place = explicitPlace(machine, path);
  return parse(place, read(machine, place).bytes);
}

function loadFound(machine: ConfigMachine, warn: (message: string) => void): LoadedConfig | null {
  const { place, warnings } = searchConfig(machine);
  warnings.forEach(warn);
  if (place === null) {
    return null;
  }
  const { bytes, stats } = read(machine, place);
  ownershipWarnings(machine, place.path, stats).forEach(warn);
  return parse(place, bytes);
}

function parse(place: ConfigPlace, bytes: Uint8Array): LoadedConfig {
  return withConfigPath(place.path, () => ({
    ...parseConfigContent(parseYaml(bytes)),
    path: place.path,
    directory: place.directory,
  }));
}

/** Turns a ParseError of the configuration into the message that names its file. @throws SopsError CONFIG_INVALID */
export function withConfigPath<T>(path: string, evaluate: () => T): T {
  try {
    return evaluate();
  } catch (error) {
    if (!(error instanceof ParseError)) {
      throw error;
    }
    const { line, column } = error;
    const position = [
      ...(line === undefined ? [] : [`line ${line}`]),
      ...(column === undefined ? [] : [`column ${column}`]),
    ].join(", ");
    const where = position === "" ? showText(path) : `${showText(path)}: ${position}`;
    throw new SopsError("CONFIG_INVALID", `error loading config: ${where}: ${error.message}`, {
      details: { path, line, column },
      cause: error,
    });
  }
}

/** Beyond this the parser refuses; a link to an endless device must not be read to its end. */
const ENOUGH_BYTES = 5 << 20;
const STEP = 64 << 10;

interface ReadFile {
  readonly bytes: Uint8Array;
  readonly stats: { readonly uid: number; readonly mode: number };
}

function read(machine: ConfigMachine, place: ConfigPlace): ReadFile {
  const { fs } = machine;
  try {
    const descriptor = fs.openSync(place.openPath, "r");
    try {
      const stats = fs.fstatSync(descriptor);
      const parts: Uint8Array[] = [];
      let total = 0;
      for (;;) {
        const part = new Uint8Array(STEP);
        const count = fs.readSync(descriptor, part, 0, STEP, null);
        if (count === 0 || total > ENOUGH_BYTES) {
          return { bytes: concatBytes(parts), stats };
        }
        parts.push(part.subarray(0, count));
        total += count;
      }
    } finally {
      fs.closeSync(descriptor);
    }
  } catch (cause) {
    const message = `could not read config file: ${showText(place.path)}: ${describeSystemError(cause)}`;
    throw new SopsError("CONFIG_UNREADABLE", message, { details: { path: place.path }, cause });
  }
}
