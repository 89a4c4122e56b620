/**
 * The real sops opens what we encrypt. It is older (3.11) than the version that made the vectors (3.13.2), so where it
 * differs from the recorded output, its own reading of the recorded file is the judge.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { firstDifference } from "../support/masking.js";
import { mapConcurrently } from "../support/pool.js";
import { isMissing, type ProcessResult, runRealSops } from "../support/tools.js";
import { valuesOf } from "../support/values.js";
import { encryptCase, type OurFile } from "../support/vector-runner.js";
import {
  environmentOf,
  laterReason,
  type Layout,
  type Step,
  stepsOf,
} from "../support/vector-steps.js";
import { VECTOR_GROUPS, type VectorCase, vectorCases } from "../support/vectors.js";

interface Tally {
  files: number;
  sameBytes: number;
  sameValues: number;
  /** sops 3.11 reads the file of sops 3.13.2 otherwise than sops 3.13.2 itself, and ours as that. */
  asTheirs: number;
}

let folder = "";
const tallies = new Map<string, Tally>();

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "leafseal-interop-")));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  const lines = [...tallies].map(
    ([name, t]) =>
      `${name.padEnd(16)} files ${t.files}, same bytes ${t.sameBytes}, same values ${t.sameValues}, as its own ${t.asTheirs}`,
  );
  console.log(["the real sops 3.11 reads our files:", ...lines].join("\n"));
});

/** Steps that decrypt a file which we made; a file that no step decrypts gets a plain `decrypt`. */
function readingSteps(entry: VectorCase, made: ReadonlyMap<string, OurFile>): Step[] {
  const steps = stepsOf(entry);
  const reading = steps.filter(
    (step) =>
      step.verb === "decrypt" &&
      !step.args.includes("--ignore-mac") &&
      made.has(step.inputFile ?? "") &&
      laterReason(entry, step) === null &&
      (step.exit === 0 || entry.result.conformance === "output-exact"),
  );
  const read = new Set(steps.map((step) => step.inputFile));
  for (const name of made.keys()) {
    if (read.has(name)) continue;
    const args = ["decrypt", name];
    reading.push({
      index: -1,
      verb: "decrypt",
      args,
      env: {},
      exit: 0,
      stderrKey: "",
      inputFile: name,
    });
  }
  return reading;
}

function isSame(
  left: ProcessResult,
  exit: number,
  output: Uint8Array,
  name: string,
  layout: Layout,
): boolean {
  if (left.exitCode !== exit) return false;
  if (left.stdout.equals(output)) return true;
  return layout === "source" && valuesOf(left.stdout, name) === valuesOf(output, name);
}

function describeProblem(
  step: Step,
  ours: ProcessResult,
  expected: ProcessResult | Uint8Array,
): string {
  const said = ours.stderr.trim().split("\n").slice(0, 2).join(" | ").slice(0, 200);
  const text = "exitCode" in expected ? expected.stdout : Buffer.from(expected);
  return `${step.args.join(" ")}: exit ${ours.exitCode} ${said}; ${firstDifference(ours.stdout.toString("latin1"), text.toString("latin1"))}`;
}

async function judgeCase(entry: VectorCase, layout: Layout, tally: Tally): Promise<string[]> {
  const base = join(folder, `${layout}-${entry.name.replace("/", "-")}`);
  const made = await encryptCase(entry, layout, base);
  const theirs = join(base, "original");
  mkdirSync(theirs);
  for (const [name, bytes] of entry.files) {
    writeFileSync(join(theirs, name === "sops-config.yaml" ? ".sops.yaml" : name), bytes);
  }
  const problems: string[] = [];
  for (const step of readingSteps(entry, made)) {
    const env = environmentOf(entry, step, theirs, "source");
    tally.files += 1;
    const ours = await runRealSops(step.args, { cwd: join(base, "ours"), env });
    const name = step.stdoutFile ?? step.inputFile ?? "";
    const recorded = step.stdoutFile === undefined ? undefined : entry.files.get(step.stdoutFile);
    if (recorded !== undefined && isSame(ours, 0, recorded, name, layout)) {
      if (ours.stdout.equals(recorded)) tally.sameBytes += 1;
      else tally.sameValues += 1;
      continue;
    }
    const original = await runRealSops(step.args, { cwd: theirs, env });
    if (isSame(ours, original.exitCode, original.stdout, name, layout)) tally.asTheirs += 1;
    else problems.push(`${entry.name}: ${describeProblem(step, ours, recorded ?? original)}`);
  }
  rmSync(base, { recursive: true, force: true });
  return problems;
}

const combinations = (["source", "sops"] as const).flatMap((layout) =>
  VECTOR_GROUPS.filter((group) => group !== "tamper" && group !== "metadata").map(
    (group) => [group, layout] as const,
  ),
);

describe.skipIf(isMissing("sops"))("the real sops opens every file that we encrypt", () => {
  test.each(combinations)("%s, layout %s", { timeout: 300_000 }, async (group, layout) => {
    const tally = { files: 0, sameBytes: 0, sameValues: 0, asTheirs: 0 };
    tallies.set(`${group}, ${layout}`, tally);
    const problems = await mapConcurrently(vectorCases(group), 2, (entry) =>
      judgeCase(entry, layout, tally),
    );
    expect(problems.flat()).toEqual([]);
    expect(tally.files).toBeGreaterThan(0);
  });
});
