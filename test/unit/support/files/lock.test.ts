import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { withFileLock } from "../../../../src/support/files/lock.js";
import { compileFolder } from "../../../support/compiled.js";
import { temporaryDirectories } from "../../../support/directory.js";
import { createTestRuntime } from "../../../support/runtime.js";

const makeDirectory = temporaryDirectories();
const compiled = compileFolder("support");
const DEAD_PROCESS = 2 ** 22 + 5;

function scene() {
  const root = makeDirectory();
  const state = join(root, "run");
  mkdirSync(state);
  const file = join(root, "file.yaml");
  writeFileSync(file, "0");
  const warnings: string[] = [];
  const options = { warn: (text: string) => warnings.push(text) };
  const runtime = createTestRuntime({
    cwd: root,
    env: { XDG_RUNTIME_DIR: state },
    userId: process.getuid?.() ?? null,
  });
  const locks = join(state, `leafseal-${String(runtime.userId)}`, "locks");
  return { root, state, file, warnings, options, runtime, locks };
}

async function lockName({
  runtime,
  file,
  options,
  locks,
}: ReturnType<typeof scene>): Promise<string> {
  return withFileLock(runtime, file, options, () => Promise.resolve(readdirSync(locks)[0] ?? ""));
}

describe("a lock", () => {
  test("is outside the work tree, private, and gone afterwards", async () => {
    const { root, file, runtime, options, locks } = scene();
    await withFileLock(runtime, file, options, async () => {
      expect(readdirSync(root).toSorted()).toEqual(["file.yaml", "run"]);
      expect(readdirSync(locks)).toHaveLength(1);
      expect(statSync(locks).mode & 0o777).toBe(0o700);
      expect(statSync(join(locks, readdirSync(locks)[0] ?? "")).mode & 0o777).toBe(0o600);
      expect(runtime.pendingCleanUps()).toBe(1);
      return Promise.resolve();
    });
    expect(readdirSync(locks)).toEqual([]);
    expect(runtime.pendingCleanUps()).toBe(0);
  });

  test("is gone after a failure, and after a signal", async () => {
    const { file, runtime, options, locks } = scene();
    const failing = withFileLock(runtime, file, options, () => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrowError("no");
    expect(readdirSync(locks)).toEqual([]);
    await withFileLock(runtime, file, options, () => {
      runtime.raiseSignal();
      expect(readdirSync(locks)).toEqual([]);
      return Promise.resolve();
    });
  });

  test("is one for all names of a file", async () => {
    const { root, file, runtime, options, locks } = scene();
    symlinkSync("file.yaml", join(root, "link"));
    const seen = new Set<string>();
    for (const name of [file, "file.yaml", "./link", join(root, "run", "..", "link")]) {
      await withFileLock(runtime, name, options, () => {
        seen.add(readdirSync(locks).join());
        return Promise.resolve();
      });
    }
    expect(seen.size).toBe(1);
  });

  test("keeps others out, in one process too", async () => {
    const { file, runtime, options } = scene();
    let running = 0;
    const work = async (): Promise<void> => {
      running += 1;
      expect(running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 3));
      running -= 1;
    };
    await Promise.all(Array.from({ length: 8 }, () => withFileLock(runtime, file, options, work)));
  });

  test("waits no longer than allowed, and names the owner", async () => {
    const { file, runtime, options } = scene();
    await withFileLock(runtime, file, options, async () => {
      const second = withFileLock(runtime, file, { ...options, timeoutMs: 30 }, () =>
        Promise.resolve(),
      );
      await expect(second).rejects.toThrowError(
        expect.objectContaining({
          exitCode: 3,
          message: `${file} is being changed by process ${process.pid}`,
        }),
      );
    });
  });
});

