import { describe, expect, test } from "vitest";

import { renderDataKeyReport } from "../../../src/report/data-key-report.js";
import { wrapText } from "../../../src/report/wrap-text.js";
import { DataKeyError } from "../../../src/support/data-key-error.js";

const attempt = (reason: string, service = "local") =>
  ({ service, outcome: "failed", reason }) as const;

describe("the report", () => {
  test("of one group", () => {
    const error = new DataKeyError(
      [
        {
          isRecovered: false,
          keys: [
            {
              type: "age",
              display: "age1abc",
              attempts: [
                attempt(
                  "no identity matched any of the recipients of this file, however long we looked",
                ),
                attempt("second service", "tcp://x"),
              ],
            },
            { type: "pgp", display: "FP", attempts: [attempt("one\ntwo")] },
            { type: "pgp", display: "NONE", attempts: [] },
          ],
        },
      ],
      0,
    );
    expect(renderDataKeyReport(error, false)).toMatchInlineSnapshot(`
      "Failed to get the data key required to decrypt the SOPS file.

      Group 0: FAILED
        age1abc: FAILED
          - | no identity matched any of the recipients of this file,
            | however long we looked
          
          - | tcp://x: second service

        FP: FAILED
          - | one
            | two

        NONE: FAILED

      None of the keys of this file could be used, and one of them is enough. Get
      an identity for one of the recipients above, or ask somebody who has one to
      add you."
    `);
  });

  test("of several groups", () => {
    const error = new DataKeyError(
      [
        { isRecovered: true, keys: [{ type: "pgp", display: "tried before", attempts: [] }] },
        { isRecovered: false, keys: [{ type: "age", display: "k", attempts: [attempt("no")] }] },
      ],
      2,
    );
    expect(renderDataKeyReport(error, false)).toMatchInlineSnapshot(`
      "Failed to get the data key required to decrypt the SOPS file.

      Group 0: SUCCESS

      Group 1: FAILED
        k: FAILED
          - | no

      The data key is split: 2 groups have to succeed, and 1 did. A group
      succeeds when any one of its keys can be used. Get an identity for a
      recipient of another group."
    `);
  });

  test("shows nothing that a terminal would obey, and colours only ours (M3)", () => {
    const error = new DataKeyError(
      [
        {
          isRecovered: false,
          keys: [
            {
              type: "age",
              display: "a\u001b[2Jb\nGroup 9: SUCCESS",
              attempts: [attempt("x\u202ey\u009b")],
            },
          ],
        },
      ],
      0,
    );
    const plain = renderDataKeyReport(error, false);
    expect(plain).toContain("  a\\x1b[2Jb\\x0aGroup 9: SUCCESS: FAILED\n    - | x\\u202ey\\x9b\n");
    const coloured = renderDataKeyReport(error, true);
    expect(coloured.replaceAll("\u001b[31m", "").replaceAll("\u001b[0m", "")).toBe(plain);
    expect(coloured).toContain("Group 0: \u001b[31mFAILED\u001b[0m");
  });
});

test.each([
  ["", 5, [""]],
  ["a b c", 3, ["a b", "c"]],
  ["abcdefgh ij", 5, ["abcdefgh", "ij"]],
  ["a\nb c", 9, ["a", "b c"]],
  ["abc de", 6, ["abc de"]],
])("%j wrapped at %i", (text, width, lines) => {
  expect(wrapText(text, width)).toEqual(lines);
});
