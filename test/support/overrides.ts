/** Access to `test/vectors/overrides.json`: the one list of recorded outcomes that our rules overrule. */
import { readFileSync } from "node:fs";

import type { Layout } from "./vector-steps.js";

/** What must happen instead of the recorded outcome of one step. */
export interface StepOverride {
  readonly exit: number;
  /**
   * Output on exit 0. `plain`: the bytes that were encrypted; `recorded`: as in the vector although the original
   * refused; `file:NAME`: a file of the case; `text:…`: exactly this; `unchecked`: only that it decrypts.
   */
  readonly output?: string;
  /** Words that standard error must hold. */
  readonly stderr?: string;
  /** What our canonical encrypted text, masked, must begin with, where sops's own text is the defect. */
  readonly begins?: string;
}

export interface Override {
  readonly case: string;
  /** Names the rule that overrules: decisions.md, security.md, or a defect that the vector itself names. */
  readonly reason: string;
  /** Default: both. */
  readonly layouts?: readonly Layout[];
  /** Whose encrypted file the steps read; default: both. */
  readonly files?: "ours" | "theirs";
  readonly steps: Readonly<Record<string, StepOverride>>;
}

const OVERRIDES = JSON.parse(
  readFileSync(new URL("../vectors/overrides.json", import.meta.url), "utf8"),
) as readonly Override[];

export function allOverrides(): readonly Override[] {
  return OVERRIDES;
}

export function overrideFor(
  name: string,
  step: number,
  layout: Layout,
  files: "ours" | "theirs",
): StepOverride | null {
  for (const override of OVERRIDES) {
    if (override.case !== name) continue;
    if (override.layouts !== undefined && !override.layouts.includes(layout)) continue;
    if (override.files !== undefined && override.files !== files) continue;
    const found = override.steps[String(step)];
    if (found !== undefined) return found;
  }
  return null;
}
