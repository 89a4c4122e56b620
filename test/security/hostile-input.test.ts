/** security.md §7, I1-I4, I6, I7: whatever the bytes, each verb ends soon, refuses with a type or is right, and no more. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { ERROR_CODES } from "../../src/support/error-codes.js";
import { runCli } from "../support/cli.js";
import { temporaryDirectories } from "../support/directory.js";
import { IDENTITY_ENV, open, seal, trySeal, withoutKeyCost } from "../support/sealing.js";
import { AGE_RECIPIENT } from "../support/vectors.js";

withoutKeyCost();
const makeDirectory = temporaryDirectories();

/** Far below the 10 s of I1: the machine may be busy. */
const PATIENCE_MS = 8000;

interface Outcome {
  readonly exit: number;
  readonly code: string;
  readonly stdout: string;
}

async function attempt(
  args: readonly string[],
  cwd: string,
  stdin: string | Uint8Array = "",
): Promise<Outcome> {
  const start = Date.now();
  const result = await runCli([...args, "--json"], { cwd, env: IDENTITY_ENV, stdin });
  expect(Date.now() - start, args.join(" ")).toBeLessThan(PATIENCE_MS);
  const errors = result.stderr
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { code?: string; message: string })
    .filter(({ code }) => code !== undefined);
  const code = errors.at(-1)?.code ?? "";
  if (result.exitCode !== 0) {
    expect(Object.keys(ERROR_CODES)).toContain(code);
    expect(code, result.stderr.slice(0, 500)).not.toBe("INTERNAL");
    expect(result.stdout.toString()).not.toContain("done");
  }
  expect(result.stderr.length).toBeLessThan(20_000);
  return { exit: result.exitCode, code, stdout: result.stdout.toString() };
}

const chain = (count: number): string =>
  Array.from({ length: count }, (_, index) =>
    index === 0
      ? "a0: &a0 [x,x,x,x,x,x,x,x,x]"
      : `a${index}: &a${index} [${Array.from({ length: 9 }, () => `*a${index - 1}`).join(",")}]`,
  ).join("\n");

const deepFlow = (open_: string, middle: string, close: string, depth: number): string =>
  open_.repeat(depth) + middle + close.repeat(depth);
const deepBlock = (depth: number): string =>
  `${Array.from({ length: depth }, (_, level) => `${" ".repeat(level)}a:`).join("\n")} x\n`;

const DEEP = 100_000;

