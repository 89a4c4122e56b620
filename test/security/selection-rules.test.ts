/** security.md R1-R4 and decisions.md through the command line: what a rule must not do is refused before a byte is written. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { type CliResult, runCli } from "../support/cli.js";
import { temporaryDirectories } from "../support/directory.js";
import { IDENTITY_ENV, open, seal, tryOpen, trySeal, withoutKeyCost } from "../support/sealing.js";
import { AGE_RECIPIENT, AGE_RECIPIENT_2 } from "../support/vectors.js";

withoutKeyCost();
const makeDirectory = temporaryDirectories();

const REGEX_SETTINGS = ["unencrypted", "encrypted", "unencrypted-comment", "encrypted-comment"];
const INVALID = ["(", "[z-a]", "(?=x)", "(?!x)", "(?<=x)", "\\1", "(a)\\1", "x{1001}", "(x){1001}", "*", "a**", "[", "(?P<n", "\\pX", "\\", "(?i", "a)", "[[:nope:]]", "(?<n>x)(?<n>y)"]; // prettier-ignore
const VALID: readonly (readonly [pattern: string, matches: string, fails: string])[] = [
  ["(?i)^PW$", "pw", "x"], ["(?s)^p.w$", "p.w", "pw"], ["\\Apw\\z", "pw", "pww"], ["^[[:alpha:]]+$", "pw", "p1"], ["^(?P<n>p)w$", "pw", "w"], ["\\Qa.b\\E", "a.b", "axb"], ["^\\pL+$", "é", "1"], ["^p\\x{77}$", "pw", "p"], ["^(a|ab)(c|bcd)$", "abcd", "abc."], ["^[^\\n]$", "x", "xy"], ["\\bpw\\b", "a pw b", "apwb"],
]; // prettier-ignore

function run(args: readonly string[], cwd: string): Promise<CliResult> {
  return runCli(args, { cwd, env: IDENTITY_ENV });
}

describe("patterns that are not valid (R2, R3)", () => {
  const cases = INVALID.flatMap((pattern) =>
    REGEX_SETTINGS.map((setting) => ({ pattern, setting: `${setting}-regex` })),
  );

  test.each(cases)("--$setting $pattern", async ({ pattern, setting }) => {
    const cwd = makeDirectory();
    writeFileSync(join(cwd, "f.yaml"), "pw: secret\n");
    for (const args of [["-i"], [], ["--output", "new.yaml"], ["--allow-plaintext", "-i"]]) {
      const { exitCode, stdout } = await run(
        ["encrypt", "--age", AGE_RECIPIENT, `--${setting}`, pattern, ...args, "f.yaml"],
        cwd,
      );
      expect([exitCode, stdout.toString()]).toEqual([1, ""]);
    }
    expect(readFileSync(join(cwd, "f.yaml"), "utf8")).toBe("pw: secret\n");
    expect(readdirSync(cwd)).toEqual(["f.yaml"]);
  });

  test.each(cases)("$setting: $pattern in the configuration", async ({ pattern, setting }) => {
    const cwd = makeDirectory();
    writeFileSync(join(cwd, "f.yaml"), "pw: secret\n");
    writeFileSync(
      join(cwd, ".sops.yaml"),
      `creation_rules:\n  - age: ${AGE_RECIPIENT}\n    ${setting.replaceAll("-", "_")}: ${JSON.stringify(pattern)}\n`,
    );
    const { exitCode, stdout } = await run(["encrypt", "-i", "f.yaml"], cwd);
    expect([exitCode, stdout.toString()]).toEqual([1, ""]);
    expect(readFileSync(join(cwd, "f.yaml"), "utf8")).toBe("pw: secret\n");
  });

  test.each(INVALID)("%s as a path_regex", async (pattern) => {
    const cwd = makeDirectory();
    writeFileSync(join(cwd, "f.yaml"), "pw: secret\n");
    writeFileSync(
      join(cwd, ".sops.yaml"),
      `creation_rules:\n  - path_regex: ${JSON.stringify(pattern)}\n    age: ${AGE_RECIPIENT}\n  - age: ${AGE_RECIPIENT}\n`,
    );
    expect((await run(["encrypt", "-i", "f.yaml"], cwd)).exitCode).toBe(1);
    expect(readFileSync(join(cwd, "f.yaml"), "utf8")).toBe("pw: secret\n");
  });

  const VERBS: Readonly<Record<string, readonly string[]>> = {
    decrypt: ["decrypt", "f.yaml"],
    "decrypt -i": ["decrypt", "-i", "f.yaml"],
    "decrypt --ignore-mac": ["decrypt", "--ignore-mac", "f.yaml"],
    "decrypt --extract": ["decrypt", "--extract", '["pw"]', "f.yaml"],
    set: ["set", "f.yaml", '["x"]', '"new"'],
    unset: ["unset", "f.yaml", '["pw"]'],
    rotate: ["rotate", "-i", "f.yaml"],
    updatekeys: ["updatekeys", "--yes", "f.yaml"],
    "groups add": ["groups", "add", "-i", "-f", "f.yaml", "--age", AGE_RECIPIENT_2],
    "groups delete": ["groups", "delete", "-i", "-f", "f.yaml", "0"],
  };
  test.each(Object.entries(VERBS))("in a file: %s", async (_, args) => {
    for (const setting of REGEX_SETTINGS) {
      const field = `${setting.replaceAll("-", "_")}_regex`;
      for (const pattern of ["(", "(?=x)", "x{1001}"]) {
        const cwd = makeDirectory();
        const sealed = (await seal("pw: secret\nx: y\n", "yaml")).toString();
        const text = sealed.replace("unencrypted_suffix: _unencrypted", `${field}: ${JSON.stringify(pattern)}`);
        expect(text).not.toBe(sealed);
        writeFileSync(join(cwd, "f.yaml"), text);
        writeFileSync(join(cwd, ".sops.yaml"), `creation_rules:\n  - age: ${AGE_RECIPIENT},${AGE_RECIPIENT_2}\n`);
        const { exitCode, stdout, stderr } = await run(args, cwd);
        expect([exitCode, stdout.toString().replace(/The recip[\s\S]*/, "")], stderr).toEqual([1, ""]);
        expect(readFileSync(join(cwd, "f.yaml"), "utf8")).toBe(text);
        expect(readdirSync(cwd).toSorted()).toEqual([".sops.yaml", "f.yaml"]);
      }
    }
  }); // prettier-ignore
});

