import { expect, test } from "vitest";
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
