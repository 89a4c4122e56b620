import { SopsError } from "../support/errors.js";
import { parseBool, parseInteger } from "./flag-text.js";
import { spelled, type Option, type OptionTable } from "./options/option.js";
import { nearest } from "./suggest.js";

/**
 * `first-positional`: the root and the old style, where everything from the first word on is left alone.
 * `anywhere`: commands, whose flags may stand between and after words (spec: cli.md §1.3).
 */
export type FlagPosition = "first-positional" | "anywhere";

export interface Positional {
  readonly text: string;
  /** It stood after `--`, so it is no mistyped flag even if it begins with a dash. */
  readonly isLiteral: boolean;
}

export type GivenValue = boolean | string | number | readonly string[];

export interface ParsedArgv {
  /** By the option's name in its table. */
  readonly given: ReadonlyMap<string, GivenValue>;
  readonly positionals: readonly Positional[];
}

/** A dash token taken apart. `value` is what follows `=`. */
interface FlagToken {
  readonly name: string;
  readonly value: string | undefined;
}

interface Entry {
  readonly key: string;
  readonly option: Option;
}

/**
 * Reads a command line by the grammar of sops (spec: cli.md §1.2, §1.3).
 *
 * @throws SopsError USAGE
 */
export function parseArgv(
  tokens: readonly string[],
  options: OptionTable,
  position: FlagPosition,
): ParsedArgv {
  const entries = indexByName(options);
  const given = new Map<string, GivenValue>();
  const spellings = new Map<string, Set<string>>();
  const positionals: Positional[] = [];
  let index = 0;
  while (index < tokens.length) {
    const token = tokens[index] ?? "";
    index += 1;
    if (token === "--") {
      pushAll(positionals, tokens, index, true);
      break;
    }
    const flag = isDashed(token) ? splitToken(token) : null;
    const entry = flag === null ? undefined : entries.get(flag.name);
    if (flag !== null && entry !== undefined) {
      noteSpelling(spellings, entry.key, flag.name);
      index += takeValue(given, entry, flag, tokens[index]);
    } else if (isDashed(token) && positionals.length === 0) {
      throw refusal(token, flag, entries);
    } else {
      positionals.push({ text: token, isLiteral: false });
      if (position === "first-positional") {
        pushAll(positionals, tokens, index, false);
        break;
      }
    }
  }
  refuseTwoForms(spellings);
  return { given, positionals };
}

function indexByName(options: OptionTable): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const [key, option] of Object.entries(options)) {
    for (const name of option.names) {
      entries.set(name, { key, option });
    }
  }
  return entries;
}

function pushAll(
  positionals: Positional[],
  tokens: readonly string[],
  start: number,
  isLiteral: boolean,
): void {
  for (let index = start; index < tokens.length; index += 1) {
    positionals.push({ text: tokens[index] ?? "", isLiteral });
  }
}

/** A lone dash is a file of that name. */
function isDashed(token: string): boolean {
  return token.length > 1 && token.startsWith("-");
}

/** One or two dashes, a name, perhaps `=value`; `null` for anything else (`---x`, `-=v`). */
function splitToken(token: string): FlagToken | null {
  const start = token.startsWith("--") ? 2 : 1;
  const first = token.charAt(start);
  if (first === "" || first === "-" || first === "=") {
    return null;
  }
  const equals = token.indexOf("=", start);
  return equals === -1
    ? { name: token.slice(start), value: undefined }
    : { name: token.slice(start, equals), value: token.slice(equals + 1) };
}

/** @returns how many further tokens the flag used up */
function takeValue(
  given: Map<string, GivenValue>,
  { key, option }: Entry,
  flag: FlagToken,
  next: string | undefined,
): 0 | 1 {
  if (option.type === "bool") {
    given.set(key, flag.value === undefined ? true : boolOf(flag.name, flag.value));
    return 0;
  }
  const value = flag.value ?? next;
  if (value === undefined) {
    throw new SopsError("USAGE", `flag needs an argument: ${spelled(flag.name)}`);
  }
  if (option.type === "int") {
    given.set(key, integerOf(flag.name, value));
  } else if (option.type === "list") {
    const before = given.get(key);
    given.set(key, Array.isArray(before) ? [...(before as string[]), value] : [value]);
  } else {
    given.set(key, value);
  }
  return flag.value === undefined ? 1 : 0;
}

function boolOf(name: string, text: string): boolean {
  const value = parseBool(text);
  if (value === null) {
    throw new SopsError("USAGE", `invalid boolean value "${text}" for ${spelled(name)}`);
  }
  return value;
}

function integerOf(name: string, text: string): number {
  const value = parseInteger(text);
  if (value === null) {
    throw new SopsError("USAGE", `invalid number "${text}" for ${spelled(name)}`);
  }
  return value;
}

function refusal(
  token: string,
  flag: FlagToken | null,
  entries: ReadonlyMap<string, Entry>,
): SopsError {
  if (flag === null) {
    return new SopsError("USAGE", `bad flag syntax: ${token}`);
  }
  const visible = [...entries].filter(([, { option }]) => option.isLater !== true);
  const near = nearest(
    flag.name,
    visible.map(([name]) => name),
  );
  const advice = near === null ? "" : ` (did you mean ${spelled(near)}?)`;
  return new SopsError("USAGE", `flag provided but not defined: ${spelled(flag.name)}${advice}`);
}

function noteSpelling(spellings: Map<string, Set<string>>, key: string, name: string): void {
  const known = spellings.get(key);
  if (known === undefined) {
    spellings.set(key, new Set([name]));
  } else {
    known.add(name);
  }
}

function refuseTwoForms(spellings: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const names of spellings.values()) {
    if (names.size > 1) {
      const forms = [...names].map((name) => spelled(name)).join(" ");
      throw new SopsError("USAGE", `Cannot use two forms of the same flag: ${forms}`);
    }
  }
}
