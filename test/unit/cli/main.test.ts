import { describe, expect, test } from "vitest";

import { SopsError } from "../../../src/support/errors.js";
import { runRecorded as run } from "../../support/recorded-run.js";

describe("dispatch (cli.md §1)", () => {
  test.each<[string[], string, string[]]>([
    [["encrypt", "f"], "encrypt", ["f"]],
    [["decrypt"], "decrypt", []],
    [["filestatus", "f", "g"], "filestatus", ["f", "g"]],
    [["--", "decrypt", "f"], "decrypt", ["f"]],
    [["decrypt", "--", "-f"], "decrypt", ["-f"]],
    [["-e", "f"], "encrypt", ["f"]],
    [["--encrypt", "--in-place", "f"], "encrypt", ["f"]],
    [["-d", "./decrypt"], "decrypt", ["./decrypt"]],
    [["-e=false", "-d", "f"], "decrypt", ["f"]],
    [["-r", "."], "rotate", ["."]],
    [["--set", '["a"]["b"] {"c": [1, 2] }', "f"], "set", ["f", '["a"]["b"]', '{"c": [1, 2] }']],
    [["--set", '["a"]  -5', "-i", "f"], "set", ["f", '["a"]', " -5"]],
    [["set", "f", '["a"]', "-5"], "set", ["f", '["a"]', "-5"]],
    [["set", "f", "--idempotent", '["a"]', "1"], "set", ["f", '["a"]', "1"]],
    [["groups", "add", "--age", "x", "-f", "g"], "groups add", []],
    [["groups", "delete", "-f", "g", "1"], "groups delete", ["1"]],
  ])("%j", async (argv, command, files) => {
    const { exit, calls, stderr } = await run(argv);
    expect(stderr).toBe("");
    expect(exit).toBe(0);
    expect(calls.map((call) => [call.command, call.files])).toEqual([[command, files]]);
  });

  test("a command name wins over the old style, whose flag is told to be ignored", async () => {
    const { calls, stderr } = await run(["-d", "encrypt"]);
    expect(calls.map(({ command }) => command)).toEqual(["encrypt"]);
    expect(stderr).toContain("--decrypt stands before the command encrypt and is ignored");
  });

  test.each([[["f"]], [["-s", "f"]]])("without a mode %j the file is edited", async (argv) => {
    const { exit, calls } = await run(argv);
    expect(exit).toBe(0);
    expect(calls.map(({ command, files }) => [command, files])).toEqual([["edit", ["f"]]]);
  });

  test("a mistyped command is a file, with a suggestion", async () => {
    const { exit, stderr } = await run(["encypt", "a.yaml"]);
    expect(exit).toBe(1);
    expect(stderr).toContain("leafseal: hint: did you mean the command encrypt?\n");
  });

  test.each([
    [["-d", "-e", "f"]],
    [["-d", "-r", "f"]],
    [["-e", "--set", "x", "f"]],
    [["-d", "-e"]],
  ])("mixed modes %j are a usage error", async (argv) => {
    const { exit, stdout, calls } = await run(argv);
    expect(exit).toBe(1);
    expect(stdout).toMatch(/^Incorrect Usage: only one of --/);
    expect(calls).toEqual([]);
  });

  test.each([[[]], [["-d"]], [["-e", "-i"]], [["--verbose"]], [["--age", "x"]]])(
    "the old style without a file %j: 100",
    async (argv) => {
      const { exit, stderr } = await run(argv);
      expect(exit).toBe(100);
      expect(stderr).toMatch(/^Error: no file specified\n/);
    },
  );
});

