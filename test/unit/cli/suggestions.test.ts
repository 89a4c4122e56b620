import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { runCli } from "../../support/cli.js";
import { temporaryDirectories } from "../../support/directory.js";
import { AGE_RECIPIENT } from "../../support/vectors.js";

const makeDirectory = temporaryDirectories();

async function scene(): Promise<string> {
  const cwd = makeDirectory();
  writeFileSync(
    join(cwd, "a.yaml"),
    'db:\n  # who\n  user: root\n  "pass\'word": x\n  "no[way": x\nhosts: [a, {b: c}]\n',
  );
  writeFileSync(join(cwd, "b c.json"), '{"k": {"deep": 1}}');
  for (const file of ["a.yaml", "b c.json"]) {
    const args = ["encrypt", "-i", "--age", AGE_RECIPIENT, file];
    expect((await runCli(args, { cwd })).exitCode).toBe(0);
  }
  return cwd;
}

/** No key is at hand: nothing is set in the environment. */
async function suggest(
  cwd: string,
  words: readonly string[],
  shell = "zsh",
): Promise<readonly string[]> {
  const { exitCode, stdout, stderr } = await runCli([...words, `--generate-completion=${shell}`], {
    cwd,
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const [kind = "", ...lines] = stdout.toString("utf8").split("\n").slice(0, -1);
  return [kind, ...lines.map((line) => line.replace(/\t.*$/, ""))];
}

describe("key paths, without a key", () => {
  test.each<[string[], string[]]>([
    [
      ["set", "a.yaml", ""],
      ['["db"]', '["hosts"]'],
    ],
    [["set", "a.yaml", '["d'], ['["db"]']],
    [
      ["set", "--idempotent", "a.yaml", '["db"]'],
      ['["db"]["user"]', `["db"]["pass'word"]`],
    ],
    [["unset", "a.yaml", '["db"]["u'], ['["db"]["user"]']],
    [
      ["unset", "a.yaml", '["hosts"]'],
      ['["hosts"][0]', '["hosts"][1]'],
    ],
    [["unset", "a.yaml", '["hosts"][1]['], ['["hosts"][1]["b"]']],
    [["set", "a.yaml", '["db"]["user"]'], ['["db"]["user"]']],
    [["decrypt", "a.yaml", "--extract", '["h'], ['["hosts"]']],
    [["unset", "'b c.json'", `'["k"]["`], ['["k"]["deep"]']],
    [["unset", "b\\ c.json", '"[\\"k'], ['["k"]']],
    [["set", "a.yaml", "nonsense"], []],
    [["set", "missing.yaml", ""], []],
    [["set", "--input-type", "json", "a.yaml", '["d'], ['["db"]']],
  ])("%j", async (words, expected) => {
    expect(await suggest(await scene(), words)).toEqual(["words", ...expected]);
  });

  test("each shell gets them as it needs them", async () => {
    const cwd = await scene();
    expect(await suggest(cwd, ["set", "a.yaml", ""], "bash")).toContain(`'["db"]'`);
    expect(await suggest(cwd, ["set", "a.yaml", `'["d`], "bash")).toContain('["db"]');
    expect(await suggest(cwd, ["set", "a.yaml", `"['d`], "bash")).toEqual(["words"]);
    expect(await suggest(cwd, ["set", "a.yaml", '["db"]'], "bash")).toContain(
      String.raw`'["db"]["pass'\''word"]'`,
    );
    expect(await suggest(cwd, ["set", "a.yaml", '["db"]'], "powershell")).toContain(
      `'["db"]["pass''word"]'`,
    );
  });
});

describe("words", () => {
  test.each<[string[], string[]]>([
    [["upd"], ["updatekeys"]],
    [
      ["groups", ""],
      ["add", "delete"],
    ],
    [
      ["completion", ""],
      ["bash", "zsh", "fish", "powershell"],
    ],
    [["help", "unse"], ["unset"]],
    [["decrypt", "--str"], ["--stream"]],
    [
      ["groups", "add", "--hc"],
      ["--hckms", "--hc-vault-transit"],
    ],
    [["decrypt", "--input-type", "j"], ["json"]],
    [
      ["--layout", ""],
      ["source", "sops"],
    ],
  ])("%j", async (words, expected) => {
    expect(await suggest(makeDirectory(), words)).toEqual(["words", ...expected]);
  });

  test.each<[string[]]>([
    [["decrypt", ""]],
    [["set", ""]],
    [["set", "a", '["b"]', ""]],
    [["decrypt", "--output", ""]],
    [["decrypt", "--", "--str"]],
    [["-d", "x", ""]],
  ])("%j: files", async (words) => {
    expect(await suggest(makeDirectory(), words)).toEqual(["files"]);
  });
});

describe("scripts", () => {
  test.each(["bash", "zsh", "fish", "powershell"])("completion %s", async (shell) => {
    const { exitCode, stdout } = await runCli(["completion", shell], { cwd: "/" });
    expect(exitCode).toBe(0);
    expect(stdout.toString()).toContain(`--generate-completion=${shell}`);
    expect(stdout.toString()).not.toContain("undefined");
    for (const name of ["leafseal", "sops"]) expect(stdout.toString()).toContain(name);
  });

  test("completion alone is help, of another shell 3", async () => {
    expect(await runCli(["completion"], { cwd: "/" })).toMatchObject({ exitCode: 0, stderr: "" });
    const other = await runCli(["completion", "tcsh"], { cwd: "/" });
    expect(other).toMatchObject({ exitCode: 3, stderr: "No help topic for 'tcsh'\n" });
  });

  /** The program is a stand-in that writes down its arguments, so that only the script is judged. */
  function complete(answer: string, words: readonly string[]): { reply: string[]; asked: string } {
    const folder = makeDirectory();
    mkdirSync(join(folder, "bin"));
    const program = `#!/bin/bash\nprintf '<%s>' "$@" > ${folder}/asked\nprintf '%b' '${answer}'\n`;
    writeFileSync(join(folder, "bin/sops"), program, { mode: 0o755 });
    const script = `
      source <(cat) || exit 1
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
      _leafseal_complete sops
      printf '%s\\n' "\${COMPREPLY[@]}" "--"; cat ${folder}/asked; complete -p leafseal sops >&2`;
    const { stdout, stderr } = spawnSync("/bin/bash", ["-c", script, "bash", ...words], {
      encoding: "utf8",
      input: bashScript,
      env: { PATH: `${join(folder, "bin")}:/usr/bin:/bin` },
    });
    expect(
      stderr.split("\n").filter((line) => line.includes("-F _leafseal_complete")),
    ).toHaveLength(2);
    const [reply = "", asked = ""] = stdout.split("--\n");
    return { reply: reply.split("\n").slice(0, -1), asked };
  }
  let bashScript = "";

  test("bash asks with the words up to the cursor, and takes the candidates", async () => {
    bashScript = (await runCli(["completion", "bash"], { cwd: "/" })).stdout.toString();
    const answer = String.raw`words\nset\tset one value\n\047["a b"]\047\t\n`;
    const { reply, asked } = complete(answer, ["sops", "set", "a b.yaml", ""]);
    expect(reply).toEqual(["set", `'["a b"]'`]);
    expect(asked).toBe("<set><a b.yaml><><--generate-completion=bash>");
    expect(complete(String.raw`files\n`, ["sops", "decrypt", "a"]).reply).toEqual([]);
    expect(complete("", ["sops", "decrypt", "a"]).reply).toEqual([]);
  });
});
