/**
 * `options/` describes every flag once. The tokenizer, the help, the completion and the documentation read the same
 * tables, so they cannot drift apart. No file here does any work.
 */
interface OptionBase {
  /** All spellings without dashes, the long one first. */
  readonly names: readonly [string, ...string[]];
  readonly summary: string;
  /** Variable that feeds the default. */
  readonly env?: string;
  /** Given before the command's name it still reaches the command (spec: cli.md §1.1). */
  readonly isGlobal?: boolean;
  /** Understood, but without effect until a later version: left out of help, completion and documentation. */
  readonly isLater?: boolean;
}

export interface BoolOption extends OptionBase {
  readonly type: "bool";
  readonly isOnByDefault?: boolean;
}

export interface StringOption extends OptionBase {
  readonly type: "string";
  readonly placeholder: string;
  /** The only values allowed. */
  readonly choices?: readonly string[];
}

export interface IntOption extends OptionBase {
  readonly type: "int";
}

/** One value an occurrence; the variable holds a comma list. */
export interface ListOption extends OptionBase {
  readonly type: "list";
  readonly placeholder: string;
}

export type Option = BoolOption | StringOption | IntOption | ListOption;

/** Flags by the name that the code uses for them. */
export type OptionTable = Readonly<Record<string, Option>>;

/** What a flag of this kind holds. An empty string is a flag that was not given (spec: cli.md §1.2). */
type FlagValue<O extends Option> = O extends BoolOption
  ? boolean
  : O extends StringOption
    ? string
    : O extends IntOption
      ? number | undefined
      : readonly string[];

export type Flags<T extends OptionTable> = { readonly [K in keyof T]: FlagValue<T[K]> };

export type FlagName = readonly [string, ...string[]] | string;

type Extras = Omit<OptionBase, "names" | "summary">;

function namesOf(names: FlagName): readonly [string, ...string[]] {
  return typeof names === "string" ? [names] : names;
}

export function bool(
  names: FlagName,
  summary: string,
  extras: Extras & { readonly isOnByDefault?: boolean } = {},
): BoolOption {
  return { type: "bool", names: namesOf(names), summary, ...extras };
}

export function text(
  names: FlagName,
  placeholder: string,
  summary: string,
  extras: Extras & { readonly choices?: readonly string[] } = {},
): StringOption {
  return { type: "string", names: namesOf(names), placeholder, summary, ...extras };
}

export function int(names: FlagName, summary: string, extras: Extras = {}): IntOption {
  return { type: "int", names: namesOf(names), summary, ...extras };
}

export function list(
  names: FlagName,
  placeholder: string,
  summary: string,
  extras: Extras = {},
): ListOption {
  return { type: "list", names: namesOf(names), placeholder, summary, ...extras };
}

/** As people write it: `--in-place`, `-i`. */
export function spelled(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}