describe("patterns that are valid (R1, R2)", () => {
  test.each(VALID)("%s", async (pattern, matches, fails) => {
    const plain = JSON.stringify({ [matches]: "secret", [fails]: "clear" });
    const sealed = (await seal(plain, "json", { args: ["--encrypted-regex", pattern] })).toString();
    expect(sealed).toContain("clear");
    expect(sealed).not.toContain("secret");
    expect((await open(sealed, "json")).toString()).toBe(plain);
  });

  test("the time is linear in the key (R1)", async () => {
    const key = "a".repeat(5000);
    const start = Date.now();
    const args = ["--encrypted-regex", "^(([a-z])+.)+[A-Z]([a-z])+$|^pw$"];
    await seal(JSON.stringify({ [key]: "x", pw: "y" }), "json", { args });
    await seal(`# ${key}\npw: y\n`, "yaml", {
      args: ["--unencrypted-comment-regex", "^ ((a+)+)+b$"],
    });
    expect(Date.now() - start).toBeLessThan(3000);
  });
});

describe("a rule that encrypts nothing (R4, decisions.md)", () => {
  const RULES: readonly (readonly string[])[] = [
    ["--encrypted-regex", "^no$"], ["--unencrypted-regex", "."], ["--encrypted-suffix", "_no"], ["--unencrypted-suffix", "pw"], ["--encrypted-comment-regex", "no"], ["--unencrypted-comment-regex", "all"],
  ]; // prettier-ignore
  const plain = "# all\npw: secret\n";

  test.each(RULES)("%s %s is refused, or allowed with a warning", async (...rule) => {
    const cwd = makeDirectory();
    writeFileSync(join(cwd, "f.yaml"), plain);
    const args = ["encrypt", "-i", "--age", AGE_RECIPIENT, ...rule, "f.yaml"];
    const refused = await run([...args, "--json"], cwd);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('"code":"NOTHING_ENCRYPTED"');
    expect(readFileSync(join(cwd, "f.yaml"), "utf8")).toBe(plain);
    const allowed = await run([...args, "--allow-plaintext"], cwd);
    expect(allowed.exitCode).toBe(0);
    expect(allowed.stderr).toMatch(/0 of 1/);
    expect((await run(["decrypt", "f.yaml"], cwd)).stdout.toString()).toBe(plain);
  });

  test.each(RULES)("%s %s in a creation rule, and the variable", async (flag, value) => {
    const cwd = makeDirectory();
    writeFileSync(join(cwd, "f.yaml"), plain);
    const setting = flag.slice(2).replaceAll("-", "_");
    writeFileSync(join(cwd, ".sops.yaml"), `creation_rules:\n  - age: ${AGE_RECIPIENT}\n    ${setting}: "${value}"\n`);
    expect((await run(["encrypt", "-i", "f.yaml"], cwd)).exitCode).toBe(1);
    expect(readFileSync(join(cwd, "f.yaml"), "utf8")).toBe(plain);
    const env = { ...IDENTITY_ENV, LEAFSEAL_ALLOW_PLAINTEXT: "1" };
    expect((await runCli(["encrypt", "-i", "f.yaml"], { cwd, env })).exitCode).toBe(0);
  }); // prettier-ignore

  test.each([
    ["yaml", "{}\n"],
    ["yaml", 'a: null\nb: ""\nc: []\n'],
    ["yaml", "---\n"],
    ["json", "{}"],
    ["json", '{"a": null, "b": "", "c": {}}'],
    ["env", ""],
    ["env", "A=\n"],
    ["ini", ""],
    ["bin", ""],
  ])("nothing is there to encrypt (%s %j): fine, whatever the rule", async (extension, text) => {
    for (const args of [[], ["--encrypted-regex", "^no$"]]) {
      const { exitCode, stdout, stderr } = await trySeal(text, extension, { args: extension === "bin" ? [] : args });
      expect([exitCode, stderr]).toEqual([0, ""]);
      expect((await open(stdout, extension)).toString()).toBe(text);
    }
  }); // prettier-ignore

  test("all clear by the default suffix: a warning", async () => {
    const { exitCode, stderr } = await trySeal("a_unencrypted: b\n", "yaml");
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/warning.*0 of 1/);
  });

  test("part of it encrypted: no warning", async () => {
    const args = ["--encrypted-regex", "^pw$"];
    const { exitCode, stderr } = await trySeal("pw: x\nb: y\n", "yaml", { args });
    expect([exitCode, stderr]).toEqual([0, ""]);
  });

  test("binary files are always encrypted, rules or not", async () => {
    const args = ["--encrypted-regex", "^no$"];
    const { exitCode, stdout } = await trySeal("secret", "bin", { args });
    expect(exitCode).toBe(0);
    expect(stdout.toString()).not.toContain("secret");
  });
});

