import * as fc from "fast-check";
import { RE2JS } from "re2js";
import { expect, it } from "vitest";

import { simpleMatcher } from "../../src/support/regex-simple.js";

const literal = fc.constantFrom("a", "b", "S", "k", "/", "\\.", "\\-", "\u00e9", "\u{1f600}", "-");
const optional = literal.map((part) => `${part}?`);
const group = fc
  .array(
    fc.array(fc.oneof(literal, literal, optional), { maxLength: 3 }).map((parts) => parts.join("")),
    { minLength: 1, maxLength: 3 },
  )
  .chain((alternatives) =>
    fc.constantFrom("(", "(?:").map((open) => `${open}${alternatives.join("|")})`),
  );
const item = fc.oneof(
  { weight: 4, arbitrary: literal },
  { weight: 1, arbitrary: group },
  { weight: 1, arbitrary: fc.constantFrom(".*", ".+") },
  { weight: 1, arbitrary: fc.oneof(literal, group).map((part) => `${part}?`) },
);
const branch = fc
  .tuple(fc.constantFrom("", "^"), fc.array(item, { maxLength: 5 }), fc.constantFrom("", "$"))
  .map(([start, items, end]) => start + items.join("") + end);
const everyday = fc
  .tuple(fc.constantFrom("", "", "(?i)"), fc.array(branch, { minLength: 1, maxLength: 3 }))
  .map(([flags, branches]) => flags + branches.join("|"));
const anything = fc
  .array(
    fc.constantFrom(
      "a",
      "b",
      "^",
      "$",
      ".",
      "*",
      "+",
      "?",
      "(",
      ")",
      "|",
      "[",
      "]",
      "{",
      "}",
      "2",
      ",",
      "\\",
      "-",
      "d",
      "i",
      ":",
    ),
    { maxLength: 9 },
  )
  .map((parts) => parts.join(""));
const text = fc
  .array(
    fc.constantFrom(
      "a",
      "b",
      "S",
      "s",
      "k",
      "\u212a",
      "/",
      ".",
      "-",
      "\u00e9",
      "\u{1f600}",
      "\n",
      "A",
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));

function agree(pattern: string, texts: readonly string[]): void {
  const simple = simpleMatcher(pattern);
  if (simple === null) {
    return;
  }
  const program = RE2JS.compile(pattern);
  for (const subject of texts) {
    const answer = simple(subject);
    const expected = answer === "ask the engine" ? answer : program.matcher(subject).find();
    expect({ pattern, subject, answer }).toEqual({ pattern, subject, answer: expected });
  }
}

it("answers for everyday patterns as the engine does", () => {
  let covered = 0;
  fc.assert(
    fc.property(everyday, fc.array(text, { minLength: 5, maxLength: 10 }), (pattern, texts) => {
      covered += simpleMatcher(pattern) === null ? 0 : 1;
      agree(pattern, texts);
    }),
    { numRuns: 3000 },
  );
  expect(covered).toBeGreaterThan(1500);
});

it("never accepts what the engine refuses or reads otherwise", () => {
  expect.hasAssertions();
  fc.assert(
    fc.property(anything, fc.array(text, { minLength: 3, maxLength: 6 }), (pattern, texts) => {
      agree(pattern, texts);
    }),
    { numRuns: 5000 },
  );
});