describe("a lock of a dead owner is free (W10)", () => {
  test.each([
    ["dead process", (text: string) => text.replace(/^\d+/, String(DEAD_PROCESS)), 0],
    ["process id used again", (text: string) => text.replace(/^(\d+ \d+)/, "$19"), 0],
    [
      "old lock of another system",
      (text: string) => text.replace(/[0-9a-f]+(?=\n)/, "abcdef12"),
      300,
    ],
    ["old and never signed", () => "", 300],
  ])("%s", async (_, change, age) => {
    const s = scene();
    const name = await lockName(s);
    let text = "";
    await withFileLock(s.runtime, s.file, s.options, () => {
      text = readFileSync(join(s.locks, name), "utf8");
      return Promise.resolve();
    });
    writeFileSync(join(s.locks, name), change(text));
    const then = Date.now() / 1000 - age;
    utimesSync(join(s.locks, name), then, then);
    await withFileLock(s.runtime, s.file, { ...s.options, timeoutMs: 50 }, () => Promise.resolve());
    expect(readdirSync(s.locks)).toEqual([]);
  });

  test.each([
    ["living process", (text: string) => text],
    ["new lock of another system", (text: string) => text.replace(/[0-9a-f]+(?=\n)/, "abcdef12")],
    ["not signed yet", () => ""],
  ])("but not: %s", async (_, change) => {
    const s = scene();
    const name = await lockName(s);
    let text = "";
    await withFileLock(s.runtime, s.file, s.options, () => {
      text = readFileSync(join(s.locks, name), "utf8");
      return Promise.resolve();
    });
    writeFileSync(join(s.locks, name), change(text));
    const late = withFileLock(s.runtime, s.file, { ...s.options, timeoutMs: 50 }, () =>
      Promise.resolve(),
    );
    await expect(late).rejects.toThrowError("is being changed by");
  });

  test("after SIGKILL, at once", async () => {
    const { root, state, file, runtime, options } = scene();
    const body = `
      const { createNodeRuntime } = await import(${JSON.stringify(join(compiled, "support/node-runtime.js"))});
      const { withFileLock } = await import(${JSON.stringify(join(compiled, "support/files/lock.js"))});
      await withFileLock(createNodeRuntime(), ${JSON.stringify(file)}, { warn() {} }, async () => {
        process.kill(process.pid, "SIGKILL");
        await new Promise((resolve) => setTimeout(resolve, 9999));
      });`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", body], {
      cwd: root,
      env: { XDG_RUNTIME_DIR: state },
    });
    const signal = await new Promise((resolve) => child.on("close", (_, name) => resolve(name)));
    expect(signal).toBe("SIGKILL");
    let isDone = false;
    await withFileLock(runtime, file, { ...options, timeoutMs: 50 }, () => {
      isDone = true;
      return Promise.resolve();
    });
    expect(isDone).toBe(true);
  });
});

test("many processes that add to one file lose nothing", async () => {
  const { root, state, file } = scene();
  const body = `
    const fs = await import("node:fs");
    const { createNodeRuntime } = await import(${JSON.stringify(join(compiled, "support/node-runtime.js"))});
    const { withFileLock } = await import(${JSON.stringify(join(compiled, "support/files/lock.js"))});
    const { replaceFile } = await import(${JSON.stringify(join(compiled, "support/files/replace-file.js"))});
    const runtime = createNodeRuntime();
    for (let n = 0; n < 5; n += 1) {
      await withFileLock(runtime, ${JSON.stringify(file)}, { warn() {} }, async () => {
        const number = Number(fs.readFileSync(${JSON.stringify(file)}, "utf8"));
        await replaceFile(runtime, ${JSON.stringify(file)}, Buffer.from(String(number + 1)), { isClear: false, warn() {} });
      });
    }`;
  const children = Array.from({ length: 6 }, () =>
    spawn(process.execPath, ["--input-type=module", "-e", body], {
      cwd: root,
      env: { XDG_RUNTIME_DIR: state, PATH: process.env["PATH"] },
      stdio: "inherit",
    }),
  );
  const codes = await Promise.all(
    children.map((child) => new Promise((resolve) => child.on("close", resolve))),
  );
  expect(codes).toEqual([0, 0, 0, 0, 0, 0]);
  expect(readFileSync(file, "utf8")).toBe("30");
});

describe("where no lock can be made the work is done, and it is said", () => {
  test.each([
    ["the directory is somebody else's", { userId: 54_321 }],
    [
      "nothing can be created",
      {
        fs: {
          mkdirSync: () => {
            throw Object.assign(new Error("EROFS: x"), { code: "EROFS" });
          },
        },
      },
    ],
  ])("%s", async (_, extra) => {
    const { root, state, file } = scene();
    if ("userId" in extra) {
      mkdirSync(join(state, `leafseal-${String(extra.userId)}`), { mode: 0o700 });
    }
    const runtime = createTestRuntime({ cwd: root, env: { XDG_RUNTIME_DIR: state }, ...extra });
    const warnings: string[] = [];
    const result = await withFileLock(runtime, file, { warn: (text) => warnings.push(text) }, () =>
      Promise.resolve("done"),
    );
    expect(result).toBe("done");
    expect(warnings).toEqual([expect.stringContaining("no lock for")]);
  });

  test.each(["open to others", "a link"])("the directory is %s", async (kind) => {
    const { root, state, file, options, warnings, runtime } = scene();
    const own = join(state, `leafseal-${String(runtime.userId)}`);
    if (kind === "a link") {
      mkdirSync(join(root, "elsewhere"), { mode: 0o700 });
      symlinkSync(join(root, "elsewhere"), own);
    } else {
      mkdirSync(own);
      chmodSync(own, 0o777);
    }
    await withFileLock(runtime, file, options, () => Promise.resolve());
    expect(warnings).toHaveLength(1);
    expect(existsSync(join(root, "elsewhere", "locks"))).toBe(false);
  });
});
