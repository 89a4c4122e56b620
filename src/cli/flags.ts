import { SopsError } from "../support/errors.js";
import type { GivenValue } from "./argv.js";
import { parseBool } from "./flag-text.js";
import { spelled, type Flags, type Option, type OptionTable } from "./options/option.js";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Every flag of a table with its value: what was given, else its variable, else its default.
 *
 * @throws SopsError INVALID_ENVIRONMENT, USAGE (a value that is not one of the choices)
 */
export function resolveFlags<T extends OptionTable>(
  options: T,
  given: ReadonlyMap<string, GivenValue>,
  env: Environment,
): Flags<T> {
  const flags = new Map<string, GivenValue | undefined>();
  for (const [key, option] of Object.entries(options)) {
    const value = given.get(key) ?? defaultOf(option, env);
    checkChoice(option, value, given.has(key));
    flags.set(key, value);
  }
  return Object.fromEntries(flags) as Flags<T>;
}

/**
 * A variable with a word that is neither true nor false breaks every invocation, help included (spec: cli.md §1.5).
 *
 * @throws SopsError INVALID_ENVIRONMENT
 */
export function checkBoolVariables(options: OptionTable, env: Environment): void {
  for (const option of Object.values(options)) {
    if (option.type === "bool") {
      defaultOf(option, env);
    }
  }
}

function defaultOf(option: Option, env: Environment): GivenValue | undefined {
  const variable = option.env === undefined ? undefined : env[option.env];
  switch (option.type) {
    case "bool":
      return variable === undefined
        ? option.isOnByDefault === true
        : boolVariable(option, variable);
    case "string":
      return variable ?? "";
    case "int":
      return undefined;
    case "list":
      return (variable ?? "")
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== "");
  }
}

/** Set but empty is false (spec: cli.md §14). */
function boolVariable(option: Option, text: string): boolean {
  const value = text === "" ? false : parseBool(text);
  if (value === null) {
    throw new SopsError(
      "INVALID_ENVIRONMENT",
      `${option.env ?? ""}: neither true nor false (default of ${spelled(option.names[0])})`,
    );
  }
  return value;
}

function checkChoice(option: Option, value: GivenValue | undefined, isGiven: boolean): void {
  if (option.type !== "string" || option.choices === undefined || typeof value !== "string") {
    return;
  }
  if (value === "" || option.choices.includes(value)) {
    return;
  }
  const allowed = option.choices.join(" or ");
  if (isGiven) {
    throw new SopsError("USAGE", `${spelled(option.names[0])} must be ${allowed}`);
  }
  throw new SopsError("INVALID_ENVIRONMENT", `${option.env ?? ""}: must be ${allowed}`);
}