/** Files that nobody can mean well; all are refused by `encrypt`. */
const REFUSED: readonly (readonly [name: string, extension: string, text: string | Buffer])[] = [
  ["alias bomb", "yaml", chain(9)],
  [
    "alias bomb of maps",
    "yaml",
    chain(9).replaceAll("[", "{k: [").replaceAll("]", "]}").replace("a8:", "<<:"),
  ],
  ["alias bomb in the second document", "yaml", `a: b\n---\n${chain(9)}`],
  ["alias bomb over documents", "yaml", chain(9).replaceAll("\n", "\n---\n")],
  ["alias of itself", "yaml", "a: &x [*x]\n"],
  ["alias of itself in a map", "yaml", "a: &x {b: *x}\n"],
  ["alias of itself as a merge", "yaml", "a: &x\n  <<: *x\n"],
  ["alias of itself in the second document", "yaml", "a: b\n---\nc: &x [*x]\n"],
  ["aliases of each other", "yaml", "a: &x\n  b: &y [*x]\n"],
  ["unknown alias", "yaml", "a: *nobody\n"],
  ["deep flow lists", "yaml", `a: ${deepFlow("[", "", "]", DEEP)}`],
  ["deep flow lists that do not end", "yaml", `a: ${"[".repeat(DEEP)}`],
  ["deep flow maps", "yaml", `a: ${deepFlow("{a: ", "b", "}", DEEP)}`],
  ["deep block lists", "yaml", `a:\n${"- ".repeat(DEEP)}x\n`],
  ["deep explicit keys", "yaml", `${"? ".repeat(DEEP)}x\n`],
  ["deep block maps", "yaml", deepBlock(11_000)],
  ["many anchors and no value", "yaml", `a: ${"&x ".repeat(DEEP)}`],
  ["deep lists", "json", `{"a": ${deepFlow("[", "", "]", DEEP)}}`],
  ["deep lists that do not end", "json", `{"a": ${"[".repeat(DEEP)}`],
  ["deep maps", "json", deepFlow('{"a":', "1", "}", DEEP)],
  ["a deep list as a root", "json", "[".repeat(DEEP)],
  ["duplicate keys", "yaml", "a: 1\nb: 2\na: 3\n"],
  ["duplicate keys, spelled in two ways", "yaml", 'a: 1\n"a": 2\n'],
  ["duplicate keys deep inside", "yaml", "a:\n  - {b: 1, c: 2, b: 3}\n"],
  ["duplicate keys in the second document", "yaml", "a: 1\n---\na: 1\na: 2\n"],
  ["2^63", "json", '{"a": 9223372036854775808}'],
  ["2^63", "yaml", "a: 9223372036854775808\n"],
  ["2^64 + 1", "yaml", "a: 18446744073709551617\n"],
  ["30 digits", "json", '{"a": {"b": [123456789012345678901234567890]}}'],
  ["30 digits", "yaml", "a: [123456789012345678901234567890]\n"],
  ["too large a float", "json", '{"a": 1e400}'],
  ["half a surrogate pair", "json", '{"a": "\\ud800"}'],
  ["the other half", "json", '{"a": "x\\udc00"}'],
  ["half a surrogate pair in a key", "json", '{"\\ud800": 1}'],
  ["half a surrogate pair", "yaml", 'a: "\\ud800"\n'],
  ["invalid UTF-8", "yaml", Buffer.from("a: \u00ff\u00fe\n", "latin1")],
  ["invalid UTF-8", "json", Buffer.from('{"a": "\u00ff"}', "latin1")],
  ["UTF-8 of a surrogate", "json", Buffer.from('{"a": "\u00ed\u00a0\u0080"}', "latin1")],
  ["overlong UTF-8", "yaml", Buffer.from("a: \u00c0\u00af\n", "latin1")],
  ["UTF-16 cut in half", "yaml", Buffer.from("\ufeffa: b\n", "utf16le").subarray(0, 7)],
  ["a NUL", "yaml", "a: b\u0000c\n"],
  ["text after the end", "json", '{"a": 1} x'],
  ["a second value", "json", '{"a": 1}{"b": 2}'],
  ["nothing", "json", ""],
  ["nothing", "yaml", ""],
  ["blanks", "yaml", " \n \n"],
  ["a list", "json", "[1]"],
  ["a list", "yaml", "- a\n"],
  ["a scalar", "yaml", "a\n"],
  ["a text", "json", '"a"'],
  ["a line without an equals sign", "env", "a\n"],
  ["an unclosed section", "ini", "[s\na = b\n"],
  ["an unclosed value", "ini", "[s]\na = `b\n"],
  ["a key without delimiter", "ini", "[s]\na\n"],
  ["metadata already", "yaml", "sops:\n  x: y\na: b\n"],
  ["metadata already", "json", '{"sops": 1, "a": 2}'],
  ["metadata already", "env", "sops_x=1\na=b\n"],
  ["metadata already", "ini", "[sops]\na = b\n"],
];

const HEAVY = /bomb|deep block maps/;

