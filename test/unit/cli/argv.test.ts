import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { parseArgv, type FlagPosition } from "../../../src/cli/argv.js";
import { bool, int, list, text } from "../../../src/cli/options/option.js";
import { SopsError } from "../../../src/support/errors.js";

const OPTIONS = {
  inPlace: bool(["in-place", "i"], "in place"),
  ignoreMac: bool("ignore-mac", "ignore"),
  output: text("output", "FILE", "output"),
  age: text(["age", "a"], "LIST", "age"),
  indent: int("indent", "indent"),
  keyServices: list("keyservice", "URI", "service"),
  later: bool("rotate", "later", { isLater: true }),
};

function parse(line: readonly string[], position: FlagPosition = "anywhere") {
  const { given, positionals } = parseArgv(line, OPTIONS, position);
  return {
    given: Object.fromEntries(given),
    words: positionals.map((positional) => positional.text),
  };
}

function refusalOf(line: readonly string[]): SopsError | null {
  try {
    parseArgv(line, OPTIONS, "anywhere");
    return null;
  } catch (error) {
    // Anything else than a refusal of ours fails the test here.
    if (!(error instanceof SopsError)) throw error;
    return error;
  }
}

describe("tokens (cli.md §1.2)", () => {
  test.each([
    [["-i"], { inPlace: true }],
    [["--i"], { inPlace: true }],
    [["-in-place"], { inPlace: true }],
    [["--in-place"], { inPlace: true }],
    [["--in-place=true"], { inPlace: true }],
    [["--in-place=T"], { inPlace: true }],
    [["--in-place=0"], { inPlace: false }],
    [["-i=False"], { inPlace: false }],
    [["--output=x"], { output: "x" }],
    [["--output", "x"], { output: "x" }],
    [["--output", "-i"], { output: "-i" }],
    [["--output", "--"], { output: "--" }],
    [["--output="], { output: "" }],
    [["--output=a=b"], { output: "a=b" }],
    [["-output", "x"], { output: "x" }],
    [["--output", "x", "--output", "y"], { output: "y" }],
    [["-i", "-i=false"], { inPlace: false }],
    [["--keyservice", "a,b", "--keyservice=c"], { keyServices: ["a,b", "c"] }],
    [["--indent", "4"], { indent: 4 }],
    [["--indent=-1"], { indent: -1 }],
    [["--indent", "-1"], { indent: -1 }],
    [["--indent=0x10"], { indent: 16 }],
    [["--indent=0o17"], { indent: 15 }],
    [["--indent=017"], { indent: 15 }],
    [["--indent=0b101"], { indent: 5 }],
    [["--indent=+2"], { indent: 2 }],
    [["--indent=0"], { indent: 0 }],
  ])("%j", (line, given) => {
    expect(parse(line)).toEqual({ given, words: [] });
  });

  test.each([
    [["---x"], "bad flag syntax: ---x"],
    [["-=v"], "bad flag syntax: -=v"],
    [["--=v"], "bad flag syntax: --=v"],
    [["--output"], "flag needs an argument: --output"],
    [["f", "--output"], "flag needs an argument: --output"],
    [["--in-place="], 'invalid boolean value "" for --in-place'],
    [["--in-place=maybe"], 'invalid boolean value "maybe" for --in-place'],
    [["-i=yes"], 'invalid boolean value "yes" for -i'],
    [["--indent", "x"], 'invalid number "x" for --indent'],
    [["--indent=08"], 'invalid number "08" for --indent'],
    [["--indent="], 'invalid number "" for --indent'],
    [["--indent=9223372036854775808"], 'invalid number "9223372036854775808" for --indent'],
    [["-ia"], "flag provided but not defined: --ia"],
    [["-x"], "flag provided but not defined: -x"],
    [["--outptu", "x"], "flag provided but not defined: --outptu (did you mean --output?)"],
    [["--inplace"], "flag provided but not defined: --inplace (did you mean --in-place?)"],
    [["--rotaet"], "flag provided but not defined: --rotaet"],
    [["-a", "X", "--age", "Y"], "Cannot use two forms of the same flag: -a --age"],
    [["-i", "--in-place"], "Cannot use two forms of the same flag: -i --in-place"],
    [["-i", "f", "--in-place"], "Cannot use two forms of the same flag: -i --in-place"],
  ])("%j is refused", (line, message) => {
    expect(refusalOf(line)).toMatchObject({ code: "USAGE", exitCode: 1, message });
  });

  test("a bool flag takes no word as its value", () => {
    expect(parse(["-i", "false"])).toEqual({ given: { inPlace: true }, words: ["false"] });
  });

  test("a lone dash and an empty word are words", () => {
    expect(parse(["-", ""])).toEqual({ given: {}, words: ["-", ""] });
  });

  test("-- ends the flags", () => {
    const { given, positionals } = parseArgv(["a", "--", "-i", "--"], OPTIONS, "anywhere");
    expect(given.size).toBe(0);
    expect(positionals).toEqual([
      { text: "a", isLiteral: false },
      { text: "-i", isLiteral: true },
      { text: "--", isLiteral: true },
    ]);
  });
});

describe("positions (cli.md §1.3)", () => {
  test("the root stops at the first word and leaves the rest alone", () => {
    expect(parse(["-i", "f", "--age", "x", "--", "---x"], "first-positional")).toEqual({
      given: { inPlace: true },
      words: ["f", "--age", "x", "--", "---x"],
    });
  });

  test("the root drops a -- before the first word only", () => {
    expect(parse(["--", "decrypt", "f"], "first-positional").words).toEqual(["decrypt", "f"]);
  });

  test("commands take flags anywhere", () => {
    expect(parse(["f", "--output", "x", "g", "-i"])).toEqual({
      given: { output: "x", inPlace: true },
      words: ["f", "g"],
    });
  });

  test("a bool flag between words does not swap them", () => {
    expect(parse(["a.yaml", "--ignore-mac", "b.yaml"])).toEqual({
      given: { ignoreMac: true },
      words: ["a.yaml", "b.yaml"],
    });
  });

  test.each([["-5"], ["--unknown"], ["---x"], ["-=v"]])("%s after a word stays a word", (token) => {
    expect(parse(["f", "[0]", token]).words).toEqual(["f", "[0]", token]);
  });
});

test("any command line is read or refused as usage, and no word after -- is lost", () => {
  const token = fc.oneof(
    fc.constantFrom("-i", "--in-place", "--output", "-", "--age=x", "--indent", "f", "-x=1"),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(token), fc.array(fc.string()), (line, rest) => {
      const whole = [...line, "--output=x", "--", ...rest];
      const isRefused = refusalOf(whole) !== null;
      const words = isRefused ? rest : parse(whole).words;
      expect(words.slice(words.length - rest.length)).toEqual(rest);
    }),
  );
});