describe("flags that reach a command (cli.md §1.1)", () => {
  test.each<[string[], Record<string, unknown>]>([
    [["--config", "c", "encrypt", "f"], { config: "c" }],
    [["--indent", "2", "encrypt", "f"], { indent: 2 }],
    [["--mac-only-encrypted", "encrypt", "f"], { macOnlyEncrypted: true }],
    [["--verbose", "decrypt", "f"], { verbose: true }],
    [["--enable-local-keyservice=false", "decrypt", "f"], { enableLocalKeyService: false }],
    [["--keyservice", "a", "--keyservice", "b", "decrypt"], { keyServices: ["a", "b"] }],
    [["--decryption-order", "pgp", "decrypt"], { decryptionOrder: "pgp" }],
    [["--layout", "sops", "encrypt"], { layout: "sops" }],
    [["--config", "c", "encrypt", "--config", "d"], { config: "d" }],
    [["--keyservice", "a", "decrypt", "--keyservice", "b"], { keyServices: ["b"] }],
    [["encrypt", "f", "--verbose", "--indent=3"], { verbose: true, indent: 3 }],
    [["decrypt", "--aws-profile", "p", "f"], { awsProfile: "p" }],
    [["-d", "--extract", '["a"]', "--ignore-mac", "f"], { extract: '["a"]', ignoreMac: true }],
    [
      ["-e", "-k", "K", "-p", "P", "-a", "A", "f"],
      { "recipients.kms": "K", "recipients.age": "A" },
    ],
  ])("%j", async (argv, flags) => {
    const { calls, stderr } = await run(argv);
    expect(stderr).toBe("");
    expect(calls[0]?.flags).toMatchObject(flags);
  });

  test.each([
    [["--age", "x"], "--age"],
    [["--ignore-mac"], "--ignore-mac"],
    [["--encrypted-comment-regex", "x"], "--encrypted-comment-regex"],
    [["-i"], "--in-place"],
  ])("%j before a command stays without effect", async (flags, name) => {
    const { exit, calls, stderr } = await run([...flags, "decrypt", "f"]);
    expect(exit).toBe(0);
    expect(calls[0]?.flags).toMatchObject({ inPlace: false, ignoreMac: false });
    expect(stderr).toBe(
      `[CMD]\t time="2026-11-24T10:00:00Z" level=warning msg="${name} stands before the command decrypt and is ignored"\n`,
    );
  });

  test("--disable-version-check before a command is no slip", async () => {
    expect((await run(["--disable-version-check", "decrypt", "f"])).stderr).toBe("");
  });

  test("variables feed commands", async () => {
    const { calls } = await run(["encrypt", "f"], {
      env: { SOPS_AGE_RECIPIENTS: "age1x", SOPS_CONFIG: "c", LEAFSEAL_ALLOW_PLAINTEXT: "1" },
    });
    expect(calls[0]?.flags).toMatchObject({
      "recipients.age": "age1x",
      config: "c",
      allowPlaintext: true,
    });
  });
});

describe("the old style works on one file (cli.md §1.3, §10)", () => {
  test("what follows the file is ignored with warnings", async () => {
    const { exit, calls, stderr } = await run(["-d", "f", "-i", "g"]);
    expect(exit).toBe(0);
    expect(calls[0]).toMatchObject({ command: "decrypt", files: ["f"], flags: { inPlace: false } });
    expect(stderr.split("\n").filter((line) => line.includes("level=warning"))).toHaveLength(2);
    expect(stderr).toContain("stands after the file and is ignored");
  });

  test("--help after the file is no request for help", async () => {
    const { stdout, calls } = await run(["-d", "f", "--help"]);
    expect(stdout).toBe("");
    expect(calls).toHaveLength(1);
  });
});

describe("usage errors (cli.md §1.5)", () => {
  test.each([
    [["--bogus"], "Usage: leafseal [options] COMMAND"],
    [["---x"], "Usage: leafseal [options] COMMAND"],
    [["decrypt", "--bogus"], "Usage: leafseal decrypt"],
    [["encrypt", "--bogus", "--", "-h"], "Usage: leafseal encrypt"],
    [["encrypt", "--in-place=2", "f"], "Usage: leafseal encrypt"],
    [["encrypt", "--layout", "x", "f"], "Usage: leafseal encrypt"],
    [["-di", "f"], "Usage: leafseal [options] COMMAND"],
  ])("%j", async (argv, usage) => {
    const { exit, stdout, stderr, calls } = await run(argv);
    expect(exit).toBe(1);
    expect(stdout).toMatch(/^Incorrect Usage: /);
    expect(stdout).toContain(usage);
    expect(stderr).toMatch(/^\[CMD\]\t time="2026-11-24T10:00:00Z" level=fatal msg=".+"\n$/);
    expect(calls).toEqual([]);
  });

  test("under --json there is one object, and no help", async () => {
    const { exit, stdout, stderr } = await run(["decrypt", "--json", "--bogus"]);
    expect(exit).toBe(1);
    expect(stdout).toBe("");
    expect(JSON.parse(stderr)).toEqual({
      code: "USAGE",
      message: "flag provided but not defined: --bogus",
      file: null,
      line: null,
      exit: 1,
      hints: [],
      details: {},
    });
  });

  test.each([[["--help"]], [["--version"]], [["decrypt", "f"]], [["-e", "f"]]])(
    "a bad bool variable breaks %j",
    async (argv) => {
      const env = { SOPS_ENABLE_LOCAL_KEYSERVICE: "maybe" };
      const { exit, stdout, stderr } = await run(argv, { env });
      expect(exit).toBe(1);
      expect(stdout).toBe("");
      expect(stderr).toMatch(/level=fatal msg="SOPS_ENABLE_LOCAL_KEYSERVICE: .*"\n$/);
    },
  );
});

