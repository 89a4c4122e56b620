import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { main } from "../../../src/cli/main.js";
import { temporaryDirectories } from "../../support/directory.js";
import { changedLines, read, runWithKeys, writeEncrypted } from "../../support/encrypted.js";
import { createTestRuntime } from "../../support/runtime.js";
import { AGE_RECIPIENT, AGE_RECIPIENT_2, VECTOR_KEYS_DIR } from "../../support/vectors.js";

const makeDirectory = temporaryDirectories();

interface Rule {
  readonly groups: readonly (readonly string[])[];
  readonly threshold?: number;
}

function writeRule(cwd: string, { groups, threshold }: Rule): void {
  const lines = groups.map((keys) => `      - age: [${keys.join(", ")}]`);
  const shamir = threshold === undefined ? "" : `    shamir_threshold: ${String(threshold)}\n`;
  writeFileSync(
    join(cwd, ".sops.yaml"),
    `creation_rules:\n  - path_regex: .*\n${shamir}    key_groups:\n${lines.join("\n")}\n`,
  );
}

async function scene(rule: Rule): Promise<string> {
  const cwd = makeDirectory();
  writeRule(cwd, rule);
  await writeEncrypted(cwd, { "a.yaml": "a: secret # c\n" }, []);
  return cwd;
}

const ONE = [[AGE_RECIPIENT]];
const TWO = [[AGE_RECIPIENT], [AGE_RECIPIENT_2]];

describe("threshold (decisions.md, Verbs; cli.md §9.4)", () => {
  test.each<[string, Rule, Rule, string[]]>([
    [
      "the rule's",
      { groups: TWO, threshold: 2 },
      { groups: [...TWO, ONE[0]!], threshold: 2 },
      ["shamir_threshold: 2"],
    ],
    [
      "the rule's new one",
      { groups: [...TWO, ONE[0]!], threshold: 2 },
      { groups: [...TWO, ONE[0]!], threshold: 3 },
      ["+++ shamir_threshold: 3", "--- shamir_threshold: 2"],
    ],
    [
      "the file's where the rule names none",
      { groups: [...TWO, ONE[0]!], threshold: 2 },
      { groups: TWO },
      ["shamir_threshold: 2"],
    ],
    [
      "at most the number of groups",
      { groups: TWO, threshold: 2 },
      { groups: ONE },
      ["+++ shamir_threshold: 1", "--- shamir_threshold: 2"],
    ],
    ["none stays none", { groups: ONE }, { groups: TWO }, []],
  ])("%s", async (_, before, after, lines) => {
    const cwd = await scene(before);
    writeRule(cwd, after);
    const { exitCode, stdout, stderr } = await runWithKeys(["updatekeys", "-y", "a.yaml"], cwd, {
      identities: "both.txt",
    });
    expect(exitCode, stderr).toBe(0);
    const shown = stdout.toString().split("\n");
    expect(shown.filter((line) => line.includes("shamir"))).toEqual(lines);
    // What was written is what the rule asks for, and opens.
    const again = await runWithKeys(["updatekeys", "-y", "a.yaml"], cwd, {
      identities: "both.txt",
    });
    expect(again.stderr).toContain("already up to date");
    const { stdout: clear } = await runWithKeys(["decrypt", "a.yaml"], cwd, {
      identities: "both.txt",
    });
    expect(clear.toString()).toBe("a: secret # c\n");
  });
});

test("groups are compared by position, keys without regard to order", async () => {
  const cwd = await scene({ groups: [[AGE_RECIPIENT, AGE_RECIPIENT_2]] });
  writeRule(cwd, { groups: [[AGE_RECIPIENT_2, AGE_RECIPIENT]] });
  const same = await runWithKeys(["updatekeys", "-y", "a.yaml"], cwd);
  expect(same.stderr).toContain("already up to date");
  writeRule(cwd, { groups: [[AGE_RECIPIENT_2], [AGE_RECIPIENT]] });
  const moved = await runWithKeys(["updatekeys", "-y", "a.yaml"], cwd);
  expect(moved.stdout.toString()).toBe(
    [
      "The recipients of a.yaml will change:",
      "Group 1",
      `    ${AGE_RECIPIENT_2}`,
      `--- ${AGE_RECIPIENT}`,
      "Group 2",
      `+++ ${AGE_RECIPIENT}`,
      "",
    ].join("\n"),
  );
});

