/** security.md §2: a target is whole at any instant, whatever fails. */
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { replaceFile } from "../../src/support/files/replace-file.js";
import { assertWritable } from "../../src/support/files/target.js";
import type { Fault } from "../support/faults.js";
import { NEW, OLD, recoveryFiles, SIBLING, writeScenes } from "../support/write-scene.js";

const scene = writeScenes();

describe("replacing", () => {
  test("writes, flushes, sets the mode, renames, flushes the directory: in this order (W2)", async () => {
    const { file, runtime, calls, options, work } = scene();
    expect(await replaceFile(runtime, file, NEW, options)).toBe(true);
    expect(readFileSync(file)).toEqual(NEW);
    const steps = calls
      .filter((call) => /^(open|write|fsync|fchmod|rename|unlink)Sync/.test(call))
      .map((call) => call.replace(/ .*\.tmp$/, " sibling").replace(work, "dir"));
    expect(steps).toEqual([
      "openSync sibling",
      "writeSync sibling",
      "fsyncSync sibling",
      "fchmodSync sibling",
      "renameSync sibling",
      "openSync dir",
      "fsyncSync dir",
    ]);
    expect(runtime.pendingCleanUps()).toBe(0);
  });

  test("creates the sibling exclusively, for the user alone", async () => {
    const { file, runtime, options } = scene();
    const modes: unknown[] = [];
    const { openSync } = runtime.fs;
    const spy = ((path: string, flags: string, mode?: number) => {
      const descriptor = openSync(path, flags, mode);
      if (SIBLING.test(path)) {
        modes.push(flags, statSync(path).mode & 0o777);
      }
      return descriptor;
    }) as typeof openSync;
    await replaceFile({ ...runtime, fs: { ...runtime.fs, openSync: spy } }, file, NEW, options);
    expect(modes).toEqual(["wx", 0o600]);
  });

  test.each([0o600, 0o640, 0o664, 0o755, 0o444, 0o4755])("keeps mode %o (W5)", async (mode) => {
    const { file, runtime, options } = scene();
    chmodSync(file, mode);
    const umask = process.umask(0o077);
    try {
      await replaceFile(runtime, file, NEW, options);
    } finally {
      process.umask(umask);
    }
    expect(statSync(file).mode & 0o7777).toBe(mode);
  });

  test.skipIf(process.getuid?.() !== 0)("keeps owner and group where it may (W5)", async () => {
    const { file, runtime, options } = scene();
    chownSync(file, 12_345, 23_456);
    chmodSync(file, 0o6750);
    await replaceFile(runtime, file, NEW, options);
    const { uid, gid, mode } = statSync(file);
    expect([uid, gid, mode & 0o7777]).toEqual([12_345, 23_456, 0o6750]);
  });

  test("goes on where the owner cannot be kept", async () => {
    const { file, runtime, options } = scene({ call: "fchownSync", code: "EPERM" });
    await replaceFile(runtime, file, NEW, options);
    expect(readFileSync(file)).toEqual(NEW);
  });

  test("takes pieces, in constant memory", async () => {
    const { file, runtime, options } = scene();
    function* pieces(): Iterable<Uint8Array> {
      for (let count = 0; count < 100; count += 1) {
        yield new Uint8Array(10_000).fill(count);
      }
    }
    await replaceFile(runtime, file, pieces(), options);
    const written = readFileSync(file);
    expect(written.length).toBe(1_000_000);
    expect(written.every((byte, index) => byte === Math.floor(index / 10_000))).toBe(true);
  });

  test("content that fails while it is made leaves the file, with its own error", async () => {
    const { file, work, runtime, options } = scene();
    const failure = new TypeError("not my business");
    function* pieces(): Iterable<Uint8Array> {
      yield NEW;
      throw failure;
    }
    await expect(replaceFile(runtime, file, pieces(), options)).rejects.toBe(failure);
    expect(readFileSync(file)).toEqual(OLD);
    expect(readdirSync(work)).toEqual(["secret.yaml"]);
  });

  test("new content may be empty, or much longer", async () => {
    const { file, runtime, options } = scene();
    await replaceFile(runtime, file, new Uint8Array(0), options);
    expect(readFileSync(file).length).toBe(0);
    await replaceFile(runtime, file, new Uint8Array(3_000_000).fill(7), options);
    expect(readFileSync(file).length).toBe(3_000_000);
  });
});