describe("numbers that lose digits (decisions.md)", () => {
  test.each([
    ["json", '{"a": {"n": 12345678901234567890123}}', '["a"]["n"]'],
    ["yaml", "a:\n  n: 12345678901234567890123\n", '["a"]["n"]'],
    ["yaml", "a: [x, -98765432109876543210]\n", '["a"][1]'],
  ])("%s %s", async (extension, text, path) => {
    for (const layout of ["source", "sops"] as const) {
      const refused = await trySeal(text, extension, { layout });
      expect([refused.exitCode, refused.stdout.toString()]).toEqual([23, ""]);
      expect(refused.stderr).toContain(path);
      expect(refused.stderr).toMatch(/quotes/);
      expect(refused.stderr).not.toMatch(/1234567|9876543/);
      const allowed = await trySeal(text, extension, { layout, args: ["--allow-inexact"] });
      expect(allowed.exitCode).toBe(0);
      expect(allowed.stderr.replaceAll("\\", "")).toContain(path);
      const opened = (await open(allowed.stdout, extension, { layout })).toString();
      // The spelling comes from the layout field; without it there is the double.
      if (layout === "source") expect(opened).toBe(text);
      else expect(opened).toMatch(/e\+\d\d/);
    }
  });

  test.each([
    ["json", '{"a": 9223372036854775807, "b": -9223372036854775808, "c": 1e300, "d": 0.1}'],
    ["yaml", "a: 9223372036854775807\nb: -9223372036854775808\nc: 1e300\nd: 0.1\n"],
  ])("what fits is no matter: %s", async (extension, text) => {
    const { exitCode, stderr, stdout } = await trySeal(text, extension);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect((await open(stdout, extension)).toString()).toBe(text);
    const canonical = (await open(await seal(text, extension, { layout: "sops" }), extension)).toString();
    expect(canonical).toMatch(/9223372036854775807[\s\S]*-9223372036854775808/);
  }); // prettier-ignore
});

