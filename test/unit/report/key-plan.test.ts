import { describe, expect, test } from "vitest";

import type { KeyPlan } from "../../../src/operations/options.js";
import { renderKeyPlans } from "../../../src/report/key-plan.js";

function plan(parts: Partial<KeyPlan>): KeyPlan {
  return { file: "f.yaml", groups: [], threshold: { before: 0, after: 0 }, ...parts };
}

describe("the change of recipients (cli.md §9.4)", () => {
  test("groups count from 1; kept, added, removed", () => {
    const groups = [
      { kept: ["age1kept"], added: ["age1new", "arn:x|k:v"], removed: ["age1old"] },
      { kept: [], added: [], removed: ["FP"] },
    ];
    expect(renderKeyPlans([plan({ groups })], false)).toBe(
      [
        "The recipients of f.yaml will change:",
        "Group 1",
        "    age1kept",
        "+++ age1new",
        "+++ arn:x|k:v",
        "--- age1old",
        "Group 2",
        "--- FP",
        "",
      ].join("\n"),
    );
  });

  test.each<[number, number, string[]]>([
    [0, 0, []],
    [2, 2, ["shamir_threshold: 2"]],
    [2, 3, ["+++ shamir_threshold: 3", "--- shamir_threshold: 2"]],
    [0, 2, ["+++ shamir_threshold: 2"]],
    [2, 0, ["--- shamir_threshold: 2"]],
  ])("threshold %i to %i", (before, after, lines) => {
    const text = renderKeyPlans([plan({ threshold: { before, after } })], false);
    expect(text.split("\n").slice(1, -1)).toEqual(lines);
  });

  test("colours on a terminal", () => {
    const groups = [{ kept: [], added: ["a"], removed: ["b"] }];
    expect(
      renderKeyPlans([plan({ groups })], true)
        .split("\n")
        .slice(1, 4),
    ).toEqual([
      "\u001b[4mGroup 1\u001b[0m",
      "\u001b[32m+++ a\u001b[0m",
      "\u001b[31m--- b\u001b[0m",
    ]);
  });

  test("what others wrote cannot steer the terminal (security.md M3)", () => {
    const groups = [{ kept: [], added: ["\u001b[2Jage1\nGroup 9\u202e"], removed: [] }];
    const text = renderKeyPlans([plan({ file: "a\rb", groups })], false);
    expect(text.split("\n")).toHaveLength(4);
    // oxlint-disable-next-line no-control-regex -- these are what is looked for
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });
});
