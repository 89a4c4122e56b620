import { describe, expect, test } from "vitest";

import { temporaryDirectories } from "../../support/directory.js";
import { changedLines, read, runWithKeys, writeEncrypted } from "../../support/encrypted.js";
import { AGE_RECIPIENT, AGE_RECIPIENT_2 } from "../../support/vectors.js";

const makeDirectory = temporaryDirectories();

async function scene(): Promise<string> {
  const cwd = makeDirectory();
  await writeEncrypted(cwd, { "a.yaml": "a: secret\n" });
  return cwd;
}

function groups(cwd: string, args: readonly string[]): ReturnType<typeof runWithKeys> {
  return runWithKeys(["groups", ...args, "-f", "a.yaml"], cwd, { identities: "both.txt" });
}

describe("groups (cli.md §9.5)", () => {
  test("flags are repeatable and take comma lists; values, MAC and time stay", async () => {
    const cwd = await scene();
    const before = read(cwd, "a.yaml");
    const keys = ["--age", AGE_RECIPIENT_2, "--age", `${AGE_RECIPIENT},${AGE_RECIPIENT_2}`];
    expect((await groups(cwd, ["add", "-i", ...keys])).exitCode).toBe(0);
    const after = read(cwd, "a.yaml");
    expect(after.split(AGE_RECIPIENT_2)).toHaveLength(3);
    const { removed } = changedLines(before, after);
    expect(removed.filter((line) => /mac|lastmodified|^a:/.test(line))).toEqual([]);
  });

  test("the threshold of the file is kept, raised with the flag, and never exceeds the groups", async () => {
    const cwd = await scene();
    await groups(cwd, ["add", "-i", "--age", AGE_RECIPIENT_2]);
    await groups(cwd, ["add", "-i", "--age", AGE_RECIPIENT]);
    expect(read(cwd, "a.yaml")).toContain("shamir_threshold: 2");
    const raise = ["add", "--age", AGE_RECIPIENT, "--shamir-secret-sharing-threshold", "3"];
    expect((await groups(cwd, raise)).stdout.toString()).toContain("shamir_threshold: 3");
    expect((await groups(cwd, ["delete", "-i", "1"])).exitCode).toBe(0);
    expect(await groups(cwd, ["delete", "-i", "1"])).toMatchObject({ exitCode: 1 });
    expect(read(cwd, "a.yaml").match(/- age:/g)).toHaveLength(2);
  });

  test.each<[string[], number]>([
    [["add"], 1],
    [["add", "--age", "bogus"], 1],
    [["add", "--pgp", "0000000000000000000000000000000000000000"], 1],
    [["add", "--hckms", "region:00000000-0000-0000-0000-000000000000"], 1],
    [["add", "--age", AGE_RECIPIENT_2, "--shamir-secret-sharing-threshold", "5"], 1],
    [["delete", "0"], 1],
    [["delete", "1"], 1],
    [["delete", "--", "-1"], 1],
    [["delete", "99999999999999999999"], 1],
    [["delete", "x"], 1],
  ])("%j exits %i and writes nothing", async (args, exitCode) => {
    const cwd = await scene();
    const before = read(cwd, "a.yaml");
    const result = await runWithKeys(
      ["groups", args[0] ?? "", "-i", "-f", "a.yaml", ...args.slice(1)],
      cwd,
    );
    expect(result).toMatchObject({ exitCode });
    expect(result.stderr).toContain("level=fatal");
    expect(read(cwd, "a.yaml")).toBe(before);
  });

  test("the data key's failure is one line", async () => {
    const cwd = await scene();
    const args = ["groups", "add", "-f", "a.yaml", "--age", AGE_RECIPIENT_2];
    const { exitCode, stderr } = await runWithKeys(args, cwd, { identities: "age2.txt" });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/Error getting data key: 0 successful groups required, got 0"\n/);
    expect(stderr).not.toContain("Group 0");
  });
});
