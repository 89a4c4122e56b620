import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { chooseEditor } from "../../../../src/operations/editor/choose-editor.js";
import { temporaryDirectories } from "../../../support/directory.js";
import { createTestRuntime } from "../../../support/runtime.js";

const makeDirectory = temporaryDirectories();

function programs(...names: readonly string[]): string {
  const directory = makeDirectory();
  for (const name of names) {
    writeFileSync(join(directory, name), "#!/bin/sh\n", { mode: 0o755 });
  }
  return directory;
}

function choose(env: Record<string, string>, cwd = "/"): unknown {
  try {
    return chooseEditor(createTestRuntime({ env, cwd })).words;
  } catch (error) {
    return error;
  }
}

test.each([
  [{ SOPS_EDITOR: "one -a", EDITOR: "two" }, ["one", "-a"]],
  [{ SOPS_EDITOR: "", EDITOR: "two" }, ["two"]],
  [
    { SOPS_EDITOR: " # nothing", EDITOR: 'two \'b c\' "d\\"e" f\\ g' },
    ["two", "b c", 'd"e', "f g"],
  ],
  [{ EDITOR: " \t" }, ["vim"]],
  [{ EDITOR: "one +'norm Go' $(id) ~ ;" }, ["one", "+norm Go", "$(id)", "~", ";"]],
  [{ VISUAL: "two" }, ["vim"]],
])("%j", (env, words) => {
  expect(choose({ PATH: programs("one", "two", "vim", "nano", "vi"), ...env })).toEqual(words);
});

describe("without a variable", () => {
  test.each([
    [["vi", "nano"], ["nano"]],
    [["vi"], ["vi"]],
  ])("of %j", (installed, words) => {
    expect(choose({ PATH: programs(...installed) })).toEqual(words);
  });

  test("and without any editor: exit 201", () => {
    expect(choose({ PATH: programs() })).toMatchObject({ code: "EDITOR_NOT_FOUND", exitCode: 201 });
  });
});

test.each(["'open", '"open', "trailing\\"])("%s is refused, naming the variable", (value) => {
  expect(choose({ PATH: "", SOPS_EDITOR: value })).toMatchObject({
    exitCode: 201,
    message: expect.stringMatching(/^invalid \$SOPS_EDITOR/) as unknown,
  });
});

test("an editor that is missing, not executable, or in the current directory only is refused", () => {
  const here = programs("local");
  const directory = programs("locked");
  chmodSync(join(directory, "locked"), 0o644);
  mkdirSync(join(directory, "folder"));
  for (const EDITOR of ["missing", "locked", "local", "folder"]) {
    expect(choose({ EDITOR, PATH: `.::${directory}` }, here)).toMatchObject({ exitCode: 201 });
  }
});

test("a path is seen from the working directory", () => {
  const here = programs("local");
  const runtime = createTestRuntime({ env: { EDITOR: "./local -x" }, cwd: here });
  expect(chooseEditor(runtime).program).toBe(join(here, "local"));
});
