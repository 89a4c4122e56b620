/** security.md §3: the editor and its private copy, in processes of their own. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";

import { beforeAll, describe, expect, test } from "vitest";

import { ensureBuilt, PROJECT_ROOT } from "../support/built.js";
import { temporaryDirectories } from "../support/directory.js";
import { ENDING_SIGNALS, runSignalled, type SignalledResult } from "../support/signalled.js";

const makeDirectory = temporaryDirectories();

beforeAll(ensureBuilt);

interface Scene {
  readonly work: string;
  readonly temp: string;
  readonly home: string;
  /** A program that edits the text given to `edit` below. */
  readonly program: string;
}

interface Ending {
  readonly text?: string;
  readonly code?: string;
  readonly exitCode?: number;
  readonly message?: string;
  readonly warnings: readonly string[];
}

const from = (path: string): string => JSON.stringify(join(PROJECT_ROOT, "dist", path));

function makeScene(baseName: string, text: string): Scene {
  const work = makeDirectory();
  const [temp, home] = ["temp", "home"].map((name) => join(work, name)) as [string, string];
  mkdirSync(temp);
  mkdirSync(home);
  const program = join(work, "edit.mjs");
  writeFileSync(
    program,
    `import { writeFileSync } from "node:fs";
    const { createNodeRuntime, installLastResort } = await import(${from("support/node-runtime.js")});
    const { openEditSession } = await import(${from("operations/editor/session.js")});
    installLastResort();
    process.umask(0);
    const warnings = [];
    const file = { baseName: ${JSON.stringify(baseName)}, text: Buffer.from(${JSON.stringify(text)}) };
    const edited = async () => {
      const session = await openEditSession(createNodeRuntime(), file, { warn: (text) => warnings.push(text) });
      try {
        return await session.run();
      } finally {
        session.close();
      }
    };
    const ending = await edited().then(
      (bytes) => ({ text: Buffer.from(bytes).toString("utf8") }),
      ({ code, exitCode, message }) => ({ code, exitCode, message }),
    );
    writeFileSync(${JSON.stringify(join(work, "ending.json"))}, JSON.stringify({ ...ending, warnings }));`,
  );
  return { work, temp, home, program };
}

interface Outcome extends Ending {
  readonly run: SignalledResult;
}

