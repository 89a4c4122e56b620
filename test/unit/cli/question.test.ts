import { describe, expect, test } from "vitest";

import { askYesNo } from "../../../src/cli/question.js";
import { createTestRuntime } from "../../support/runtime.js";

async function ask(stdin: string): Promise<[answer: unknown, asked: number]> {
  const runtime = createTestRuntime({ stdin });
  const answer = await askYesNo("ok?", runtime.stdin, runtime.stdout).catch(
    (error: unknown) => (error as { code: string }).code,
  );
  return [answer, runtime.stdoutText().split("ok?").length - 1];
}

describe("questions (cli.md §9.4)", () => {
  test.each<[string, unknown, number]>([
    ["y\n", true, 1],
    ["n\n", false, 1],
    ["y", true, 1],
    ["  y \r\n", true, 1],
    ["yes\nY\nn\n", false, 3],
    ["", "NOT_CONFIRMED", 1],
    ["\ny\n", "NOT_CONFIRMED", 1],
    ["y y\n", "NOT_CONFIRMED", 1],
    ["maybe\n", "NOT_CONFIRMED", 2],
  ])("%j", async (stdin, answer, asked) => {
    expect(await ask(stdin)).toEqual([answer, asked]);
  });
});
