import { describe, expect, test } from "vitest";

import { COMMANDS } from "../../../src/cli/command-list.js";
import { main } from "../../../src/cli/main.js";
import { createTestRuntime } from "../../support/runtime.js";

async function candidates(
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<string[]> {
  const runtime = createTestRuntime({ env });
  expect(await main([...words, "--generate-bash-completion"], runtime)).toBe(0);
  expect(runtime.stderrText()).toBe("");
  return runtime.stdoutText().split("\n").slice(0, -1);
}

describe("completion protocol (cli.md §1.6)", () => {
  test.each([[[]], [["e"]], [["-i", "x"]]])("%j offers commands", async (words) => {
    const names = COMMANDS.map(({ name }) => name);
    expect(names).toContain("updatekeys");
    expect(await candidates(words)).toEqual([...names, "help", "h"]);
  });

  test("and the commands of a command", async () => {
    expect(await candidates(["groups"])).toEqual(["add", "delete", "help", "h"]);
    expect(await candidates(["groups", "add", "--fi"])).toEqual(["--filename-override", "--file"]);
  });

  test("with descriptions for zsh", async () => {
    const lines = await candidates([], { _CLI_ZSH_AUTOCOMPLETE_HACK: "1" });
    expect(lines[0]).toBe("encrypt:encrypt files");
  });

  test("within a command the shell offers files", async () => {
    expect(await candidates(["encrypt"])).toEqual([]);
    expect(await candidates(["encrypt", "a"])).toEqual([]);
  });

  test.each<[string[], string[]]>([
    [["--o"], ["--output", "--output-type"]],
    [
      ["encrypt", "--o"],
      ["--output", "--output-type", "--output-dir"],
    ],
    [["encrypt", "--output", "x", "--output-t"], ["--output-type"]],
    [["decrypt", "--str"], ["--stream"]],
    [["--str"], []],
    [["encrypt", "-i", "--in-p"], []],
  ])("%j offers flags", async (words, expected) => {
    expect(await candidates(words)).toEqual(expected);
  });

  test("one dash offers short flags too, two do not", async () => {
    expect(await candidates(["-"])).toContain("-i");
    expect(await candidates(["--"])).not.toContain("-i");
  });

  test("nothing else is done, whatever the environment", async () => {
    expect(await candidates(["--version"], { SOPS_ENABLE_LOCAL_KEYSERVICE: "maybe" })).toEqual([]);
  });
});
