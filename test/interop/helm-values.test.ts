/** `set`, `unset` and `edit` on a Helm values file change the lines they must: in ours, and in one of the real sops. */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { temporaryDirectories } from "../support/directory.js";
import { changedLines, read, runWithKeys, writeEncrypted } from "../support/encrypted.js";
import { isMissing, runRealSops } from "../support/tools.js";
import { AGE_RECIPIENT, VECTOR_KEYS_DIR } from "../support/vectors.js";

const makeDirectory = temporaryDirectories();
const VALUES = readFileSync(
  new URL("../../fixtures/plain/helm/values.yaml", import.meta.url),
  "utf8",
);
const FILE = "values.yaml";
/**
 * Lines that change with every write; the empty line that sets the metadata off from a comment comes and goes. Comments
 * that sops has moved on writing do not open for anybody any more: both programs take them for new ones.
 */
const OTHER_LINES = {
  ours: /^ {4}(lastmodified|mac|version|leafseal_layout): |^$/,
  theirs: /^ {4}(lastmodified|mac|version): |^ *#ENC\[|^$/,
} as const;

async function sops(args: readonly string[], cwd: string): Promise<string> {
  const env = { HOME: cwd, SOPS_AGE_KEY_FILE: join(VECTOR_KEYS_DIR, "age.txt") };
  const { exitCode, stdout, stderr } = await runRealSops(args, { cwd, env });
  expect(exitCode, stderr).toBe(0);
  return stdout.toString();
}

async function run(
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<string> {
  const { exitCode, stdout, stderr } = await runWithKeys(args, cwd, { env });
  expect(exitCode, `${args.join(" ")}: ${stderr}`).toBe(0);
  return stdout.toString();
}

/** A file of our `encrypt`, or of the real sops. */
async function makeFile(by: "ours" | "theirs", cwd: string): Promise<void> {
  if (by === "ours") {
    return writeEncrypted(cwd, { [FILE]: VALUES });
  }
  writeFileSync(join(cwd, FILE), VALUES);
  await sops(["encrypt", "-i", "--age", AGE_RECIPIENT, FILE], cwd);
}

function withEditor(cwd: string, script: string): Record<string, string> {
  const editor = join(cwd, "editor.sh");
  writeFileSync(editor, `#!/bin/sh\n${script}\n`);
  chmodSync(editor, 0o700);
  return { EDITOR: editor, PATH: process.env["PATH"] ?? "" };
}

interface Change {
  readonly name: string;
  readonly args: readonly string[];
  readonly script?: string;
  /** Keys of the lines that go and come, metadata apart. */
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

const CHANGES: readonly Change[] = [
  {
    name: "set a value",
    args: ["set", FILE, '["frontend"]["auth"]["password"]', '"new one"'],
    removed: ["password"],
    added: ["password"],
  },
  {
    name: "set a new key",
    args: ["set", FILE, '["frontend"]["auth"]["secondary"]', '"new one"'],
    removed: [],
    added: ["secondary"],
  },
  {
    name: "set a new map at the end",
    args: ["set", FILE, '["extra"]', '{"a": {"b": ["c"]}}'],
    removed: [],
    added: ["extra", "a", "b", "-"],
  },
  {
    name: "append to a list of maps",
    args: ["set", FILE, '["frontend"]["extraEnv"][99]', '{"name": "N", "value": "v"}'],
    removed: [],
    added: ["- name", "value"],
  },
  {
    name: "unset a value",
    args: ["unset", FILE, '["frontend"]["auth"]["token"]'],
    removed: ["token"],
    added: [],
  },
  {
    name: "edit, a line changed and one added",
    args: ["edit", FILE],
    script: `sed -i '0,/username: frontend/s//username: backend/; 0,/^\\( *\\)existingSecret: ""/s//&\\n\\1more: "x"/' "$1"`,
    removed: ["username"],
    added: ["username", "more"],
  },
];

function keysOf(lines: readonly string[], others: RegExp): string[] {
  return lines
    .filter((line) => !others.test(line))
    .map((line) => (/^ *((?:- )?[^:]+):/.exec(line)?.[1] ?? line.trim()).replace(/^- ENC.*/, "-"));
}

describe.skipIf(isMissing("sops"))("a Helm values file", () => {
  describe.each(["ours", "theirs"] as const)("of %s", (by) => {
    test.each(CHANGES)("$name", async ({ args, script, removed, added }) => {
      const cwd = makeDirectory();
      await makeFile(by, cwd);
      const [before, plainBefore] = [read(cwd, FILE), await run(["decrypt", FILE], cwd)];
      await run(args, cwd, script === undefined ? {} : withEditor(cwd, script));
      const others = OTHER_LINES[by];
      const changes = changedLines(before, read(cwd, FILE));
      expect({
        removed: keysOf(changes.removed, others),
        added: keysOf(changes.added, others),
      }).toEqual({
        removed,
        added,
      });
      const plain = await run(["decrypt", FILE], cwd);
      const plainChanges = changedLines(plainBefore, plain);
      expect(plainChanges.removed).toHaveLength(removed.length);
      expect(plainChanges.added).toHaveLength(added.length);
      // The real program reads the same values.
      const [ours, theirs] = await Promise.all([
        run(["decrypt", "--output-type", "json", FILE], cwd),
        sops(["decrypt", "--output-type", "json", FILE], cwd),
      ]);
      expect(JSON.parse(theirs)).toEqual(JSON.parse(ours));
    });
  });
});
