import { describe, expect, test } from "vitest";

import { parseArgv } from "../../../src/cli/argv.js";
import {
  checkDestination,
  chooseFiles,
  requireFile,
  requireName,
  settle,
} from "../../../src/cli/files.js";
import { bool } from "../../../src/cli/options/option.js";
import { SopsError } from "../../../src/support/errors.js";

const OPTIONS = { ignoreMac: bool("ignore-mac", "ignore") };

function choose(line: readonly string[], takesSeveral: boolean) {
  const warnings: string[] = [];
  const notices = {
    warn: (message: string) => void warnings.push(message),
    log: () => undefined,
    progress: () => undefined,
  };
  const { positionals } = parseArgv(line, OPTIONS, "anywhere");
  return { files: chooseFiles(positionals, takesSeveral, notices, OPTIONS), warnings };
}

describe("which words are files (cli.md §1.4)", () => {
  test.each([
    [[], []],
    [["a"], ["a"]],
    [["-"], ["-"]],
    [["--", "-a"], ["-a"]],
  ])("%j needs no warning", (line, files) => {
    expect(choose(line, false)).toEqual({ files, warnings: [] });
  });

  test("one file, others told", () => {
    const { files, warnings } = choose(["a", "b", "-x", "c", "--ignore-amc=1"], false);
    expect(files).toEqual(["a"]);
    expect(warnings).toEqual([
      "more than one file is given; only the first one is used",
      '"--ignore-amc=1" looks like a flag but is none, and is ignored; did you mean --ignore-mac?',
    ]);
  });

  test("several files, and a mistyped flag is none of them", () => {
    const { files, warnings } = choose(["a", "b", "-x", "--", "-y"], true);
    expect(files).toEqual(["a", "b", "-y"]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('"-x"');
  });

  test("control characters of a stray word are not shown raw", () => {
    expect(choose(["a", "-\u001b[31m"], false).warnings.join("")).not.toContain("\u001b");
  });
});

const NO_DESTINATION = { inPlace: false, output: undefined, outputDir: undefined };

describe("destinations that exclude each other (cli.md §4)", () => {
  test.each([
    [{ ...NO_DESTINATION, inPlace: true }, [], false],
    [{ ...NO_DESTINATION, outputDir: "d" }, [], false],
    [{ ...NO_DESTINATION, inPlace: true, output: "o" }, ["a"], false],
    [{ ...NO_DESTINATION, inPlace: true, outputDir: "d" }, ["a"], false],
    [{ ...NO_DESTINATION, output: "o", outputDir: "d" }, ["a"], false],
    [{ ...NO_DESTINATION, inPlace: true }, ["a"], true],
    [{ ...NO_DESTINATION, output: "o" }, ["a"], true],
  ])("%j %j stream %s", (destination, files, isStream) => {
    expect(() => {
      checkDestination(destination, files, isStream);
    }).toThrow(expect.objectContaining({ exitCode: 8, code: "CONFLICTING_PARAMETERS" }));
  });

  test.each([
    [NO_DESTINATION, [], false],
    [NO_DESTINATION, [], true],
    [{ ...NO_DESTINATION, output: "o" }, [], false],
    [{ ...NO_DESTINATION, inPlace: true }, ["a", "b"], false],
  ])("%j %j stream %s is fine", (destination, files, isStream) => {
    expect(() => {
      checkDestination(destination, files, isStream);
    }).not.toThrow();
  });
});

test("a command that needs a name or a file says so", () => {
  expect(() => {
    requireName([], undefined);
  }).toThrow(expect.objectContaining({ exitCode: 8 }));
  requireName([], "a.yaml");
  requireName(["a"], undefined);
  expect(() => requireFile([])).toThrow(expect.objectContaining({ exitCode: 100 }));
  expect(requireFile(["a", "b"])).toBe("a");
});

describe("the error of an only file", () => {
  const error = new SopsError("CANNOT_READ", "no");
  const fail = (thrown: Error) => () => Promise.reject(thrown);

  test("becomes its outcome", async () => {
    expect(await settle(["f"], fail(error))).toEqual([{ file: "f", status: "failed", error }]);
  });

  test.each([
    [[], error],
    [["a", "b"], error],
    [["f"], new TypeError("bug")],
  ])("%j %s stays thrown", async (files, thrown) => {
    await expect(settle(files, fail(thrown))).rejects.toBe(thrown);
  });
});
