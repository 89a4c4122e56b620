/** security.md W7, W9: where a file cannot be replaced, and where it was changed meanwhile. */
import { linkSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { replaceFile } from "../../src/support/files/replace-file.js";
import { takeSnapshot } from "../../src/support/files/target.js";
import type { Fault } from "../support/faults.js";
import { NEW, OLD, recoveryFiles, SIBLING, writeScenes } from "../support/write-scene.js";

const scene = writeScenes();

describe("writing in place (W7)", () => {
  const blocked: [string, Fault][] = [
    ["the directory is not writable", { call: "openSync", code: "EACCES", path: SIBLING }],
    ["the directory is read-only", { call: "openSync", code: "EROFS", path: SIBLING }],
    ["the file is a mount point", { call: "renameSync", code: "EBUSY" }],
    ["the file is on another device", { call: "renameSync", code: "EXDEV" }],
  ];

  test.each(blocked)("%s", async (_, fault) => {
    const { file, work, state, runtime, options } = scene(fault);
    const { ino } = statSync(file);
    expect(await replaceFile(runtime, file, NEW, options)).toBe(true);
    expect(readFileSync(file)).toEqual(NEW);
    expect(statSync(file).ino).toBe(ino);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(work)).toEqual(["secret.yaml"]);
    expect(recoveryFiles(state)).toEqual([]);
  });

  test("other names of the file show the new content", async () => {
    const { file, work, runtime, options } = scene();
    linkSync(file, join(work, "other"));
    await replaceFile(runtime, file, NEW, options);
    expect(readFileSync(join(work, "other"))).toEqual(NEW);
    expect(statSync(file).nlink).toBe(2);
  });

  test.each([
    { call: "writeSync", code: "ENOSPC", path: /secret\.yaml$/, nth: 1 },
    { call: "writeSync", code: "EIO", path: /secret\.yaml$/, nth: 1, isShortFirst: true },
    { call: "ftruncateSync", code: "EIO", nth: 1 },
    { call: "fsyncSync", code: "EIO", path: /secret\.yaml$/, nth: 1 },
  ] as Fault[])("$call: $code puts the old bytes back", async (fault) => {
    const { file, state, runtime, options } = scene({ call: "renameSync", code: "EBUSY" }, fault);
    await expect(replaceFile(runtime, file, NEW, options)).rejects.toThrowError(
      expect.objectContaining({ code: "CANNOT_WRITE", exitCode: 3 }),
    );
    expect(readFileSync(file)).toEqual(OLD);
    expect(recoveryFiles(state)).toEqual([]);
  });

  test("where even that fails the recovery file is named, and is the new ciphertext", async () => {
    const { file, state, runtime, options } = scene(
      { call: "renameSync", code: "EBUSY" },
      { call: "fsyncSync", code: "EIO", path: /secret\.yaml$/ },
    );
    const failure = replaceFile(runtime, file, NEW, options);
    await expect(failure).rejects.toThrowError(/the new content is in .*recovery/);
    const [recovery = ""] = recoveryFiles(state);
    expect(readFileSync(join(state, recovery))).toEqual(NEW);
    expect(statSync(join(state, recovery)).mode & 0o777).toBe(0o600);
  });

  test("clear content never goes to a recovery file", async () => {
    const { file, state, runtime, options } = scene(
      { call: "renameSync", code: "EBUSY" },
      { call: "fsyncSync", code: "EIO", path: /secret\.yaml$/ },
    );
    const failure = replaceFile(runtime, file, NEW, { ...options, isClear: true });
    await expect(failure).rejects.toThrowError(/restore it from Git/);
    expect(recoveryFiles(state)).toEqual([]);
  });

  test("without a place for the recovery file it is said, and written", async () => {
    const { file, runtime, options, warnings } = scene(
      { call: "renameSync", code: "EBUSY" },
      { call: "mkdirSync", code: "EROFS" },
    );
    await replaceFile(runtime, file, NEW, options);
    expect(readFileSync(file)).toEqual(NEW);
    expect(warnings).toEqual([expect.stringContaining("no recovery copy")]);
  });
});

describe("a file that was changed meanwhile (W9)", () => {
  test.each([
    ["renamed into place", []],
    ["written in place", [{ call: "renameSync", code: "EBUSY" }]],
  ] as [string, Fault[]][])("is not written over when it would be %s", async (_, faults) => {
    const { file, work, runtime, options } = scene(...faults);
    const expected = takeSnapshot(runtime, file);
    writeFileSync(file, "somebody else's");
    expect(await replaceFile(runtime, file, NEW, { ...options, expected })).toBe(false);
    expect(readFileSync(file, "utf8")).toBe("somebody else's");
    expect(readdirSync(work)).toEqual(["secret.yaml"]);
  });

  test("a new time or a new file with the same bytes is no change", async () => {
    const { file, runtime, options } = scene();
    const expected = takeSnapshot(runtime, file);
    writeFileSync(file, OLD);
    expect(await replaceFile(runtime, file, NEW, { ...options, expected })).toBe(true);
  });

  test("a file that is gone is not made again", async () => {
    const { file, work, runtime, options } = scene();
    const expected = takeSnapshot(runtime, file);
    const other = join(work, "other.yaml");
    writeFileSync(other, OLD);
    const gone = { ...expected, path: join(work, "gone.yaml") };
    expect(await replaceFile(runtime, other, NEW, { ...options, expected: gone })).toBe(false);
    expect(readFileSync(other)).toEqual(OLD);
  });
});
