import type { TreeValue } from "../../document/tree.js";
import { Emitter } from "./emitter.js";

/** `--extract` does not look at `--indent` here. */
const STEP = 4;

/**
 * One value as `--extract` prints it: a scalar or list as a document of its own, with a line feed (spec: cli.md §5).
 * Strings and maps have their own ways (raw, `emitYaml`).
 *
 * @throws SopsError CANNOT_EMIT as `emitYaml` does
 */
export function emitYamlValue(value: TreeValue): string {
  const emitter = new Emitter(STEP);
  emitter.document(value, false);
  return emitter.text();
}