/** Runs a shell script as the editor; `$1` is the copy. */
async function edit(
  scene: Scene,
  script: string,
  options: {
    readonly env?: Record<string, string>;
    readonly signals?: readonly NodeJS.Signals[];
  } = {},
): Promise<Outcome> {
  const editor = join(scene.work, "editor with blank.sh");
  writeFileSync(editor, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const run = await runSignalled([scene.program], {
    cwd: scene.work,
    env: {
      TMPDIR: scene.temp,
      HOME: scene.home,
      WORK: scene.work,
      EDITOR: `'${editor}'`,
      ...options.env,
    },
    signals: options.signals ?? [],
  });
  const ending = join(scene.work, "ending.json");
  return existsSync(ending)
    ? { ...(JSON.parse(readFileSync(ending, "utf8")) as Ending), run }
    : { warnings: [], run };
}

test("the editor gets a private copy under the file's name", async () => {
  const scene = makeScene("a.yaml", "a: b\n");
  const script = `printf 'c: d\\n' >> "$1"; echo "$#|$(basename "$1")|$(stat -c %a "$1")|$(stat -c %a "$(dirname "$1")")|$(dirname "$(dirname "$1")")"`;
  const { text, run } = await edit(scene, script);
  expect(text).toBe("a: b\nc: d\n");
  expect(run.stdout).toBe(`1|a.yaml|600|700|${scene.temp}\n`);
  expect(readdirSync(scene.temp)).toEqual([]);
});

test("where the user has a private directory in memory, the copy is there", async () => {
  const scene = makeScene("a.yaml", "a: b\n");
  const memory = join(scene.work, "memory");
  mkdirSync(memory, { mode: 0o700 });
  const env = { XDG_RUNTIME_DIR: memory };
  const script = `dirname "$(dirname "$1")"`;
  expect((await edit(scene, script, { env })).run.stdout).toBe(`${memory}\n`);
  expect(readdirSync(memory)).toEqual([]);
  spawnSync("chmod", ["755", memory]);
  expect((await edit(scene, script, { env })).run.stdout).toBe(`${scene.temp}\n`);
});

test.each([
  "$(touch bad).yaml",
  ";touch bad;.yaml",
  "q'uote\".yaml",
  "a b.yaml",
  "-x.yaml",
  "é.yaml",
])("a file named %s is one argument and runs nothing", async (name) => {
  const scene = makeScene(name, "a: b\n");
  const { run, text } = await edit(scene, `echo "$#"; basename -- "$1"`);
  expect([text, run.stdout]).toEqual(["a: b\n", `1\n${name}\n`]);
  expect(existsSync(join(scene.work, "bad"))).toBe(false);
});

test("private keys are not in the editor's environment, all else is", async () => {
  const scene = makeScene("a.yaml", "a: b\n");
  const env = { SOPS_AGE_KEY: "AGE-SECRET-KEY-1X", SOPS_AGE_KEY_FILE: "/x", MINE: "1" };
  const { run } = await edit(scene, `echo "$SOPS_AGE_KEY|$SOPS_AGE_KEY_FILE|$MINE"`, { env });
  expect(run.stdout).toBe("|/x|1\n");
});

describe("nothing is left", () => {
  test.each([
    [
      "after swap files, backups and a copy that was renamed over",
      `cp "$1" "$1~"; echo s > "$(dirname "$1")/.a.swp"; mkdir "$(dirname "$1")/d"; echo "e: f" > "$1.new"; mv "$1.new" "$1"`,
      { text: "e: f\n" },
    ],
    ["after no change", "true", { text: "a: b\n" }],
    [
      "after an editor that failed",
      'echo x >> "$1"; exit 3',
      { code: "EDITOR_FAILED", exitCode: 201, message: "Could not run editor: exit status 3" },
    ],
    [
      "after an editor that was killed",
      "kill -KILL $$",
      { code: "EDITOR_FAILED", exitCode: 201, message: "Could not run editor: signal: SIGKILL" },
    ],
    ["after a copy that was removed", 'rm "$1"', { code: "CANNOT_READ", exitCode: 2 }],
    [
      "after a copy that became a directory",
      'rm "$1"; mkdir "$1"',
      { code: "CANNOT_READ", exitCode: 2 },
    ],
  ])("%s", async (_, script, expected) => {
    const scene = makeScene("a.yaml", "a: b\n");
    const outcome = await edit(scene, script);
    expect(outcome).toMatchObject({ ...expected, warnings: [] });
    expect(readdirSync(scene.temp)).toEqual([]);
  });

  test("where there is no editor, and no copy either", async () => {
    const scene = makeScene("a.yaml", "a: b\n");
    const outcome = await edit(scene, "true", { env: { EDITOR: "/no/such/editor" } });
    expect(outcome).toMatchObject({ code: "EDITOR_FAILED", exitCode: 201 });
    const missing = await edit(scene, "true", { env: { EDITOR: "no-such-editor" } });
    expect(missing).toMatchObject({ code: "EDITOR_NOT_FOUND", exitCode: 201 });
    expect(readdirSync(scene.temp)).toEqual([]);
  });
});

const ORDERS = ENDING_SIGNALS.map(([signal]) => signal).filter(
  (signal) => signal !== "SIGINT" && signal !== "SIGQUIT",
);

describe.each(ORDERS)("%s to us", (signal) => {
  const canceled = { code: "EDIT_CANCELED", exitCode: 1, message: "User canceled operation" };

  test("ends the editor and the edit", async () => {
    const scene = makeScene("a.yaml", "a: b\n");
    const script = 'echo x >> "$1"; echo ready; sleep 600; echo "still there"';
    const outcome = await edit(scene, script, { signals: [signal] });
    expect(outcome).toMatchObject(canceled);
    expect(outcome.run.stdout).toBe("ready\n");
    expect(readdirSync(scene.temp)).toEqual([]);
  });

  test("ends an editor that does not obey, after a grace, and what it has started", async () => {
    const scene = makeScene("a.yaml", "a: b\n");
    const mark = `sleep 876.${Math.floor(Math.random() * 1e9)}`;
    const script = `trap '' TERM HUP USR1 USR2; ${mark} & echo ready; wait; wait; sleep 600`;
    expect(await edit(scene, script, { signals: [signal] })).toMatchObject(canceled);
    const { stdout } = spawnSync("ps", ["-A", "-o", "args="], { encoding: "utf8" });
    expect(stdout).not.toContain(mark);
    expect(readdirSync(scene.temp)).toEqual([]);
  });
});

describe.each(["SIGINT", "SIGQUIT"] as const)("%s to us", (signal) => {
  test("is the editor's business where it goes on", async () => {
    const scene = makeScene("a.yaml", "a: b\n");
    const script = `trap 'echo got' ${signal.slice(3)}; echo ready; n=0; while [ $n -lt 20 ]; do sleep 0.05; n=$((n+1)); done; test -e "$1" && echo "c: d" > "$1"`;
    const { text, run } = await edit(scene, script, { signals: [signal] });
    expect([text, run.stdout]).toEqual(["c: d\n", "ready\ngot\n"]);
    expect(readdirSync(scene.temp)).toEqual([]);
  });

  test("cancels the edit where the editor dies of it", async () => {
    const scene = makeScene("a.yaml", "a: b\n");
    const outcome = await edit(scene, "echo ready; sleep 600", { signals: [signal] });
    expect(outcome).toMatchObject({ code: "EDIT_CANCELED", exitCode: 1 });
    expect(readdirSync(scene.temp)).toEqual([]);
  });
});

describe.skipIf(!existsSync("/usr/bin/script") || process.platform !== "linux")(
  "at a terminal",
  () => {
    test("Ctrl-C is the editor's, and comes once", async () => {
      const scene = makeScene("a.yaml", "a: b\n");
      const editor = join(scene.work, "editor.sh");
      const body = `trap 'echo got' INT; echo ready; n=0; while [ $n -lt 20 ]; do sleep 0.05; n=$((n+1)); done; echo "c: d" > "$1"`;
      writeFileSync(editor, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
      const child = spawn(
        "/usr/bin/script",
        ["-qec", `${process.execPath} ${scene.program}`, "/dev/null"],
        {
          stdio: ["pipe", "pipe", "inherit"],
          env: { PATH: process.env["PATH"], TMPDIR: scene.temp, EDITOR: editor },
        },
      );
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => {
        if (!output.includes("ready") && chunk.includes("ready")) child.stdin.write("\u0003");
        output += chunk.toString("utf8");
      });
      await new Promise((resolve) => child.on("exit", resolve));
      expect(output.match(/got/g)).toHaveLength(1);
      const ending = JSON.parse(readFileSync(join(scene.work, "ending.json"), "utf8")) as Ending;
      expect(ending.text).toBe("c: d\n");
    });
  },
);

describe.skipIf(!existsSync("/usr/bin/vim"))("vim", () => {
  test("keeps neither yanked lines nor undo files nor copies in HOME", async () => {
    const scene = makeScene("a.yaml", "password: hunter2secret\n");
    writeFileSync(
      join(scene.home, ".vimrc"),
      `set nocompatible undofile backup undodir=${scene.home} backupdir=${scene.home} directory=${scene.home} viminfo='100,<50,n${scene.home}/.viminfo\n`,
    );
    const env = { EDITOR: `vim -u ${join(scene.home, ".vimrc")} -es +'normal yyp' +':wq'` };
    const { text } = await edit(scene, "", { env });
    expect(text).toBe("password: hunter2secret\npassword: hunter2secret\n");
    const kept = readdirSync(scene.home).filter(
      (name) =>
        statSync(join(scene.home, name)).isFile() &&
        readFileSync(join(scene.home, name), "latin1").includes("hunter2secret"),
    );
    expect(kept).toEqual([]);
    expect(readdirSync(scene.home)).toEqual([".vimrc"]);
    expect(readdirSync(scene.temp)).toEqual([]);
  });
});
