/** `exec-env` and `exec-file` with a machine that writes down what it is asked to do. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { main } from "../../../src/cli/main.js";
import type { ChildRequest, ExecRequest, UserIdentity } from "../../../src/support/runtime.js";
import { runCli } from "../../support/cli.js";
import { temporaryDirectories } from "../../support/directory.js";
import { createTestRuntime, type TestRuntimeOptions } from "../../support/runtime.js";
import { AGE_RECIPIENT, VECTOR_KEYS_DIR } from "../../support/vectors.js";

const makeDirectory = temporaryDirectories();
const KEY_FILE = join(VECTOR_KEYS_DIR, "age.txt");

interface Scene {
  readonly exitCode: number;
  readonly stderr: string;
  readonly children: readonly ChildRequest[];
  readonly detached: readonly ChildRequest[];
  readonly events: readonly string[];
  readonly work: string;
  readonly temp: string;
}

async function play(
  plain: Readonly<Record<string, string>>,
  args: readonly string[],
  options: TestRuntimeOptions & { onChild?: (request: ChildRequest) => void } = {},
): Promise<Scene> {
  const work = makeDirectory();
  const temp = join(work, "temp");
  mkdirSync(temp);
  for (const [name, text] of Object.entries(plain)) {
    writeFileSync(join(work, name), text);
    const encrypted = await runCli(["encrypt", "--age", AGE_RECIPIENT, name], { cwd: work });
    writeFileSync(join(work, name), encrypted.stdout);
  }
  const children: ChildRequest[] = [];
  const detached: ChildRequest[] = [];
  const events: string[] = [];
  const runtime = createTestRuntime({
    cwd: work,
    tempDirectory: temp,
    runChild(request) {
      events.push("run");
      children.push(request);
      options.onChild?.(request);
      return Promise.resolve({ status: 0, signal: null, passedSignals: [] });
    },
    startDetached(request) {
      events.push("start");
      detached.push(request);
      return Promise.resolve();
    },
    becomeUser({ name, userId, groupId }: UserIdentity) {
      events.push(`become ${name} ${userId} ${groupId}`);
    },
    ...options,
    env: { SOPS_AGE_KEY_FILE: KEY_FILE, MINE: "mine", ...options.env },
  });
  const exitCode = await main([...args], runtime);
  expect(runtime.stdoutText()).toBe("");
  expect(runtime.pendingCleanUps()).toBe(0);
  return { exitCode, stderr: runtime.stderrText(), children, detached, events, work, temp };
}

const PASSWD = new TextEncoder().encode("web:x:1234:567:Web,,,:/srv/web:/bin/sh\n");

function withUser(request: ExecRequest): ReturnType<ReturnType<typeof createTestRuntime>["exec"]> {
  const isAsked = request.command === "getent" && request.args.at(-1) === "web";
  return Promise.resolve({
    exitCode: isAsked ? 0 : 2,
    signal: null,
    stdout: isAsked ? PASSWD : new Uint8Array(),
    stderr: new Uint8Array(),
  });
}

describe("exec-env", () => {
  const files = { "a.yaml": "A: one\nMINE: theirs\nB: 2\n" };

  test("adds the values to the own environment, and wins", async () => {
    const { children, exitCode } = await play(files, ["exec-env", "a.yaml", "echo; true"]);
    expect(exitCode).toBe(0);
    expect(children).toEqual([
      {
        command: "/bin/sh",
        args: ["-c", "echo; true"],
        env: { SOPS_AGE_KEY_FILE: KEY_FILE, MINE: "theirs", A: "one", B: "2" },
      },
    ]);
  });

  test("--pristine gives nothing else, even where there is nothing", async () => {
    const { children } = await play(files, ["exec-env", "--pristine", "a.yaml", "true"]);
    expect(children[0]?.env).toEqual({ A: "one", MINE: "theirs", B: "2" });
    const empty = await play({ "e.yaml": "{}\n" }, ["exec-env", "--pristine", "e.yaml", "true"]);
    expect(empty.children[0]?.env).toEqual({});
  });

  test("--hide-key-variables keeps our keys to us", async () => {
    const { children } = await play(files, ["exec-env", "--hide-key-variables", "a.yaml", "true"], {
      env: { SOPS_AGE_KEY: readFileSync(KEY_FILE, "utf8"), SOPS_AGE_KEY_CMD: "" },
    });
    expect(Object.keys(children[0]?.env ?? {})).toEqual(["MINE", "A", "B"]);
  });

  test("--user comes after decrypting and before the command", async () => {
    const args = ["exec-env", "--user", "web", "a.yaml", "true"];
    const { events, children } = await play(files, args, { exec: withUser });
    expect(events).toEqual(["become web 1234 567", "run"]);
    expect(children[0]?.env).toMatchObject({ HOME: "/srv/web", USER: "web", LOGNAME: "web" });
    const unknown = await play(files, ["exec-env", "--user", "1234", "a.yaml", "true"], {
      exec: withUser,
    });
    expect([unknown.exitCode, unknown.events]).toEqual([1, []]);
    expect(unknown.stderr).toContain("user: unknown user 1234");
  });

  test("--user without the right to do so starts nothing", async () => {
    const { exitCode, events, stderr } = await play(
      files,
      ["exec-env", "--user", "web", "a.yaml", "true"],
      {
        exec: withUser,
        becomeUser() {
          throw Object.assign(new Error("EPERM: operation not permitted, setgid"), {
            code: "EPERM",
          });
        },
      },
    );
    expect([exitCode, events]).toEqual([1, []]);
    expect(stderr).toContain("cannot become user web: operation not permitted (EPERM)");
  });

  test("--background starts it and goes", async () => {
    const { detached, exitCode, stderr } = await play(files, [
      "exec-env",
      "--background",
      "a.yaml",
      "true",
    ]);
    expect(exitCode).toBe(0);
    expect(detached[0]?.args).toEqual(["-c", "true"]);
    expect(stderr).toContain("deprecated");
  });

  test("variables that steer loaders are told in one warning, or refused", async () => {
    const steering = { "s.yaml": "LD_PRELOAD: /tmp/evil.so\nPATH: /tmp/evil\nA: b\n" };
    const warned = await play(steering, ["exec-env", "s.yaml", "true"]);
    expect(warned.events).toEqual(["run"]);
    expect(warned.stderr.match(/level=warning/g)).toHaveLength(1);
    expect(warned.stderr).toMatch(/LD_PRELOAD, PATH"/);
    expect(warned.stderr).not.toContain("evil");
    const refused = await play(steering, ["exec-env", "--strict-variables", "s.yaml", "true"]);
    expect([refused.exitCode, refused.events]).toEqual([1, []]);
  });

  test("a wrong MAC runs nothing unless it is to be ignored", async () => {
    const work = makeDirectory();
    writeFileSync(join(work, "a.yaml"), "A: one\nB_unencrypted: two\n");
    const { stdout } = await runCli(["encrypt", "--age", AGE_RECIPIENT, "a.yaml"], { cwd: work });
    const tampered = stdout.toString("utf8").replace("two", "three");
    const refused = await playRaw("a.yaml", tampered, ["exec-env", "a.yaml", "true"]);
    expect([refused.exitCode, refused.commands]).toEqual([51, 0]);
    const args = ["exec-env", "--ignore-mac", "a.yaml", "true"];
    expect((await playRaw("a.yaml", tampered, args)).commands).toBe(1);
  });
});

async function playRaw(
  name: string,
  content: string,
  args: readonly string[],
): Promise<{ exitCode: number; commands: number }> {
  const work = makeDirectory();
  writeFileSync(join(work, name), content);
  let commands = 0;
  const runtime = createTestRuntime({
    cwd: work,
    env: { SOPS_AGE_KEY_FILE: KEY_FILE },
    runChild() {
      commands += 1;
      return Promise.resolve({ status: 0, signal: null, passedSignals: [] });
    },
  });
  return { exitCode: await main([...args], runtime), commands };
}

describe("exec-file", () => {
  const files = { "a.yaml": "a:\n  b: one # c\n" };

  test("offers a pipe of the user's own, whatever the umask, and removes it", async () => {
    let seen: string[] = [];
    const before = process.umask(0o022);
    const { temp, children } = await play(files, ["exec-file", "a.yaml", "cat {} {}"], {
      randomBytes(length) {
        // Asked right before the directory is made.
        process.umask(0o777);
        return new Uint8Array(length).fill(7);
      },
      onChild({ args }) {
        process.umask(before);
        const [, file = ""] = /^cat (\S+) \1$/.exec(args[1] ?? "") ?? [];
        const directory = join(file, "..");
        seen = [file, modeOf(file), modeOf(directory), String(statSync(file).isFIFO())];
      },
    });
    expect(seen).toEqual([
      expect.stringMatching(new RegExp(`^${temp}/\\.sops\\d{9}/tmp-file$`)),
      "600",
      "700",
      "true",
    ]);
    expect(existsSync(join(seen[0] ?? "", ".."))).toBe(false);
    expect(children[0]?.env).toEqual({ SOPS_AGE_KEY_FILE: KEY_FILE, MINE: "mine" });
  });

  test.each([
    [["--no-fifo"], /\/\.sops\d+\/tmp-file\d+$/],
    [["--no-fifo", "--filename", "x y.yaml"], /\/\.sops\d+\/x y\.yaml$/],
  ])("%j gives a private file", async (flags, name) => {
    let seen: string[] = [];
    await play(files, ["exec-file", ...flags, "a.yaml", "{}"], {
      onChild({ args }) {
        const file = args[1] ?? "";
        seen = [file, modeOf(file), modeOf(join(file, "..")), readFileSync(file, "utf8")];
      },
    });
    expect(seen).toEqual([expect.stringMatching(name), "600", "700", files["a.yaml"]]);
    expect(existsSync(seen[0] ?? "")).toBe(false);
  });

  test.each(["../x", "/etc/x", ".", "..", "a/b", "a/../../b", "a\0b"])(
    "the name %j is refused before anything is decrypted",
    async (name) => {
      const { exitCode, events, temp } = await play(
        files,
        ["exec-file", "--filename", name, "a.yaml", "cat {}"],
        { env: { SOPS_AGE_KEY_FILE: "/nowhere" } },
      );
      expect([exitCode, events]).toEqual([1, []]);
      expect(existsSync(join(temp, ".."))).toBe(true);
    },
  );

  test("without mkfifo a private file, and a note", async () => {
    let isFile = false;
    const { stderr } = await play(files, ["exec-file", "a.yaml", "{}"], {
      exec: () => Promise.reject(new Error("no such program")),
      onChild({ args }) {
        isFile = statSync(args[1] ?? "").isFile();
      },
    });
    expect(isFile).toBe(true);
    expect(stderr).toMatch(/level=warning msg="no named pipe can be made here/);
  });

  test("--background leaves the file to the shell, which removes it", async () => {
    const { detached, stderr, exitCode } = await play(files, [
      "exec-file",
      "--background",
      "a.yaml",
      "cat {}",
    ]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain("deprecated");
    const [, , , command, directory = ""] = detached[0]?.args ?? [];
    expect(command).toMatch(new RegExp(`^cat ${directory}/tmp-file\\d+$`));
    expect(modeOf(directory)).toBe("700");
  });

  test("a command that cannot be started leaves nothing", async () => {
    const { exitCode, stderr, temp } = await play(files, ["exec-file", "a.yaml", "cat {}"], {
      runChild: () => Promise.reject(new Error("/bin/sh: E2BIG")),
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("the command cannot be started: /bin/sh: E2BIG");
    expect(statSync(temp).nlink).toBe(2);
  });

  test("a temporary directory that cannot be written to is exit 3", async () => {
    const { exitCode, events } = await play(files, ["exec-file", "a.yaml", "cat {}"], {
      tempDirectory: "/nowhere/at/all",
    });
    expect([exitCode, events]).toEqual([3, []]);
  });
});

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

test.each([
  [["exec-env"]],
  [["exec-env", "a.yaml"]],
  [["exec-env", "a.yaml", "echo", "hi"]],
  [["exec-file", "a.yaml"]],
])("%j: exactly two arguments", async (args) => {
  const { exitCode, stderr } = await play({ "a.yaml": "a: b\n" }, args);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("a file and a command are needed");
});

test("flags may stand anywhere, and what follows the file may begin with a dash", async () => {
  const { children } = await play({ "a.yaml": "a: b\n" }, [
    "exec-env",
    "a.yaml",
    "--pristine",
    "-x",
  ]);
  expect(children[0]).toMatchObject({ args: ["-c", "-x"], env: { a: "b" } });
});

test("--same-process ends as the command does and says nothing", async () => {
  const files = { "a.yaml": "a: b\n" };
  const end = { status: 143, signal: "SIGTERM", passedSignals: [] };
  const options = { runChild: () => Promise.resolve(end) };
  const quiet = await play(files, ["exec-env", "--same-process", "a.yaml", "x"], options);
  expect([quiet.exitCode, quiet.stderr]).toEqual([143, ""]);
  const told = await play(files, ["exec-env", "a.yaml", "x"], options);
  expect([told.exitCode, told.stderr]).toEqual([143, "signal: terminated\n"]);
  const both = await play(files, ["exec-env", "--same-process", "--background", "a.yaml", "x"]);
  expect([both.exitCode, both.events]).toEqual([8, []]);
});
