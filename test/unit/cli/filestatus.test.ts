import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { main } from "../../../src/cli/main.js";
import { createTestRuntime } from "../../support/runtime.js";

let cwd = "";
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "leafseal-filestatus-"));
  writeFileSync(join(cwd, "plain.json"), '{"a": 1}\n');
  writeFileSync(join(cwd, "broken.json"), '{"a": hunter2\n');
  writeFileSync(join(cwd, "damaged.json"), '{"sops": 3}\n');
});
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

async function run(...argv: string[]) {
  const runtime = createTestRuntime({ cwd, now: new Date("2026-11-24T10:00:00Z") });
  const exit = await main(argv, runtime, { auditFile: join(cwd, "none") });
  return { exit, stdout: runtime.stdoutText(), stderr: runtime.stderrText() };
}

describe("filestatus (cli.md §9.6)", () => {
  test.each([[["plain.json"]], [["plain.json", "other"]], [["--json", "plain.json"]]])(
    "%j: not encrypted, and nothing else is printed",
    async (files) => {
      expect(await run("filestatus", ...files)).toEqual({
        exit: 0,
        stdout: '{"encrypted":false}\n',
        stderr: "",
      });
    },
  );

  test.each(["missing.json", "broken.json", "damaged.json"])(
    "%s: 1, and a fatal log line",
    async (file) => {
      const { exit, stdout, stderr } = await run("filestatus", file);
      expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
      expect(stderr).toMatch(
        /^\[CMD\]\t time="2026-11-24T10:00:00Z" level=fatal msg="cannot check file status: [^\n]+"\n/,
      );
      expect(stderr).not.toContain("hunter2");
    },
  );

  test("without a file: 100", async () => {
    expect((await run("filestatus")).exit).toBe(100);
  });
});
