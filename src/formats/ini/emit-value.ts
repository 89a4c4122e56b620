import { floatJson } from "../../document/float-text.js";
import type { ListItem, MapItem, ScalarValue, TreeValue } from "../../document/tree.js";
import { isScalar } from "../../document/tree.js";
import { SopsError } from "../../support/errors.js";
import { flatText } from "../flat-text.js";
import { emitIni } from "./emit.js";

/**
 * One value for `--extract` (spec: cli.md §5): text as it is, a map as an INI file, all else as compact JSON.
 *
 * @throws SopsError CANNOT_EMIT for a map that is no INI file, such as a section, and for NaN and infinities
 */
export function emitIniValue(value: TreeValue): string {
  switch (value.kind) {
    case "string":
    case "bytes":
      return flatText(value);
    case "map":
      return emitIni([value]);
    default:
      return compactJson(value);
  }
}

/** Text to be written, or an item whose text is still to be found. */
type Step = string | TreeValue | MapItem | ListItem;

/** Without recursion: lists may be nested 10,000 levels deep. */
function compactJson(root: TreeValue): string {
  const parts: string[] = [];
  const steps: Step[] = [root];
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    if (typeof step === "string") {
      parts.push(step);
    } else if (step.kind === "pair") {
      steps.push(step.value, `${JSON.stringify(step.key)}:`);
    } else if (step.kind === "map" || step.kind === "list") {
      pushItems(step.kind === "map" ? "{}" : "[]", step.items, steps);
    } else if (isScalar(step)) {
      parts.push(scalarJson(step));
    }
  }
  return parts.join("");
}

function pushItems(brackets: string, items: readonly (MapItem | ListItem)[], steps: Step[]): void {
  const shown = items.filter((item) => item.kind !== "comment");
  steps.push(brackets.charAt(1));
  for (let index = shown.length - 1; index >= 0; index -= 1) {
    const item = shown[index];
    if (item !== undefined) {
      steps.push(item);
    }
    if (index > 0) {
      steps.push(",");
    }
  }
  steps.push(brackets.charAt(0));
}

function scalarJson(value: ScalarValue): string {
  switch (value.kind) {
    case "null":
      return "null";
    case "float": {
      const text = floatJson(value.value);
      if (text === null) {
        throw new SopsError("CANNOT_EMIT", `${flatText(value)} cannot be written as JSON`);
      }
      return text;
    }
    case "int":
    case "uint":
    case "bool":
      return flatText(value);
    case "string":
    case "bytes":
      return JSON.stringify(flatText(value));
    case "timestamp":
      return JSON.stringify(value.value);
  }
}
