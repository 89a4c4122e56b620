import { SopsError } from "../support/errors.js";

/** Verbs of sops that a later version brings. A verb that is built moves to `command-list.ts`. */
const LATER_VERBS: ReadonlySet<string> = new Set(["publish"]);

/** @throws SopsError VERB_NOT_BUILT_IN for a verb that sops has and we have not yet */
export function refuseLaterVerb(word: string): void {
  if (LATER_VERBS.has(word)) {
    throw laterVerb(word);
  }
}

export function laterVerb(verb: string, hint?: string): SopsError {
  return new SopsError(
    "VERB_NOT_BUILT_IN",
    `leafseal: error: ${verb} comes in a later version`,
    hint === undefined ? {} : { hint },
  );
}
