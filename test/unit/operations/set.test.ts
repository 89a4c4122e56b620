import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import { temporaryDirectories } from "../../support/directory.js";
import { changedLines, read, runWithKeys, writeEncrypted } from "../../support/encrypted.js";

const makeDirectory = temporaryDirectories();
const HELM = readFileSync(
  fileURLToPath(new URL("../../../fixtures/plain/helm/values.yaml", import.meta.url)),
  "utf8",
);

/** Runs a verb on one encrypted file and compares it, and what it decrypts to, with before. */
async function change(
  name: string,
  plain: string,
  args: readonly string[],
): Promise<{ encrypted: ReturnType<typeof changedLines>; clear: ReturnType<typeof changedLines> }> {
  const cwd = makeDirectory();
  await writeEncrypted(cwd, { [name]: plain });
  const before = read(cwd, name);
  const { exitCode, stderr } = await runWithKeys(args, cwd);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const { stdout } = await runWithKeys(["decrypt", name], cwd);
  return {
    encrypted: changedLines(before, read(cwd, name)),
    clear: changedLines(plain, stdout.toString("utf8")),
  };
}

/** Name of the line's entry, so that random text does not matter. */
function names(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/[:=].*$/, "").trim());
}

const OVERHEAD = ["lastmodified", "mac"];

describe("a Helm values file of 300 lines keeps all lines but those of the change", () => {
  test.each<[string, string[], string[], string[]]>([
    [
      "a changed text keeps its quotes and comment",
      ["set", "v.yaml", '["frontend"]["image"]["tag"]', '"1.0.1"'],
      ['    tag: "1.0.0"   # chart appVersion wins when empty'],
      ['    tag: "1.0.1"   # chart appVersion wins when empty'],
    ],
    [
      "a whole number stays one",
      ["set", "v.yaml", '["frontend"]["replicaCount"]', "3"],
      ["  replicaCount: 1"],
      ["  replicaCount: 3"],
    ],
    [
      "a flow map stays one",
      ["set", "v.yaml", '["frontend"]["autoscaling"]["enabled"]', "true"],
      ["  autoscaling: {enabled: false, minReplicas: 1, maxReplicas: 10}"],
      ["  autoscaling: {enabled: true, minReplicas: 1, maxReplicas: 10}"],
    ],
  ])("%s", async (_, args, removed, added) => {
    const { encrypted, clear } = await change("v.yaml", HELM, args);
    expect(clear).toEqual({ removed, added });
    expect(names(encrypted.removed).filter((name) => !name.startsWith("leafseal"))).toEqual(
      names(removed).concat(OVERHEAD),
    );
  });
});

describe("other formats keep their text too", () => {
  test.each<[string, string, string[], string[], string[]]>([
    ["a.env", "# c\nA=1\nB=2\n", ["set", "a.env", '["A"]', '"x y"'], ["A=1"], ["A=x y"]],
    ["a.env", "# c\nA=1\nB=2\n", ["unset", "a.env", '["A"]'], ["A=1"], []],
    ["a.ini", "[s]\na = 1 ; c\nb=2\n", ["set", "a.ini", '["s"]["b"]', '"z"'], ["b=2"], ["b=z"]],
    [
      "a.json",
      '{\n  "a": 1,\n  "b": [2,3]\n}\n',
      ["set", "a.json", '["a"]', "5"],
      ['  "a": 1,'],
      ['  "a": 5,'],
    ],
    ["a.json", '{\n  "a": 1,\n  "b": 2\n}\n', ["unset", "a.json", '["a"]'], ['  "a": 1,'], []],
    ["a.txt", "hello\n", ["set", "a.txt", '["data"]', '"bye\\n"'], ["hello"], ["bye"]],
  ])("%s %j %j", async (name, plain, args, removed, added) => {
    expect((await change(name, plain, args)).clear).toEqual({ removed, added });
  });
});

describe("ciphertexts (security.md C7)", () => {
  const ivOf = (text: string, key: string): string =>
    new RegExp(`${key}: .*iv:([^,]+),`).exec(text)?.[1] ?? "";

  test("an unchanged value keeps its own, a changed one gets a fresh IV", async () => {
    const cwd = makeDirectory();
    await writeEncrypted(cwd, { "a.yaml": "a: one\nb: two\n" });
    const before = read(cwd, "a.yaml");
    await runWithKeys(["set", "a.yaml", '["a"]', '"three"'], cwd);
    const after = read(cwd, "a.yaml");
    expect(ivOf(after, "b")).toBe(ivOf(before, "b"));
    expect(ivOf(after, "a")).not.toBe(ivOf(before, "a"));
    await runWithKeys(["set", "a.yaml", '["a"]', '"three"'], cwd);
    expect(ivOf(read(cwd, "a.yaml"), "a")).toBe(ivOf(after, "a"));
  });

  test("a new data key: every value is encrypted anew", async () => {
    const cwd = makeDirectory();
    await writeEncrypted(cwd, { "a.yaml": "a: one\nb: two\n" });
    const before = read(cwd, "a.yaml");
    expect((await runWithKeys(["rotate", "-i", "a.yaml"], cwd)).exitCode).toBe(0);
    for (const key of ["a", "b"]) {
      expect(ivOf(read(cwd, "a.yaml"), key)).not.toBe(ivOf(before, key));
    }
    expect((await runWithKeys(["decrypt", "a.yaml"], cwd)).stdout.toString()).toBe(
      "a: one\nb: two\n",
    );
  });
});

test("a key that is no ordinary name is data (security.md I5)", async () => {
  const cwd = makeDirectory();
  await writeEncrypted(cwd, { "a.json": "{}" });
  for (const key of ["__proto__", "constructor", "10", "2", "toString"]) {
    const args = ["set", "a.json", `["${key}"]["x"]`, `"${key}"`];
    expect((await runWithKeys(args, cwd)).exitCode).toBe(0);
  }
  const { stdout } = await runWithKeys(["decrypt", "--output-type", "yaml", "a.json"], cwd);
  expect(stdout.toString().match(/^\S+(?=:$)/gm)).toEqual([
    "__proto__",
    "constructor",
    '"10"',
    '"2"',
    "toString",
  ]);
});

test("no message tells a value (security.md M1)", async () => {
  const cwd = makeDirectory();
  await writeEncrypted(cwd, { "a.env": "A=1\n" });
  for (const value of ['{"hunter2": hunter2}', '"hunter2', '{"x": "hunter2"}', "hunter2"]) {
    const { exitCode, stderr, stdout } = await runWithKeys(["set", "a.env", '["A"]', value], cwd);
    expect(exitCode).not.toBe(0);
    expect(stderr + stdout.toString()).not.toContain("hunter2");
  }
});

test("a bottomless value is refused cleanly (security.md I3)", async () => {
  const cwd = makeDirectory();
  await writeEncrypted(cwd, { "a.json": "{}" });
  const stdin = "[".repeat(100_000) + "]".repeat(100_000);
  const { exitCode, stderr } = await runWithKeys(["set", "--value-stdin", "a.json", '["a"]'], cwd, {
    stdin,
  });
  expect(exitCode).toBe(7);
  expect(stderr).not.toContain("INTERNAL");
});
