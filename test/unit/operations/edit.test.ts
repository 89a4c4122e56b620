/** `edit` and the bare FILE, through the command line, with scripts as editors (cli.md §8, security.md §3). */
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import type { CliResult } from "../../support/cli.js";
import { temporaryDirectories } from "../../support/directory.js";
import { changedLines, read, runWithKeys, writeEncrypted } from "../../support/encrypted.js";
import { isMissing, runRealSops } from "../../support/tools.js";
import { AGE_RECIPIENT, AGE_RECIPIENT_2, VECTOR_KEYS_DIR } from "../../support/vectors.js";

const makeDirectory = temporaryDirectories();
const PLAIN = "# head\nuser:  'admin'   # who\nlist: [1, 0x1F]\npw: hunter2\n";

/** Runs a verb with a shell script as the editor; `$1` is the file. */
function editWith(script: string, args: readonly string[], cwd: string): Promise<CliResult> {
  const editor = join(cwd, "editor.sh");
  writeFileSync(editor, `#!/bin/sh\n${script}\n`);
  chmodSync(editor, 0o700);
  return runWithKeys(args, cwd, { env: { EDITOR: editor, PATH: process.env["PATH"] ?? "" } });
}

async function decrypted(
  name: string,
  cwd: string,
  flags: readonly string[] = [],
): Promise<string> {
  const { stdout, stderr, exitCode } = await runWithKeys(["decrypt", ...flags, name], cwd);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return stdout.toString("utf8");
}

describe("an existing file", () => {
  test.each([[["edit", "a.yaml"]], [["a.yaml"]]])(
    "%j changes only what was edited",
    async (args) => {
      const cwd = makeDirectory();
      await writeEncrypted(cwd, { "a.yaml": PLAIN });
      const before = read(cwd, "a.yaml");
      const result = await editWith(`sed -i 's/hunter2/correct horse/' "$1"`, args, cwd);
      expect({
        exit: result.exitCode,
        stderr: result.stderr,
        stdout: result.stdout.toString(),
      }).toEqual({
        exit: 0,
        stderr: "",
        stdout: "",
      });
      expect(await decrypted("a.yaml", cwd)).toBe(PLAIN.replace("hunter2", "correct horse"));
      const { removed } = changedLines(before, read(cwd, "a.yaml"));
      expect(removed.map((line) => line.split(":")[0]?.trim())).toEqual([
        "pw",
        "lastmodified",
        "leafseal_layout",
        "mac",
      ]);
    },
  );

  test("shows the editor its own text in a private file of the same name", async () => {
    const cwd = makeDirectory();
    await writeEncrypted(cwd, { "a.yaml": PLAIN });
    const script = `cp "$1" seen.yaml; stat -c '%a %n' "$1" "$(dirname "$1")" > modes; exit 0`;
    const { exitCode } = await editWith(`cd "${cwd}" && ${script}`, ["edit", "a.yaml"], cwd);
    expect(exitCode).toBe(200);
    expect(read(cwd, "seen.yaml")).toBe(PLAIN);
    const [file = "", folder = ""] = read(cwd, "modes").trim().split("\n");
    expect(file).toMatch(/^600 .*\/a\.yaml$/);
    expect(folder).toMatch(/^700 /);
    expect(existsSync(folder.slice(4))).toBe(false);
  });

  test("that was not changed is left alone, exit 200", async () => {
    const cwd = makeDirectory();
    await writeEncrypted(cwd, { "a.yaml": PLAIN });
    const before = read(cwd, "a.yaml");
    const { exitCode, stderr } = await editWith("exit 0", ["edit", "a.yaml"], cwd);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 200,
      stderr: "File has not changed, exiting.\n",
    });
    expect(read(cwd, "a.yaml")).toBe(before);
  });

  test("raises the version that it claims", async () => {
    const cwd = makeDirectory();
    await writeEncrypted(cwd, { "a.yaml": PLAIN });
    writeFileSync(
      join(cwd, "a.yaml"),
      read(cwd, "a.yaml").replace("version: 3.13.2", "version: 3.7.1"),
    );
    await editWith(`echo 'more: x' >> "$1"`, ["edit", "a.yaml"], cwd);
    expect(read(cwd, "a.yaml")).toContain("version: 3.13.2");
  });

  test("in another type is edited as that type", async () => {
    const cwd = makeDirectory();
    await writeEncrypted(cwd, { "a.yaml": "a: b\n" });
    const script = `cp "$1" "${cwd}/seen"; sed -i 's/b/c/' "$1"`;
    const { exitCode } = await editWith(script, ["edit", "--output-type", "json", "a.yaml"], cwd);
    expect(exitCode).toBe(0);
    expect(read(cwd, "seen")).toBe('{\n\t"a": "b"\n}\n');
    expect(await decrypted("a.yaml", cwd, ["--input-type", "json", "--output-type", "json"])).toBe(
      '{\n\t"a": "c"\n}\n',
    );
  });
});

