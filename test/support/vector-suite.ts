/** The vector suite for one layout: one test a case, then counts per group, nothing skipped in silence. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { runCase } from "./vector-runner.js";
import type { Layout } from "./vector-steps.js";
import { VECTOR_GROUPS, vectorCases } from "./vectors.js";

interface Tally {
  cases: number;
  passed: number;
  /** Cases of which some steps wait for a later issue. */
  partly: number;
  /** Cases of which no step can run yet. */
  waiting: number;
  steps: number;
  overridden: number;
}

function line(cells: readonly string[]): string {
  return cells.map((cell) => cell.padStart(13)).join("");
}

function table(
  layout: Layout,
  tallies: ReadonlyMap<string, Tally>,
  reasons: ReadonlyMap<string, number>,
): string {
  const heads = ["group", "cases", "passed", "partly later", "later", "steps run", "overridden"];
  const rows = [...tallies].map(([group, t]) =>
    [group, t.cases, t.passed, t.partly, t.waiting, t.steps, t.overridden].map(String),
  );
  const sum = (column: number): string =>
    String(rows.reduce((total, row) => total + Number(row[column]), 0));
  rows.push(["all", ...heads.slice(1).map((_, column) => sum(column + 1))]);
  const later = [...reasons].map(([reason, count]) => `${reason}: ${count}`).join(", ");
  return [
    `vectors, layout ${layout}`,
    line(heads),
    ...rows.map(line),
    `steps of later issues: ${later}`,
  ].join("\n");
}

export function defineVectorSuite(layout: Layout): void {
  const tallies = new Map<string, Tally>();
  const reasons = new Map<string, number>();
  let folder = "";

  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "leafseal-vectors-")));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    console.log(table(layout, tallies, reasons));
  });

  describe.each(VECTOR_GROUPS)("%s", (group) => {
    const cases = vectorCases(group).map((entry) => [entry.name, entry] as const);
    const tally = {
      cases: cases.length,
      passed: 0,
      partly: 0,
      waiting: 0,
      steps: 0,
      overridden: 0,
    };
    tallies.set(group, tally);
    test.each(cases)("%s", async (name, entry) => {
      const outcome = await runCase(entry, layout, join(folder, name.replace("/", "-")));
      tally.steps += outcome.ran;
      tally.overridden += outcome.overridden;
      for (const text of outcome.later) {
        const reason = text.replace(/^step \d+: /, "");
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
      if (outcome.ran === 0 && outcome.later.length > 0) tally.waiting += 1;
      else if (outcome.later.length > 0) tally.partly += 1;
      expect(outcome.problems).toEqual([]);
      if (outcome.ran > 0) tally.passed += 1;
    });
  });
}
