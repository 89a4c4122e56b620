import { KEY_TYPES } from "../keys/registry.js";
import type { Runtime } from "../support/runtime.js";

/** Variables that hold a private key. */
const PRIVATE_KEY_VARIABLES: ReadonlySet<string> = namesOf("value");

/** Variables that hold a private key or say where one is. */
const KEY_SOURCE_VARIABLES: ReadonlySet<string> = new Set([
  ...PRIVATE_KEY_VARIABLES,
  ...namesOf("place"),
]);

function namesOf(role: "value" | "place"): ReadonlySet<string> {
  const variables = KEY_TYPES.flatMap(({ env }) => env);
  return new Set(variables.filter(({ privateKey }) => privateKey === role).map(({ name }) => name));
}

/** Our environment for an editor: it has no use for private keys (security.md E9). */
export function editorVariables(runtime: Pick<Runtime, "env">): ReadonlyMap<string, string> {
  return variablesWithout(runtime, PRIVATE_KEY_VARIABLES);
}

/** Our environment for a command of the user. */
export function inheritedVariables(
  runtime: Pick<Runtime, "env">,
  hidesKeys: boolean,
): ReadonlyMap<string, string> {
  return variablesWithout(runtime, hidesKeys ? KEY_SOURCE_VARIABLES : new Set());
}

function variablesWithout(
  { env }: Pick<Runtime, "env">,
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