describe("refused, and the file stays", () => {
  test.each(REFUSED)("%s (%s)", async (title, extension, text) => {
    const cwd = makeDirectory();
    const name = `f.${extension}`;
    const file = join(cwd, name);
    writeFileSync(file, text);
    const before = readFileSync(file);
    const encrypted = await attempt(["encrypt", "-i", "--age", AGE_RECIPIENT, name], cwd);
    expect([2, 4, 23, 92, 203], encrypted.code).toContain(encrypted.exit);
    expect([1, 92]).toContain((await attempt(["decrypt", "-i", name], cwd)).exit);
    // What is costly to read is read by the same reader everywhere.
    if (HEAVY.test(title)) return;
    expect((await attempt(["set", "--value-stdin", name, '["a"]'], cwd, '"x"')).exit).not.toBe(0);
    expect((await attempt(["rotate", "-i", name], cwd)).exit).not.toBe(0);
    const status = await attempt(["filestatus", name], cwd);
    expect(status.exit === 1 || status.stdout === '{"encrypted":false}\n').toBe(true);
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

describe("inside an encrypted file", () => {
  const bombs: readonly [string, string, (sealed: string) => string][] = [
    ["alias bomb before the data", "yaml", (text) => `${chain(9)}\n${text}`],
    ["alias bomb in the metadata", "yaml", (text) => text.replace("sops:\n", `sops:\n${chain(9).replaceAll(/^/gm, "    ")}\n`)],
    ["alias bomb in a later document", "yaml", (text) => `${text}---\n${chain(9)}\n`],
    ["alias of itself in a later document", "yaml", (text) => `${text}---\na: &x [*x]\n`],
    ["deep list before the data", "yaml", (text) => `deep: ${deepFlow("[", "", "]", DEEP)}\n${text}`],
    ["deep list in the metadata", "yaml", (text) => text.replace("sops:\n", `sops:\n    deep: ${deepFlow("[", "", "]", DEEP)}\n`)],
    ["deep map as the recipients", "yaml", (text) => text.replace(/age:\n/, `age: ${deepFlow("{a: ", "b", "}", DEEP)}\n    old:\n`)],
    ["deep list as the MAC", "yaml", (text) => text.replace(/mac: .*/, `mac: ${deepFlow("[", "", "]", DEEP)}`)],
    ["deep list before the data", "json", (text) => text.replace("{", `{"deep": ${deepFlow("[", "", "]", DEEP)},`)],
    ["deep map in the metadata", "json", (text) => text.replace('"sops": {', `"sops": {"deep": ${deepFlow('{"a":', "1", "}", DEEP)},`)],
    ["a million list names", "env", (text) => `${text}sops_age__list_1000000__map_enc=x\n`],
    ["deep names", "env", (text) => `${text}sops_x${"__map_a".repeat(DEEP)}=x\n`],
    ["deep list names", "env", (text) => `${text}sops_x${"__list_0".repeat(DEEP)}=x\n`],
    ["deep names", "ini", (text) => `${text}x${"__map_a".repeat(DEEP)} = x\n`],
    ["a huge list index", "ini", (text) => `${text}age__list_99999999999999999999__map_enc = x\n`],
    ["a large layout field", "yaml", (text) => text.replace(/leafseal_layout: ENC\[AES256_GCM,data:/, (head) => head + "A".repeat(4_000_000))],
  ]; // prettier-ignore

  test.each(bombs)("%s (%s)", async (title, extension, plant) => {
    const plain = { yaml: "a: b\n", json: '{"a": "b"}\n', env: "a=b\n", ini: "[s]\na = b\n" }[extension] ?? "";
    const cwd = makeDirectory();
    const name = `f.${extension}`;
    const text = plant((await seal(plain, extension)).toString());
    writeFileSync(join(cwd, name), text);
    const opened = await attempt(["decrypt", name], cwd);
    if (opened.exit === 0) expect(opened.stdout.replace(/---\n\{\}\n$/, "")).toBe(plain);
    else expect([1, 25, 51, 128]).toContain(opened.exit);
    if (HEAVY.test(title)) return;
    const changed = await attempt(["unset", name, '["nobody"]'], cwd);
    expect(changed.exit).not.toBe(0);
    expect(readFileSync(join(cwd, name), "utf8") === text).toBe(true);
    await attempt(["filestatus", name], cwd);
  }); // prettier-ignore

  test.each(["yaml", "json"])("deep values for set (%s)", async (extension) => {
    const cwd = makeDirectory();
    const name = `f.${extension}`;
    const sealed = await seal(extension === "yaml" ? "a: b\n" : '{"a": "b"}', extension);
    writeFileSync(join(cwd, name), sealed);
    for (const value of ["[".repeat(DEEP), deepFlow("[", "", "]", DEEP), deepFlow('{"a":', "1", "}", DEEP)]) {
      const { exit } = await attempt(["set", "--value-stdin", name, '["a"]'], cwd, value);
      expect(exit).not.toBe(0);
      expect(readFileSync(join(cwd, name)).equals(sealed)).toBe(true);
    }
  }); // prettier-ignore
});

describe("deep, but within the limits", () => {
  test.each([
    ["yaml", `a: ${deepFlow("[", "x", "]", 500)}\n`],
    ["yaml", deepBlock(500)],
    ["yaml", `a:\n  ${"- ".repeat(500)}x\n`],
    ["json", deepFlow('{"a":', '["x"]', "}", 500)],
    ["json", `{"a": ${deepFlow("[", "1", "]", 500)}}`],
  ])("500 levels come back (%s)", async (extension, text) => {
    expect((await open(await seal(text, extension), extension)).toString()).toBe(text);
    await open(await seal(text, extension, { layout: "sops" }), extension);
  });

  test.each([
    ["yaml", `a: ${deepFlow("[", "x", "]", 9_900)}\n`],
    ["json", `{"a": ${deepFlow("[", "1", "]", 9_900)}}`],
  ])("9,900 levels come back (%s)", async (extension, text) => {
    expect((await open(await seal(text, extension), extension)).toString()).toBe(text);
  });

  test("aliases within the limit come back", async () => {
    const text = `${chain(4)}\n`;
    expect((await open(await seal(text, "yaml"), "yaml")).toString()).toBe(text);
  });
});

describe("configurations", () => {
  const RULES = `creation_rules:\n  - age: ${AGE_RECIPIENT}\n`;
  test.each([
    ["alias bomb", `${chain(9)}\n${RULES}`],
    ["alias of itself", `a: &x [*x]\n${RULES}`],
    ["deep flow", `a: ${deepFlow("[", "", "]", DEEP)}\n${RULES}`],
    ["deep flow that does not end", `${RULES}a: ${"[".repeat(DEEP)}`],
    ["deep block lists", `${RULES}a:\n${"- ".repeat(DEEP)}x\n`],
    ["deep maps", `${RULES}a: ${deepFlow("{a: ", "b", "}", DEEP)}\n`],
    ["duplicate keys", `${RULES}${RULES}`],
    ["nothing", ""],
    ["a list", "- a\n"],
    ["a NUL", `${RULES}\u0000`],
    ["invalid UTF-8", Buffer.from(`${RULES}#\u00ff`, "latin1")],
    ["a huge scalar", `${RULES}a: ${"x".repeat(5_000_000)}\n`],
    ["a prototype", `__proto__:\n  creation_rules:\n    - age: ${AGE_RECIPIENT}\n`],
    ["an alias bomb as recipients", `${chain(9)}\ncreation_rules:\n  - age: *a8\n`],
  ])("%s", async (_, config) => {
    const cwd = makeDirectory();
    writeFileSync(join(cwd, ".sops.yaml"), config);
    writeFileSync(join(cwd, "f.yaml"), "a: b\n");
    const { exit } = await attempt(["encrypt", "-i", "f.yaml"], cwd);
    const isWritten = readFileSync(join(cwd, "f.yaml"), "utf8") !== "a: b\n";
    expect(isWritten).toBe(exit === 0);
    if (exit === 0) expect((await attempt(["decrypt", "f.yaml"], cwd)).stdout).toBe("a: b\n");
    await attempt(["filestatus", "f.yaml"], cwd);
  });
});

describe("cut input (I7)", () => {
  const text = '{"a": [1.5, "b\\u00e9", {"c": null}], "d": true}';

  test("every proper prefix of a JSON file is refused", async () => {
    for (let length = 0; length < text.length; length += 1) {
      const { exitCode } = await trySeal(text.slice(0, length), "json");
      expect(exitCode, text.slice(0, length)).toBe(2);
    }
  });

  test("every proper prefix of an encrypted JSON file is refused", async () => {
    const sealed = await seal(text, "json");
    const cwd = makeDirectory();
    const end = sealed.toString().trimEnd().length;
    for (let length = 0; length < end; length += 1) {
      const cut = sealed.subarray(0, length);
      const { exit, stdout } = await attempt(["decrypt", "--input-type", "json"], cwd, cut);
      expect([exit, stdout], String(length)).toEqual([1, ""]);
    }
  });

  test.each(["yaml", "env", "ini"])("no prefix of an encrypted %s file gives anything", async (extension) => {
    const plain = { yaml: "a: b\nc: [d]\n", env: "a=b\nc=d\n", ini: "[s]\na = b\nc = d\n" }[extension] ?? "";
    const sealed = (await seal(plain, extension)).toString().trimEnd();
    const cwd = makeDirectory();
    // Beyond the MAC there are only fields with a default.
    const end = sealed.search(/^\s*(sops_)?(unencrypted_suffix|version)/m);
    for (let length = 0; length < end; length += 3) {
      const args = ["decrypt", "--filename-override", `f.${extension}`];
      const { exit, stdout } = await attempt(args, cwd, sealed.slice(0, length));
      expect(exit, String(length)).not.toBe(0);
      expect(stdout).toBe("");
    }
  }); // prettier-ignore
});

describe("bytes that a format may carry (I6)", () => {
  const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

  test("all of them in a binary file", async () => {
    const plain = Buffer.concat([every, every]);
    for (const layout of ["source", "sops"] as const) {
      expect((await open(await seal(plain, "bin", { layout }), "bin")).equals(plain)).toBe(true);
    }
  });

  test.each(["env", "ini"])("invalid UTF-8 in %s is kept or refused", async (extension) => {
    const head = Buffer.from(extension === "env" ? "a=" : "[s]\na = ");
    for (let byte = 0x80; byte < 0x100; byte += 1) {
      const plain = Buffer.concat([head, Buffer.from([0x78, byte, 0x79]), Buffer.from("\n")]);
      const sealed = await trySeal(plain, extension);
      if (sealed.exitCode !== 0) continue;
      expect((await open(sealed.stdout, extension)).equals(plain), String(byte)).toBe(true);
    }
  });
});
