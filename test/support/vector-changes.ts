/** What a changed file must look like, beside what sops made of the same file (the vectors' README, `edit/*`). */
import { firstDifference, maskEncrypted } from "./masking.js";
import type { Layout } from "./vector-steps.js";
import type { VectorResult } from "./vectors.js";

export interface ChangedFile {
  readonly before: Uint8Array;
  readonly changed: Uint8Array;
  /** What sops made of `before`, as recorded. */
  readonly after: Uint8Array;
}

/** decisions.md, Verbs: a whole number is set as int; sops makes a float of it, with the same text. */
function mask(file: Uint8Array): string {
  return maskEncrypted(file).replaceAll("ENC<int>", "ENC<float>");
}

const CIPHERTEXT = /ENC\[AES256_GCM,[^\]]*\]/g;

function ciphertexts(file: Uint8Array): string[] {
  return Buffer.from(file).toString("latin1").match(CIPHERTEXT) ?? [];
}

/** How many ciphertexts of `before` the changed file still has. */
function reused({ before, changed }: ChangedFile): number {
  const left = ciphertexts(before);
  return ciphertexts(changed).filter((text) => {
    const at = left.indexOf(text);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  }).length;
}

/** Lines of `wanted` that do not stand in `text` in this order. */
function missingLines(wanted: readonly string[], text: readonly string[]): string[] {
  let next = 0;
  return wanted.filter((line) => {
    const at = text.indexOf(line, next);
    if (at < 0) return true;
    next = at + 1;
    return false;
  });
}

function untouchedLines(before: string, removed: readonly string[]): string[] {
  const gone = removed.map((line) => mask(Buffer.from(line)));
  return before.split("\n").filter((line) => {
    const at = gone.indexOf(line);
    if (at >= 0) gone.splice(at, 1);
    return at < 0;
  });
}

/** For a file that sops had made: canonical text equals its own; in the source layout untouched lines stay. */
export function judgeChange(file: ChangedFile, result: VectorResult, layout: Layout): string[] {
  const problems: string[] = [];
  const [changed, after] = [mask(file.changed), mask(file.after)];
  if (layout === "sops" && changed !== after) {
    problems.push(`changed file: ${firstDifference(changed, after)}`);
  }
  if (layout === "source") {
    const wanted = untouchedLines(mask(file.before), result.lines_removed ?? []);
    for (const line of missingLines(wanted, changed.split("\n")).slice(0, 3)) {
      problems.push(`an untouched line is gone: ${JSON.stringify(line)}`);
    }
  }
  const atLeast = result.encrypted_values_reused ?? 0;
  if (reused(file) < atLeast) {
    problems.push(`${reused(file)} ciphertexts stay, sops keeps ${atLeast}`);
  }
  return problems;
}

/** For a file of ours, whose lines are not recorded: no more of them go than sops removes. */
export function judgeOwnChange({ before, changed }: ChangedFile, result: VectorResult): string[] {
  const lines = (file: Uint8Array): string[] => mask(file).split("\n");
  const gone = missingLines(lines(before), lines(changed));
  const allowed = result.lines_removed?.length ?? 0;
  // The layout field and the time are one more line each.
  return gone.length <= allowed + 2
    ? []
    : [`${gone.length} lines are gone, sops removes ${allowed}: ${JSON.stringify(gone[0])}`];
}
