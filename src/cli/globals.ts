import type { ReportOptions } from "../report/reporter.js";
import type { GivenValue } from "./argv.js";
import { spelled, type OptionTable } from "./options/option.js";
import { ROOT_OPTIONS } from "./options/root.js";

/** Meant for `--version`; some callers pass it always. */
const HARMLESS: ReadonlySet<string> = new Set(["disableVersionCheck", "checkForUpdates"]);

/**
 * Flags before a command's name: the global ones reach it unless the command has its own; the others have never had
 * an effect, and gain none, lest a slip of old start to choose keys (spec: cli.md §1.1).
 *
 * @returns what the command was given, and the flags that are ignored, as people write them
 */
export function inheritGlobals(
  root: ReadonlyMap<string, GivenValue>,
  own: ReadonlyMap<string, GivenValue>,
  options: OptionTable,
): { given: ReadonlyMap<string, GivenValue>; ignored: string[] } {
  const given = new Map(own);
  const ignored: string[] = [];
  for (const [key, value] of root) {
    const option = ROOT_OPTIONS[key];
    if (option?.isGlobal === true && key in options) {
      if (!own.has(key)) {
        given.set(key, value);
      }
    } else if (option !== undefined && !HARMLESS.has(key)) {
      ignored.push(spelled(option.names[0]));
    }
  }
  return { given, ignored };
}

/** How to talk, from the flags of any command. */
export function reportOptionsOf(flags: Readonly<Record<string, unknown>>): ReportOptions {
  return {
    json: flags["json"] === true,
    quiet: flags["quiet"] === true,
    verbose: flags["verbose"] === true,
  };
}
