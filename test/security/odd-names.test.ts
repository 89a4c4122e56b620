/** security.md I5, I9, I10, I12: key names, tree paths and file names are data, whatever they say. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseDotenv } from "dotenv";
import { describe, expect, test } from "vitest";

import { type CliResult, runCli } from "../support/cli.js";
import { temporaryDirectories } from "../support/directory.js";
import { dataOf } from "../support/file-data.js";
import {
  IDENTITY_ENV,
  LAYOUTS,
  open,
  seal,
  tryOpen,
  trySeal,
  withoutKeyCost,
} from "../support/sealing.js";
import { AGE_RECIPIENT } from "../support/vectors.js";

withoutKeyCost();
const makeDirectory = temporaryDirectories();

/** `10` before `2` before `1`: an object would put them in order. */
const NAMES = [
  "__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "length", "then", "toJSON", "10", "2", "1", "__defineGetter__", "0", "-1", "isPrototypeOf",
]; // prettier-ignore

const FILES: Readonly<Record<string, string>> = {
  yaml: `${NAMES.map((name) => `"${name}": v-${name}.`).join("\n")}\nnest:\n${NAMES.map((name) => `  "${name}": {"${name}": n-${name}}`).join("\n")}\n`,
  json: `{${[...NAMES.map((name) => `"${name}": "v-${name}."`), `"nest": {${NAMES.map((name) => `"${name}": {"${name}": "n-${name}"}`).join(", ")}}`].join(", ")}}\n`,
  env: `${NAMES.map((name) => `${name}=v-${name}.`).join("\n")}\n`,
  ini: NAMES.map((name) => `[${name}]\n${NAMES.map((key) => `${key} = v-${key}.`).join("\n")}\n`).join("\n"),
}; // prettier-ignore

describe("key names are data (I5)", () => {
  describe.each(Object.keys(FILES))("%s", (extension) => {
    const plain = FILES[extension] ?? "";

    test.each(LAYOUTS)("they come back in order, layout %s", async (layout) => {
      const sealed = await seal(plain, extension, { layout });
      const opened = (await open(sealed, extension, { layout })).toString();
      if (layout === "source") expect(opened).toBe(plain);
      const at = NAMES.map((name) => opened.indexOf(`v-${name}.`));
      expect(at).toEqual(at.toSorted((a, b) => a - b));
      expect(at).not.toContain(-1);
    });

    test("each is found by --extract, changed by set, and gone after unset", async () => {
      const cwd = makeDirectory();
      const name = `f.${extension}`;
      const run = (...args: string[]): Promise<CliResult> =>
        runCli(args, { cwd, env: IDENTITY_ENV });
      writeFileSync(join(cwd, name), await seal(plain, extension));
      for (const key of NAMES) {
        const path = extension === "ini" ? `["__proto__"]["${key}"]` : `["${key}"]`;
        const found = await run("decrypt", "--extract", path, name);
        expect([found.exitCode, found.stdout.toString()], key).toEqual([0, `v-${key}.`]);
        expect((await run("set", name, path, '"new"')).exitCode, key).toBe(0);
        expect((await run("decrypt", "--extract", path, name)).stdout.toString(), key).toBe("new");
        expect((await run("unset", name, path)).exitCode, key).toBe(0);
        const gone = await run("decrypt", "--extract", path, name);
        expect([gone.exitCode, gone.stdout.toString()], key).toEqual([1, ""]);
        expect(gone.stderr, key).toContain("not found");
        expect((await run("unset", name, path)).exitCode, key).toBe(1);
      }
      expect(Object.getPrototypeOf({}) as unknown).toBe(Object.prototype);
    });

    test("none is found in a file without it", async () => {
      const small = {
        yaml: "a: {b: c}\n",
        json: '{"a": {"b": "c"}}',
        env: "a=c\n",
        ini: "[a]\nb=c\n",
      };
      const sealed = await seal(small[extension as keyof typeof small], extension);
      for (const key of NAMES) {
        for (const path of [`["${key}"]`, `["a"]["${key}"]`, `["a"]["b"]["${key}"]`]) {
          const { exitCode, stdout } = await tryOpen(sealed, extension, {
            args: ["--extract", path],
          });
          expect([exitCode, stdout.toString()], path).toEqual([1, ""]);
        }
      }
    });
  });

  test("they are names in rules and metadata too", async () => {
    const cwd = makeDirectory();
    writeFileSync(
      join(cwd, ".sops.yaml"),
      `creation_rules:\n  - age: ${AGE_RECIPIENT}\n    encrypted_regex: ^__proto__$\n    __proto__: {encrypted_regex: x}\nconstructor: x\n`,
    );
    writeFileSync(join(cwd, "f.json"), '{"__proto__": {"a": "secret"}, "toString": "clear"}');
    await runCli(["encrypt", "-i", "f.json"], { cwd });
    const sealed = readFileSync(join(cwd, "f.json"), "utf8");
    expect(sealed).toContain('"toString": "clear"');
    expect(sealed).not.toContain("secret");
  });
});

