import { describe, expect, test } from "vitest";

import { editorArguments } from "../../../../src/operations/editor/known-editors.js";

function argumentsOf(words: readonly string[], line?: number, program?: string): string[] {
  return editorArguments(words, program ?? words[0] ?? "", "/t/1/a.yaml", line);
}

describe("editors that return at once get their wait flag", () => {
  test.each([
    [["code"], ["--wait", "/t/1/a.yaml"]],
    [
      ["/opt/bin/code", "--wait"],
      ["--wait", "/t/1/a.yaml"],
    ],
    [
      ["code", "-w", "-n"],
      ["-w", "-n", "/t/1/a.yaml"],
    ],
    [
      ["subl", "-n"],
      ["--wait", "-n", "/t/1/a.yaml"],
    ],
    [["zed"], ["--wait", "/t/1/a.yaml"]],
    [["idea"], ["--wait", "/t/1/a.yaml"]],
    [
      ["gvim", "-f"],
      ["-n", "-i", "NONE", "-c", expect.any(String), "-f", "/t/1/a.yaml"],
    ],
    [["kate"], ["--block", "/t/1/a.yaml"]],
    [["mate"], ["--wait", "/t/1/a.yaml"]],
    [["C:\\Tools\\Code.exe"], ["/t/1/a.yaml"]],
    [["C:\\Tools\\code.exe"], ["--wait", "/t/1/a.yaml"]],
    [["ed"], ["/t/1/a.yaml"]],
    [["./decode"], ["/t/1/a.yaml"]],
  ])("%j", (words, expected) => {
    expect(argumentsOf(words)).toEqual(expected);
  });
});

describe("a line", () => {
  test.each([
    [["nano"], ["+7", "/t/1/a.yaml"]],
    [
      ["emacsclient", "-t"],
      ["-t", "+7", "/t/1/a.yaml"],
    ],
    [["code"], ["--wait", "--goto", "/t/1/a.yaml:7"]],
    [["subl"], ["--wait", "/t/1/a.yaml:7"]],
    [["idea"], ["--wait", "--line", "7", "/t/1/a.yaml"]],
    [["hx"], ["/t/1/a.yaml:7"]],
    [["ed"], ["/t/1/a.yaml"]],
  ])("%j", (words, expected) => {
    expect(argumentsOf(words, 7)).toEqual(expected);
  });
});

describe("vim keeps nothing", () => {
  const settings = expect.stringMatching(/nobackup.*noundofile/) as unknown;

  test.each<[readonly string[], string | undefined, readonly unknown[]]>([
    [["vim"], undefined, ["-n", "-i", "NONE", "-c", settings]],
    [["vi"], "/usr/bin/vim.basic", ["-n", "-i", "NONE", "-c", settings]],
    [["vi"], "/usr/bin/nvi", []],
    [["nvim", "-i", "x"], undefined, ["-n", "-c", settings, "-i", "x"]],
    [
      ["vim", "-es", "+norm Go", "+:wq"],
      undefined,
      ["-n", "-i", "NONE", "-c", settings, "-es", "+norm Go", "+:wq"],
    ],
  ])("%j", (words, program, expected) => {
    expect(argumentsOf(words, undefined, program)).toEqual([...expected, "/t/1/a.yaml"]);
  });
});
