import { expect, test } from "vitest";
import { allOverrides } from "../support/overrides.js";
import { stepsOf } from "../support/vector-steps.js";
import { unitTable, VECTOR_GROUPS, vectorCases } from "../support/vectors.js";

test("the packed vectors are all there", () => {
  const counts = Object.fromEntries(
    VECTOR_GROUPS.map((group) => [group, vectorCases(group).length]),
  );
  expect(counts).toEqual({
    binary: 14,
    convert: 19,
    dotenv: 48,
    edit: 53,
    extract: 5,
    ini: 73,
    json: 66,
    metadata: 85,
    options: 151,
    tamper: 104,
    yaml: 275,
  });
});

test("names are unique and every case says how it must be judged", () => {
  const cases = VECTOR_GROUPS.flatMap((group) => vectorCases(group));
  expect(new Set(cases.map(({ name }) => name)).size).toBe(893);
  for (const { name, result } of cases) {
    expect(result.case).toBe(name);
    expect(["exact", "error", "output-exact", "defect"]).toContain(result.conformance);
  }
});

test("unit tables hold rows", () => {
  for (const name of [
    "cipher",
    "mac",
    "shamir",
    "floats",
    "yaml-resolution",
    "yaml-strings",
    "yaml-comments",
  ]) {
    expect(unitTable(name).length, name).toBeGreaterThan(0);
  }
});

test("every override names steps of a case that is there, and a reason", () => {
  const cases = new Map(
    VECTOR_GROUPS.flatMap((group) => vectorCases(group)).map((entry) => [entry.name, entry]),
  );
  for (const { case: name, reason, steps } of allOverrides()) {
    const entry = cases.get(name);
    const indexes = entry === undefined ? [] : stepsOf(entry).map(({ index }) => String(index));
    expect(indexes, name).toEqual(expect.arrayContaining(Object.keys(steps)));
    expect(reason.length, name).toBeGreaterThan(10);
  }
});
