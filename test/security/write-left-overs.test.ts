/** security.md W11: what killed runs leave is removed. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { replaceFile } from "../../src/support/files/replace-file.js";
import type { TestRuntime } from "../support/runtime.js";
import { NEW, OLD, SIBLING, type Scene, writeScenes } from "../support/write-scene.js";

const scene = writeScenes();

describe("left-overs of killed runs (W11)", () => {
  const DEAD_PROCESS = 2 ** 22 + 5;

  async function leaveSibling(s: Scene, processId: number, isForeign = false): Promise<string> {
    const before = new Set(readdirSync(s.work));
    const { fs } = s.runtime;
    const renameSync: typeof fs.renameSync = () => {
      throw new Error("killed");
    };
    const unlinkSync: typeof fs.unlinkSync = () => {};
    const readlinkSync = (() => "another namespace") as unknown as typeof fs.readlinkSync;
    const runtime: TestRuntime = {
      ...s.runtime,
      processId,
      fs: { ...fs, renameSync, unlinkSync, ...(isForeign ? { readlinkSync } : {}) },
    };
    await replaceFile(runtime, s.file, NEW, s.options).catch(() => {});
    const [left = ""] = readdirSync(s.work).filter((name) => !before.has(name));
    expect(left).toMatch(SIBLING);
    return left;
  }

  test("are removed by the next run of the same file", async () => {
    const s = scene();
    await leaveSibling(s, DEAD_PROCESS);
    await replaceFile(s.runtime, s.file, NEW, s.options);
    expect(readdirSync(s.work)).toEqual(["secret.yaml"]);
  });

  test("of another file, of a living process, of another system stay", async () => {
    const s = scene();
    const living = await leaveSibling(s, process.pid);
    const foreign = await leaveSibling(s, DEAD_PROCESS, true);
    writeFileSync(join(s.work, "b.yaml"), OLD);
    const other = await leaveSibling({ ...s, file: join(s.work, "b.yaml") }, DEAD_PROCESS);
    writeFileSync(join(s.work, ".leafseal-mine.tmp"), "");
    await replaceFile(s.runtime, s.file, NEW, s.options);
    expect(readdirSync(s.work).toSorted()).toEqual(
      [".leafseal-mine.tmp", "b.yaml", "secret.yaml", living, foreign, other].toSorted(),
    );
  });

  test("a process id that is used again does not protect them", async () => {
    const s = scene();
    const left = await leaveSibling(s, process.pid);
    const [, , pid, start, ...rest] = left.split("-");
    const older = [".leafseal", left.split("-")[1], pid, `${start}9`, ...rest].join("-");
    writeFileSync(join(s.work, older), "");
    await replaceFile(s.runtime, s.file, NEW, s.options);
    expect(readdirSync(s.work)).not.toContain(older);
    expect(readdirSync(s.work)).toContain(left);
  });

  test("a name of 255 bytes is no obstacle", async () => {
    const s = scene();
    const long = join(s.work, "x".repeat(255));
    writeFileSync(long, OLD);
    await replaceFile(s.runtime, long, NEW, s.options);
    expect(readFileSync(long)).toEqual(NEW);
  });
});
