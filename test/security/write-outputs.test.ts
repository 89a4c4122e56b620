/** security.md W12: files that `--output` names. */
import { readdirSync, readFileSync, readlinkSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { createOutput } from "../../src/support/files/create-output.js";
import { NEW, writeScenes } from "../support/write-scene.js";

const scene = writeScenes();

describe("outputs (W12)", () => {
  test.each([
    ["clear", true, 0o000, 0o600],
    ["clear, open umask", true, 0o022, 0o600],
    ["encrypted", false, 0o022, 0o644],
    ["encrypted, closed umask", false, 0o077, 0o600],
  ])("new, %s", async (_, isClear, umask, mode) => {
    const { work, runtime, options } = scene();
    const saved = process.umask(umask);
    try {
      await createOutput(runtime, "out.yaml", NEW, { ...options, isClear });
    } finally {
      process.umask(saved);
    }
    expect(readFileSync(join(work, "out.yaml"))).toEqual(NEW);
    expect(statSync(join(work, "out.yaml")).mode & 0o777).toBe(mode);
  });

  test("an existing one keeps its mode", async () => {
    const { file, runtime, options } = scene();
    await createOutput(runtime, file, NEW, { ...options, isClear: true });
    expect(readFileSync(file)).toEqual(NEW);
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  test("a dangling link makes the file that it names", async () => {
    const { work, runtime, options } = scene();
    symlinkSync("made.yaml", join(work, "link"));
    await createOutput(runtime, "link", NEW, options);
    expect(readlinkSync(join(work, "link"))).toBe("made.yaml");
    expect(readFileSync(join(work, "made.yaml"))).toEqual(NEW);
  });

  test("devices are written to, not replaced", async () => {
    const { runtime, options } = scene();
    await createOutput(runtime, "/dev/null", NEW, options);
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });

  test.each([
    ["a directory", ".", "it is a directory"],
    ["a missing directory", "no/such/file", "no such file or directory (ENOENT)"],
    ["below a file", "secret.yaml/file", "not a directory (ENOTDIR)"],
    ["/dev/full", "/dev/full", "no space left on device (ENOSPC)"],
  ])("%s is refused", async (_, path, reason) => {
    const { runtime, options } = scene();
    await expect(createOutput(runtime, path, NEW, options)).rejects.toThrowError(reason);
  });

  test("content that fails makes no file", async () => {
    const { work, runtime, options } = scene();
    function* pieces(): Iterable<Uint8Array> {
      yield NEW;
      throw new Error("bad");
    }
    await expect(createOutput(runtime, "out", pieces(), options)).rejects.toThrowError("bad");
    expect(readdirSync(work)).toEqual(["secret.yaml"]);
  });
});