describe("clear aliases of encrypted values (lossless.md point 7)", () => {
  const SHOWN: readonly (readonly [text: string, args: readonly string[], clear: string, secret: string])[] = [
    ["pw: &x secret\npub_unencrypted: *x\n", [], '["pub_unencrypted"]', '["pw"]'],
    ["pw: &x {k: secret}\npub_unencrypted: {<<: *x}\n", [], '["pub_unencrypted"]', '["pw"]["k"]'],
    ["pw: &x [a, secret]\npub: [*x]\n", ["--encrypted-regex", "^pw$"], '["pub"][0]', '["pw"]'],
    ["a: {pw: &x secret}\nb:\n  - c: *x\n", ["--encrypted-suffix", "pw"], '["b"][0]["c"]', '["a"]["pw"]'],
    ["pw: &x secret\n---\npub_unencrypted: *x\n", [], '["pub_unencrypted"]', '["pw"]'],
  ]; // prettier-ignore

  test.each(SHOWN)("%j", async (text, args, clear, secret) => {
    for (const layout of ["source", "sops"] as const) {
      const refused = await trySeal(text, "yaml", { layout, args });
      expect([refused.exitCode, refused.stdout.toString()]).toEqual([23, ""]);
      expect(refused.stderr).toContain(clear);
      expect(refused.stderr).toContain(secret);
      expect(refused.stderr).not.toContain("secret\n");
      const allowed = await trySeal(text, "yaml", { layout, args: [...args, "--allow-plaintext"] });
      expect(allowed.exitCode).toBe(0);
      expect(allowed.stderr.replaceAll("\\", "")).toContain(clear);
      const opened = await open(allowed.stdout, "yaml", { layout });
      if (layout === "source") expect(opened.toString()).toBe(text);
    }
  });

  test.each([
    ["pw: &x secret\nother: *x\n", []],
    ["pub_unencrypted: &x clear\nother_unencrypted: *x\nother: *x\n", []],
    ["pub_unencrypted: &x clear\npw: *x\n", []],
    ["pw: &x ''\npub_unencrypted: *x\n", []],
    ["pw: &x null\npub_unencrypted: *x\nz: y\n", []],
  ])("%j shows nothing", async (text, args) => {
    const { exitCode, stdout, stderr } = await trySeal(text, "yaml", { args });
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect((await open(stdout, "yaml")).toString()).toBe(text);
  });
});

describe("comment rules and encrypted comments", () => {
  test("a rule that matches a ciphertext is refused, or decrypts all the same", async () => {
    for (const pattern of ["ENC", "data:", "^"]) {
      const args = ["--unencrypted-comment-regex", pattern, "--allow-plaintext"];
      const sealed = await trySeal("# c\na: b\nd: e\n", "yaml", { args });
      if (sealed.exitCode !== 0) expect(sealed.exitCode).toBe(23);
      else expect((await tryOpen(sealed.stdout, "yaml")).stdout.toString()).toBe("# c\na: b\nd: e\n");
    }
  }); // prettier-ignore
});
