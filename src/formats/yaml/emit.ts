/** Canonical YAML, byte-identical to sops (spec: formats.md §5.6-§5.9; our deviations §12 #2-#4). */
import type { TreeBranch, TreeValue } from "../../document/tree.js";
import { SopsError } from "../../support/errors.js";
import type { EmitStyle } from "../store.js";
import { Emitter } from "./emitter.js";

const DEFAULT_STEP = 4;
const FALLBACK_STEP = 2;
const MAX_STEP = 9;

/**
 * The documents of a file as canonical text, which ends with a line feed.
 *
 * @throws SopsError CANNOT_EMIT for a negative indentation, nesting beyond 10,000 levels or a text beyond what a
 * string can hold
 */
export function emitYaml(branches: readonly TreeBranch[], style: EmitStyle): string {
  const emitter = new Emitter(indentStep(style.indent));
  branches.forEach((branch, index) => {
    emitter.document(branch, index > 0);
  });
  return emitter.text();
}

/**
 * One top-level pair as canonical text, which ends with a line feed; `indent` as in {@link EmitStyle}.
 *
 * @throws SopsError as {@link emitYaml}
 */
export function emitPairText(key: string, value: TreeValue, indent: number | undefined): string {
  return emitYaml([{ kind: "map", items: [{ kind: "pair", key, value }] }], { indent });
}

/** spec: formats.md §5.7 */
function indentStep(indent: number | undefined): number {
  if (indent === undefined || indent === 0) {
    return DEFAULT_STEP;
  }
  if (indent < 0) {
    throw new SopsError("CANNOT_EMIT", "YAML Negative indentation not accepted");
  }
  return indent < FALLBACK_STEP || indent > MAX_STEP ? FALLBACK_STEP : indent;
}