describe("a failing step leaves the file and nothing else (W3)", () => {
  const faults: Fault[] = [
    { call: "openSync", code: "ENOSPC", path: SIBLING },
    { call: "openSync", code: "EMFILE", path: SIBLING },
    { call: "writeSync", code: "ENOSPC", path: SIBLING },
    { call: "writeSync", code: "EFBIG", path: SIBLING, isShortFirst: true },
    { call: "writeSync", code: "EDQUOT", path: SIBLING },
    { call: "fsyncSync", code: "EIO", path: SIBLING },
    { call: "fstatSync", code: "EIO", path: SIBLING },
    { call: "fchmodSync", code: "EPERM", path: SIBLING },
    { call: "closeSync", code: "EIO", path: SIBLING },
    { call: "renameSync", code: "EIO" },
    { call: "renameSync", code: "ENOENT" },
    { call: "lstatSync", code: "EIO" },
    { call: "realpathSync", code: "EIO" },
    { call: "accessSync", code: "EACCES" },
  ];

  test.each(faults)("$call: $code", async (fault) => {
    const { file, work, state, runtime, options } = scene(fault);
    if (fault.call === "realpathSync") {
      Object.assign(runtime.fs.realpathSync, { native: runtime.fs.realpathSync });
    }
    const before = statSync(file);
    await expect(replaceFile(runtime, file, NEW, options)).rejects.toThrowError(
      expect.objectContaining({ code: "CANNOT_WRITE", exitCode: 3 }),
    );
    expect(readFileSync(file)).toEqual(OLD);
    expect(statSync(file).ino).toBe(before.ino);
    expect(readdirSync(work)).toEqual(["secret.yaml"]);
    expect(recoveryFiles(state)).toEqual([]);
    expect(runtime.pendingCleanUps()).toBe(0);
  });

  test.each([
    { call: "fsyncSync", code: "EIO", path: /work$/ },
    { call: "openSync", code: "EACCES", path: /work$/ },
    { call: "readdirSync", code: "EACCES" },
  ] as Fault[])("after the rename it is written: $call $code", async (fault) => {
    const { file, runtime, options } = scene(fault);
    expect(await replaceFile(runtime, file, NEW, options)).toBe(true);
    expect(readFileSync(file)).toEqual(NEW);
  });
});

describe("signals", () => {
  test("take the sibling away", async () => {
    const { file, work, runtime, options } = scene();
    function* pieces(): Iterable<Uint8Array> {
      yield NEW;
      expect(readdirSync(work).length).toBe(2);
      runtime.raiseSignal();
      expect(readdirSync(work)).toEqual(["secret.yaml"]);
      yield NEW;
    }
    await expect(replaceFile(runtime, file, pieces(), options)).rejects.toThrowError(
      "no such file",
    );
    expect(readFileSync(file)).toEqual(OLD);
  });
});

describe("links (W4)", () => {
  test.each([
    ["relative", (work: string) => [["secret.yaml", join(work, "link")]]],
    ["absolute", (work: string) => [[join(work, "secret.yaml"), join(work, "link")]]],
    [
      "chained, through directories",
      (work: string) => [
        ["../work/second", join(work, "link")],
        ["./secret.yaml", join(work, "second")],
      ],
    ],
  ])("%s: the link stays, its file changes", async (_, links) => {
    const { file, work, runtime, options } = scene();
    const pairs = links(work) as [string, string][];
    for (const [text, link] of pairs) {
      symlinkSync(text, link);
    }
    await replaceFile(runtime, join(work, "link"), NEW, options);
    expect(readFileSync(file)).toEqual(NEW);
    for (const [text, link] of pairs) {
      expect(readlinkSync(link)).toBe(text);
    }
  });

  test("`..` after a linked directory means the parent of where it leads", async () => {
    const { work, file, runtime, options } = scene();
    mkdirSync(join(work, "deep", "inner"), { recursive: true });
    symlinkSync(join("deep", "inner"), join(work, "short"));
    writeFileSync(join(work, "deep", "secret.yaml"), OLD);
    await replaceFile(runtime, "short/../secret.yaml", NEW, options);
    expect(readFileSync(join(work, "deep", "secret.yaml"))).toEqual(NEW);
    expect(readFileSync(file)).toEqual(OLD);
  });

  test.each([
    ["loop", "link", "too many levels"],
    ["dangling", "nowhere", "no such file"],
    ["directory", ".", "not a regular file"],
    ["device", "/dev/null", "not a regular file"],
  ])("%s is refused", async (_, text, reason) => {
    const { work, runtime, options } = scene();
    symlinkSync(text, join(work, "link"));
    await expect(replaceFile(runtime, "link", NEW, options)).rejects.toThrowError(reason);
    expect(() => {
      assertWritable(runtime, "link");
    }).toThrowError(reason);
  });
});
