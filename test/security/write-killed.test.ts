/** security.md W1: after SIGKILL at any instant, and for any reader at any instant, the target is whole. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { expect, test } from "vitest";

import { replaceFile } from "../../src/support/files/replace-file.js";
import { compileFolder } from "../support/compiled.js";
import { temporaryDirectories } from "../support/directory.js";
import { createTestRuntime } from "../support/runtime.js";

const makeDirectory = temporaryDirectories();
const compiled = compileFolder("support");
const LENGTH = 400_000;

function isWhole(content: Buffer): boolean {
  return content.length === LENGTH && content.every((byte) => byte === content[0]);
}

test("killed writers leave whole content, and siblings that the next run removes", async () => {
  const work = makeDirectory();
  const file = join(work, "file.bin");
  writeFileSync(file, Buffer.alloc(LENGTH, 1));
  const body = `
    const { createNodeRuntime } = await import(${JSON.stringify(join(compiled, "support/node-runtime.js"))});
    const { replaceFile } = await import(${JSON.stringify(join(compiled, "support/files/replace-file.js"))});
    const runtime = createNodeRuntime();
    const pieces = (n) => Array.from({ length: 100 }, () => Buffer.alloc(${LENGTH / 100}, n));
    process.stdout.write("ready");
    for (let n = 2; ; n = n % 250 + 1) {
      await replaceFile(runtime, ${JSON.stringify(file)}, pieces(n), { isClear: false, warn() {} });
    }`;
  for (let round = 0; round < 8; round += 1) {
    const child = spawn(process.execPath, ["--input-type=module", "-e", body], {
      cwd: work,
      stdio: ["ignore", "pipe", "inherit"],
      env: { PATH: process.env["PATH"] },
    });
    const isOver = new Promise((resolve) => child.on("close", resolve));
    await new Promise((resolve) => child.stdout.once("data", resolve));
    for (let look = 0; look < 10; look += 1) {
      await pause(round);
      expect(isWhole(readFileSync(file))).toBe(true);
    }
    child.kill("SIGKILL");
    await isOver;
    expect(isWhole(readFileSync(file))).toBe(true);
  }
  expect(readFileSync(file)[0]).not.toBe(1);
  const runtime = createTestRuntime({ cwd: work });
  await replaceFile(runtime, file, Buffer.from("end"), { isClear: false, warn: () => {} });
  expect(readdirSync(work)).toEqual(["file.bin"]);
  expect(readFileSync(file, "utf8")).toBe("end");
});