describe("a text that cannot be taken, without a terminal", () => {
  test.each([
    ["a syntax error", "a: ["],
    ["an empty file", ""],
    ["a reserved name", "sops: {}"],
  ])("%s: one refusal, the file stays, the text is kept encrypted", async (_, text) => {
    const cwd = makeDirectory();
    await writeEncrypted(cwd, { "a.yaml": PLAIN });
    const before = read(cwd, "a.yaml");
    const result = await editWith(
      `printf %s '${text}' > "$1"; echo run >> "${cwd}/runs"`,
      ["edit", "a.yaml"],
      cwd,
    );
    expect(result.exitCode).toBe(1);
    expect(read(cwd, "a.yaml")).toBe(before);
    expect(read(cwd, "runs")).toBe("run\n");
    const draft = readdirSync(cwd).find((name) => name.startsWith("a.yaml.draft-")) ?? "";
    expect(result.stderr).toContain(draft);
    expect(await decrypted(draft, cwd, ["--input-type", "binary", "--output-type", "binary"])).toBe(
      text,
    );
  });

  test("a value stored in clear against the rule", async () => {
    const cwd = makeDirectory();
    await writeEncrypted(cwd, { "a.yaml": "kind: x\ndata: y\n" }, [
      "--age",
      AGE_RECIPIENT,
      "--encrypted-regex",
      "^data$",
    ]);
    writeFileSync(join(cwd, ".sops.yaml"), `creation_rules:\n  - age: ${AGE_RECIPIENT}\n`);
    const { exitCode, stderr } = await editWith(
      `echo 'pw: hunter2' >> "$1"`,
      ["edit", "a.yaml"],
      cwd,
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain('["pw"] would be stored in clear');
    expect(stderr).not.toContain("hunter2");
  });
});

test("an edit that meets another change is kept, encrypted, beside the file", async () => {
  const cwd = makeDirectory();
  await writeEncrypted(cwd, { "a.yaml": PLAIN });
  const script = `echo '# by somebody else' >> "${cwd}/a.yaml"; sed -i 's/hunter2/mine/' "$1"`;
  const { exitCode, stderr } = await editWith(script, ["edit", "a.yaml"], cwd);
  expect(exitCode).toBe(3);
  const kept = readdirSync(cwd).find((name) => name.startsWith("a.yaml.edited-")) ?? "";
  expect(stderr).toContain(kept);
  expect(await decrypted(kept, cwd, ["--input-type", "yaml", "--output-type", "yaml"])).toContain(
    "mine",
  );
  expect(read(cwd, "a.yaml")).toContain("# by somebody else");
});

describe("a new file", () => {
  test.each(["new.yaml", "new.json", "new.env", "new.ini", "new.txt"])(
    "%s starts from a template of its type",
    async (name) => {
      const cwd = makeDirectory();
      const script = `cp "$1" "${cwd}/template"; printf '\\n' >> "$1"`;
      const { exitCode, stderr } = await editWith(
        script,
        ["edit", "--age", AGE_RECIPIENT, name],
        cwd,
      );
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      const template = read(cwd, "template");
      expect(template).toContain("Welcome!");
      expect(read(cwd, name)).not.toContain("Welcome! Replace");
      expect(await decrypted(name, cwd)).toBe(`${template}\n`);
    },
  );

  test("is not made when nothing was changed", async () => {
    const cwd = makeDirectory();
    const { exitCode } = await editWith(
      "exit 0",
      ["edit", "--age", AGE_RECIPIENT, "new.yaml"],
      cwd,
    );
    expect(exitCode).toBe(200);
    expect(existsSync(join(cwd, "new.yaml"))).toBe(false);
  });

  test("without keys is refused before an editor opens", async () => {
    const cwd = makeDirectory();
    const { exitCode, stderr } = await editWith(`touch "${cwd}/opened"`, ["edit", "new.yaml"], cwd);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("config file not found, or has no creation rules");
    expect(existsSync(join(cwd, "opened"))).toBe(false);
  });

  test("whose data key cannot be wrapped ends with 128", async () => {
    const cwd = makeDirectory();
    writeFileSync(join(cwd, ".sops.yaml"), "creation_rules:\n  - path_regex: new\n");
    const { exitCode, stderr } = await editWith("exit 0", ["edit", "new.yaml"], cwd);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 128,
      stderr: "Could not generate data key: [empty key group provided]\n",
    });
  });
});

describe("--show-master-keys", () => {
  test("applies changed values and new recipients", async () => {
    const cwd = makeDirectory();
    await writeEncrypted(cwd, { "a.yaml": "a: b\n" });
    const script = [
      `sed -i 's/^a: b/a: c/' "$1"`,
      `sed -i "s/^    age:/    age:\\n        - recipient: ${AGE_RECIPIENT_2}\\n          enc: ''/" "$1"`,
    ].join("\n");
    const { exitCode, stderr } = await editWith(script, ["edit", "-s", "a.yaml"], cwd);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const second = await runWithKeys(["decrypt", "a.yaml"], cwd, { identities: "age2.txt" });
    expect({ exitCode: second.exitCode, text: second.stdout.toString() }).toEqual({
      exitCode: 0,
      text: "a: c\n",
    });
  });
});

describe.skipIf(isMissing("sops"))("a file made by the real sops", () => {
  test("keeps its untouched lines and goes on opening there", async () => {
    const cwd = makeDirectory();
    const env = { HOME: cwd, SOPS_AGE_KEY_FILE: join(VECTOR_KEYS_DIR, "age.txt") };
    writeFileSync(join(cwd, "plain.yaml"), PLAIN);
    const own = await runRealSops(["encrypt", "--age", AGE_RECIPIENT, "plain.yaml"], { cwd, env });
    writeFileSync(join(cwd, "a.yaml"), own.stdout);
    const { exitCode, stderr } = await editWith(
      `sed -i 's/hunter2/other/' "$1"`,
      ["edit", "a.yaml"],
      cwd,
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const { removed } = changedLines(own.stdout.toString(), read(cwd, "a.yaml"));
    expect(removed.filter((line) => line.includes("type:") && !line.includes("mac"))).toHaveLength(
      1,
    );
    const theirs = await runRealSops(["decrypt", "a.yaml"], { cwd, env });
    expect(theirs.stdout.toString()).toContain("pw: other");
    expect(readFileSync(join(cwd, "a.yaml"), "utf8")).not.toContain("leafseal_layout");
  });
});
