/** security.md C1-C6, M2: what somebody without the data key can do to a file, and what every verb says to it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";

import { ATTACKS, type AttackScene, attacksOn } from "../support/attacks.js";
import { runCli } from "../support/cli.js";
import { temporaryDirectories } from "../support/directory.js";
import {
  EXTENSIONS,
  type Extension,
  IDENTITY_ENV,
  LAYOUTS,
  open,
  seal,
  tryOpen,
  withoutKeyCost,
  type LayoutName,
} from "../support/sealing.js";
import { AGE_RECIPIENT, AGE_RECIPIENT_2 } from "../support/vectors.js";

withoutKeyCost();
const makeDirectory = temporaryDirectories();

const PLAIN: Readonly<Record<Extension, string>> = {
  yaml: "one: first\ntwo: second\nlist:\n- l1\n- l2\n- l3\nmap: {deep: third}\nnote_clear: hello\n",
  json: '{\n"one": "first",\n"two": "second",\n"list": [\n"l1",\n"l2",\n"l3"\n],\n"map": {"deep": "third"},\n"note_clear": "hello"}\n',
  env: "one=first\ntwo=second\nnote_clear=hello\n",
  ini: "[s]\none=first\ntwo=second\nnote_clear=hello\n",
  bin: "first",
};

const SETTINGS = { args: ["--unencrypted-suffix", "_clear"] };
const THEN = new Date("2026-11-20T10:00:00Z");
const NOW = new Date("2026-11-24T10:00:00Z");

async function older(sealed: Buffer, extension: Extension): Promise<[Buffer, Buffer]> {
  const cwd = makeDirectory();
  const name = `f.${extension}`;
  writeFileSync(join(cwd, name), sealed);
  const path = { ini: '["s"]["one"]', bin: '["data"]' }[extension as string] ?? '["one"]';
  const { exitCode, stderr } = await runCli(["set", name, path, '"newer"'], {
    cwd,
    env: IDENTITY_ENV,
    now: NOW,
  });
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  return [sealed, readFileSync(join(cwd, name))];
}

async function makeScene(extension: Extension, layout: LayoutName): Promise<AttackScene> {
  const options = { ...SETTINGS, layout, now: THEN };
  const first = await seal(PLAIN[extension], extension, options);
  const [before, now] = await older(first, extension);
  const stranger = await seal(PLAIN[extension], extension, { ...options, now: NOW });
  return {
    sealed: now.toString("utf8"),
    older: before.toString("utf8"),
    stranger: stranger.toString("utf8"),
  };
}

const DIGEST = /[0-9A-Fa-f]{64}/;

describe.each(LAYOUTS)("layout %s", (layout) => {
  const scenes = new Map<Extension, AttackScene>();
  beforeAll(async () => {
    for (const extension of EXTENSIONS) scenes.set(extension, await makeScene(extension, layout));
  });

  function sceneOf(extension: Extension): AttackScene {
    const scene = scenes.get(extension);
    if (scene === undefined) throw new Error("no scene");
    return scene;
  }

  test.each(EXTENSIONS)("the untouched %s file opens", async (extension) => {
    const plain = (await open(sceneOf(extension).sealed, extension)).toString();
    expect(plain).toContain("newer");
  });

  const cases = EXTENSIONS.flatMap((extension) =>
    attacksOn(extension).map((attack) => ({ extension, attack, name: attack.name })),
  );
  test.each(cases)("$extension: $name", async ({ extension, attack }) => {
    const { exitCode, stdout, stderr } = await tryOpen(
      attack.edit(sceneOf(extension), extension),
      extension,
    );
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: attack.exit, stdout: "" });
    expect(stderr).not.toMatch(DIGEST);
    expect(stderr).not.toMatch(/INTERNAL|first|second|newer|hello|evil/);
  });

  const VERBS: Readonly<Record<string, readonly string[]>> = {
    "decrypt -i": ["decrypt", "-i", "f.yaml"],
    "decrypt --extract": ["decrypt", "--extract", '["two"]', "f.yaml"],
    set: ["set", "f.yaml", '["new"]', '"x"'],
    unset: ["unset", "f.yaml", '["two"]'],
    rotate: ["rotate", "-i", "f.yaml"],
    updatekeys: ["updatekeys", "--yes", "f.yaml"],
    "updatekeys --rotate": ["updatekeys", "--yes", "--rotate", "f.yaml"],
    "groups add": ["groups", "add", "-i", "-f", "f.yaml", "--age", AGE_RECIPIENT_2],
  };
  test.each(Object.entries(VERBS))(
    "%s refuses all of them and leaves the file",
    async (_, args) => {
      for (const attack of attacksOn("yaml")) {
        const cwd = makeDirectory();
        const file = join(cwd, "f.yaml");
        const text = attack.edit(sceneOf("yaml"), "yaml");
        writeFileSync(file, text);
        writeFileSync(
          join(cwd, ".sops.yaml"),
          `creation_rules:\n  - age: ${AGE_RECIPIENT},${AGE_RECIPIENT_2}\n    unencrypted_suffix: _clear\n`,
        );
        const { exitCode, stdout, stderr } = await runCli(args, { cwd, env: IDENTITY_ENV });
        expect(exitCode, `${attack.name}: ${stdout.toString()}`).toBe(attack.exit);
        expect(readFileSync(file, "utf8"), attack.name).toBe(text);
        expect(stderr, attack.name).not.toMatch(DIGEST);
      }
    },
  );

  test("filestatus needs no key and does not fail for values", async () => {
    const cwd = makeDirectory();
    mkdirSync(join(cwd, "d"));
    for (const attack of ATTACKS.filter(({ exit }) => exit === 25).slice(0, 3)) {
      writeFileSync(join(cwd, "f.yaml"), attack.edit(sceneOf("yaml"), "yaml"));
      const { stdout, exitCode } = await runCli(["filestatus", "f.yaml"], { cwd });
      expect([exitCode, stdout.toString()]).toEqual([0, '{"encrypted":true}\n']);
    }
  });
});