describe("help", () => {
  test.each([[["-h"]], [["--help"]], [["help"]], [["h"]], [["-d", "--help", "f"]]])(
    "%j shows the program's",
    async (argv) => {
      const { exit, stdout, stderr } = await run(argv);
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
      expect(stdout).toMatch(/^Usage: leafseal \[options\] COMMAND/);
      expect(stdout).toContain("encrypt files");
      expect(stdout).toContain("-i, --in-place");
      expect(stdout).toContain("--rm-age");
    },
  );

  test.each([
    [["help", "decrypt"]],
    [["decrypt", "-h"]],
    [["decrypt", "f", "--help", "g"]],
    [["decrypt", "f", "--bogus", "-h"]],
    [["decrypt", "--bogus", "-h"]],
    [["decrypt", "-help", "f", "--output"]],
  ])("%j shows the command's", async (argv) => {
    const { exit, stdout, calls } = await run(argv);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^Usage: leafseal decrypt \[options\] \[FILE...\]/);
    expect(stdout).toContain("Examples:");
    expect(calls).toEqual([]);
  });

  test("the value of a flag is no request for help", async () => {
    const { calls } = await run(["decrypt", "--output", "-h", "f"]);
    expect(calls[0]?.flags).toMatchObject({ output: "-h" });
  });

  test("an unknown topic: 3", async () => {
    expect(await run(["help", "nope\u001b"])).toMatchObject({
      exit: 3,
      stdout: "",
      stderr: "No help topic for 'nope\\x1b'\n",
    });
  });
});

describe("version (decisions.md)", () => {
  const BOTH = /^sops 3\.13\.2\nleafseal \d+\.\d+\.\d+\n$/;
  const FIRST = /^sops 3\.13\.2\n$/;
  test.each<[string[], Record<string, string>, RegExp]>([
    [["--version"], {}, BOTH],
    [["-v"], {}, BOTH],
    [["-d", "--version", "f"], {}, BOTH],
    [["--version", "--disable-version-check"], {}, FIRST],
    [["--version"], { SOPS_DISABLE_VERSION_CHECK: "true" }, FIRST],
    [["--version"], { SOPS_DISABLE_VERSION_CHECK: "" }, BOTH],
    [["--version", "--disable-version-check", "--check-for-updates"], {}, BOTH],
  ])("%j %j", async (argv, env, expected) => {
    const { exit, stdout, stderr } = await run(argv, { env });
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(stdout).toMatch(expected);
  });
});

describe("errors", () => {
  test("message, hint, exit status", async () => {
    const failure = new SopsError("MAC_MISMATCH", "MAC mismatch. \u001b[31m\nsecond", {
      hint: "look \u0007 here",
    });
    expect(await run(["decrypt", "f"], { failure })).toMatchObject({
      exit: 51,
      stdout: "",
      stderr: "MAC mismatch. \\x1b[31m\nsecond\nleafseal: hint: look \\x07 here\n",
    });
  });

  test("as JSON", async () => {
    const failure = new SopsError("CANNOT_PARSE", "bad \u009b", {
      details: { file: "f", line: 3 },
    });
    const { exit, stderr } = await run(["decrypt", "f", "--json"], { failure });
    expect(exit).toBe(2);
    expect(stderr).not.toContain("\u009b");
    expect(JSON.parse(stderr)).toMatchObject({
      code: "CANNOT_PARSE",
      message: "bad \u009b",
      file: "f",
      line: 3,
      exit: 2,
      hints: [],
    });
  });

  test.each([
    [new TypeError("cannot read hunter2"), "TypeError"],
    ["hunter2", "failure"],
    [Object.assign(new Error("hunter2"), { code: "ENOENT" }), "Error (ENOENT)"],
  ])("a bug is one line without its text", async (failure, kind) => {
    expect(await run(["decrypt", "f"], { failure })).toMatchObject({
      exit: 1,
      stdout: "",
      stderr: `leafseal: error: INTERNAL: unexpected ${kind}; run again with LEAFSEAL_DEBUG=1 and report the stack\n`,
    });
  });

  test("the stack only for those who ask", async () => {
    const { stderr } = await run(["decrypt", "f"], {
      failure: new TypeError("boom"),
      env: { LEAFSEAL_DEBUG: "1" },
    });
    expect(stderr).toContain("TypeError: boom\n    at ");
  });
});