test("values, MAC, time and every line that is no recipient's keep their bytes", async () => {
  const cwd = await scene({ groups: ONE });
  const before = read(cwd, "a.yaml");
  writeRule(cwd, { groups: [[AGE_RECIPIENT, AGE_RECIPIENT_2]] });
  await runWithKeys(["updatekeys", "-y", "a.yaml"], cwd);
  const { removed } = changedLines(before, read(cwd, "a.yaml"));
  expect(removed.filter((line) => /mac|lastmodified|^a:|leafseal/.test(line))).toEqual([]);
  expect(read(cwd, "a.yaml").split("\n").at(0)).toBe(before.split("\n").at(0));
});

test("--rotate gives what changes a new data key, and says nothing of an old one", async () => {
  const cwd = await scene({ groups: [[AGE_RECIPIENT, AGE_RECIPIENT_2]] });
  const before = read(cwd, "a.yaml");
  writeRule(cwd, { groups: ONE });
  const { exitCode, stderr } = await runWithKeys(["updatekeys", "-y", "--rotate", "a.yaml"], cwd);
  expect(exitCode).toBe(0);
  expect(stderr).not.toContain("data key");
  expect(read(cwd, "a.yaml").split("\n")[0]).not.toBe(before.split("\n")[0]);
  expect((await runWithKeys(["decrypt", "a.yaml"], cwd)).stdout.toString()).toBe("a: secret # c\n");
});

test("on a terminal the change is coloured", async () => {
  const cwd = await scene({ groups: ONE });
  writeRule(cwd, { groups: [[AGE_RECIPIENT_2]] });
  const runtime = createTestRuntime({
    cwd,
    isTTY: true,
    stdin: "n\n",
    env: { HOME: cwd, SOPS_AGE_KEY_FILE: join(VECTOR_KEYS_DIR, "age.txt") },
  });
  expect(await main(["updatekeys", "a.yaml"], runtime)).toBe(0);
  expect(runtime.stdoutText()).toContain(`\u001b[32m+++ ${AGE_RECIPIENT_2}\u001b[0m\n`);
  expect(runtime.stdoutText()).toMatch(/Is this okay\? \(y\/n\):$/);
});

test("with --json the plan is data and the question is on standard error", async () => {
  const cwd = await scene({ groups: ONE });
  writeRule(cwd, { groups: [[AGE_RECIPIENT_2]] });
  const { exitCode, stdout, stderr } = await runWithKeys(["updatekeys", "--json", "a.yaml"], cwd, {
    stdin: "y\n",
  });
  expect(exitCode).toBe(0);
  expect(stderr).toContain("Is this okay? (y/n):");
  const lines = stdout
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  expect(lines).toEqual([
    {
      plans: [
        {
          file: "a.yaml",
          groups: [{ kept: [], added: [AGE_RECIPIENT_2], removed: [AGE_RECIPIENT] }],
          threshold: { before: 0, after: 0 },
        },
      ],
    },
    { files: [{ file: "a.yaml", status: "done", target: "a.yaml", error: null }] },
  ]);
});

test("a file that may not be written is refused without a key being asked for", async () => {
  const cwd = await scene({ groups: ONE });
  writeRule(cwd, { groups: [[AGE_RECIPIENT_2]] });
  const runtime = createTestRuntime({
    cwd,
    env: { HOME: cwd },
    fs: {
      accessSync: () => {
        throw Object.assign(new Error("no"), { code: "EACCES" });
      },
    },
  });
  expect(await main(["updatekeys", "-y", "a.yaml"], runtime)).toBe(3);
});
