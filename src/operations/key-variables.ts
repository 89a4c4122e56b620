import { KEY_TYPES } from "../keys/registry.js";
import type { Runtime } from "../support/runtime.js";

/** Variables that hold a private key. */
export const PRIVATE_KEY_VARIABLES: ReadonlySet<string> = namesOf("value");

/** Variables that hold a private key or say where one is. */
export const KEY_SOURCE_VARIABLES: ReadonlySet<string> = new Set([
  ...PRIVATE_KEY_VARIABLES,
  ...namesOf("place"),
]);

function namesOf(role: "value" | "place"): ReadonlySet<string> {
  const variables = KEY_TYPES.flatMap(({ env }) => env);
  return new Set(variables.filter(({ privateKey }) => privateKey === role).map(({ name }) => name));
}

/** An environment for a program that we start, without some of our variables. */
export function environmentWithout(
  env: Runtime["env"],
  hidden: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const kept = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !hidden.has(name)) {
      kept.set(name, value);
    }
  }
  return kept;
}