describe("tree paths (I9)", () => {
  const plain = "s: text\nn: 1\nl: [x, [y], {k: z}]\nm: {k: v, l: [1]}\ne: []\nnull: ~\n".replace(
    "null: ~",
    '"": empty',
  );
  const SYNTAX = ["s", '["s', '["s"', "[]", "[s]", '["s"]x', "[1", "[--1]", "[1.5]", "[1e3]", "[0x1]", "[ 1]", '["]', "[']", "[99999999999999999999]", "a[0]"]; // prettier-ignore
  const NOWHERE = [
    '["x"]', '["s"]["k"]', '["s"][0]', '["n"]["k"]', '["n"][0]', '["l"]["k"]', '["l"][3]', '["l"][-1]', '["l"][1000000000]', '["l"][999999999999999]', '["l"][1][1]', '["l"][0][0]', '["m"][0]', '["m"]["x"]', '["e"][0]', '["s"]["length"]', "[0]", "[-1]", '["m"]["k"]["k"]',
  ]; // prettier-ignore

  test.each(SYNTAX)("%s is refused as syntax", async (path) => {
    const sealed = await seal(plain, "yaml");
    const { exitCode, stdout } = await tryOpen(sealed, "yaml", { args: ["--extract", path] });
    expect([exitCode, stdout.toString()]).toEqual([91, ""]);
  });

  test.each(NOWHERE)("%s leads nowhere", async (path) => {
    const sealed = await seal(plain, "yaml");
    const { exitCode, stdout } = await tryOpen(sealed, "yaml", { args: ["--extract", path] });
    expect([exitCode, stdout.toString()]).toEqual([1, ""]);
  });

  test.each([...SYNTAX, ...NOWHERE])("set and unset at %s end soon and leave a file that opens", async (path) => {
    const cwd = makeDirectory();
    const file = join(cwd, "f.yaml");
    for (const args of [["set", "f.yaml", path, '"new"'], ["unset", "f.yaml", path]]) {
      const sealed = await seal(plain, "yaml");
      writeFileSync(file, sealed);
      const start = Date.now();
      const { exitCode, stderr } = await runCli(args, { cwd, env: IDENTITY_ENV });
      expect(Date.now() - start).toBeLessThan(5000);
      expect(stderr).not.toContain("INTERNAL");
      const after = readFileSync(file);
      if (exitCode !== 0) expect(after.equals(sealed)).toBe(true);
      expect(after.length).toBeLessThan(sealed.length + 2000);
      await open(after, "yaml");
    }
  }); // prettier-ignore
});

describe("no value or name becomes a second entry (I10)", () => {
  const NASTY = [
    "a\nEVIL=1", "a\r\nEVIL=1", "a\rEVIL=1", "\nEVIL=1", "a\n[EVIL]\nb=1", "EVIL]\nx=1\n[y", "a\n\nEVIL = 1", "a\\\nEVIL=1", '"\nEVIL="1', "'\nEVIL='1", "`\nEVIL=`1", '"""\nEVIL = 1\n"""', "# x\nEVIL=1", "; x\nEVIL=1", "a=EVIL", "a\\nEVIL=1", "=", "[", "]", "#", ";", " a ", "a \\", "\u2028EVIL=1", "\u0085EVIL=1", "\u0000EVIL=1", "\u000bEVIL=1", "\u000cEVIL=1",
  ]; // prettier-ignore

  /** What another program sees; of INI there is none that knows values of several lines, so our own reader. */
  async function names(text: string, extension: string): Promise<string[]> {
    if (extension === "env") return Object.keys(parseDotenv(text));
    return (await dataOf(Buffer.from(text), extension)).map(({ path }) => path);
  }

  test.each(["env", "ini"])("values in %s", async (extension) => {
    for (const value of NASTY) {
      const plain = JSON.stringify(extension === "env" ? { a: value, last: "v" } : { s: { a: value, last: "v" } });
      const args = ["--output-type", extension === "env" ? "dotenv" : "ini"];
      const sealed = await trySeal(plain, "json", { args });
      if (sealed.exitCode !== 0) {
        expect([4, 23]).toContain(sealed.exitCode);
        continue;
      }
      const { exitCode, stdout } = await tryOpen(sealed.stdout, extension);
      // formats.md §8: a carriage return stays in a dotenv value, as in files with Windows line ends.
      if (exitCode !== 0 || (extension === "env" && value.includes("\r"))) continue;
      const found = await names(stdout.toString(), extension);
      expect(found.filter((name) => name.includes("EVIL")), JSON.stringify(value)).toEqual([]);
    }
  }); // prettier-ignore

  test.each(["env", "ini"])("names in %s", async (extension) => {
    for (const name of NASTY) {
      const tree = extension === "env" ? [{ [name]: "v" }] : [{ s: { [name]: "v" } }, { [name]: { a: "v" } }];
      for (const plain of tree.map((value) => JSON.stringify(value))) {
        const args = ["--output-type", extension === "env" ? "dotenv" : "ini"];
        const sealed = await trySeal(plain, "json", { args });
        if (sealed.exitCode !== 0) {
          expect([4, 23]).toContain(sealed.exitCode);
          expect(sealed.stdout.toString()).toBe("");
          continue;
        }
        const { exitCode, stdout } = await tryOpen(sealed.stdout, extension, { args: ["--output-type", "json"] });
        expect(exitCode, JSON.stringify(name)).toBe(0);
        // Exactly one name with that value, or the same tree.
        expect(JSON.parse(stdout.toString()), JSON.stringify(name)).toEqual(
          extension === "ini" ? { DEFAULT: {}, ...(JSON.parse(plain) as object) } : JSON.parse(plain),
        );
      }
    }
  }); // prettier-ignore
});

describe("file names (I12)", () => {
  const FILE_NAMES = [
    "a b", "a\nb", "q'uote", 'dq"uote', "$(touch x)", "`touch x`", "$HOME", "-i", "--help", "\u001b[31mred", "n".repeat(250), "日本", "é", ";x;", "a|b", "*", "?", "[a]", "\\", "..x", "~", "#x", "encrypt", "=", "a=b", "%00",
  ]; // prettier-ignore

  test.each(FILE_NAMES.map((name) => [JSON.stringify(name), name]))("%s", async (_, stem) => {
    const cwd = makeDirectory();
    const name = `${stem}.yaml`;
    const run = (...args: string[]): Promise<CliResult> => runCli(args, { cwd, env: IDENTITY_ENV });
    writeFileSync(join(cwd, name), "a: b\n");
    expect((await run("encrypt", "-i", "--age", AGE_RECIPIENT, "--", name)).exitCode).toBe(0);
    expect((await run("filestatus", "--", name)).stdout.toString()).toBe('{"encrypted":true}\n');
    expect((await run("decrypt", "--", name)).stdout.toString()).toBe("a: b\n");
    expect((await run("set", "--", name, '["a"]', '"c"')).exitCode).toBe(0);
    expect((await run("decrypt", "-i", "--", name)).exitCode).toBe(0);
    expect(readFileSync(join(cwd, name), "utf8")).toBe("a: c\n");
    expect(readdirSync(cwd)).toEqual([name]);
  });

  test("a name that is too long is refused", async () => {
    const cwd = makeDirectory();
    const name = `${"n".repeat(300)}.yaml`;
    const { exitCode, stderr } = await runCli(["decrypt", name], { cwd, env: IDENTITY_ENV });
    expect(exitCode).not.toBe(0);
    expect(stderr).not.toContain("INTERNAL");
  });
});
