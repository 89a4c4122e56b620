import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { ensureBuilt, installInto, PROJECT_ROOT } from "../support/built.js";
import { outputPattern, shownCommands } from "../support/readme.js";
import { isMissing, runProcess } from "../support/tools.js";

const commands = shownCommands(readFileSync(join(PROJECT_ROOT, "README.md"), "utf8"));

let folder = "";

beforeAll(() => {
  ensureBuilt();
  folder = realpathSync(mkdtempSync(join(tmpdir(), "leafseal-readme-")));
  for (const name of ["bin", "work"]) mkdirSync(join(folder, name));
  installInto(join(folder, "bin"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs all commands in one shell, as a reader would, and cuts the output apart at marks. */
async function runAll(): Promise<{ output: string; status: string }[]> {
  const mark = "=-=-= end of command =-=-=";
  const script = commands.map(({ command }) => `${command}\necho; echo "${mark} $?"`).join("\n");
  const path = [join(folder, "bin"), dirname(process.execPath), process.env["PATH"] ?? ""].join(
    ":",
  );
  const { stdout } = await runProcess("bash", ["-c", `exec 2>&1\n${script}\n`], {
    cwd: join(folder, "work"),
    env: { HOME: folder, PATH: path },
  });
  const pieces = stdout.toString("utf8").split(`${mark} `);
  return commands.map((_, index) => ({
    output: (pieces[index] ?? "").replace(/^\d+\n/, "").trim(),
    status: (pieces[index + 1] ?? "").split("\n")[0] ?? "",
  }));
}

describe.skipIf(isMissing("age"))("the README", () => {
  test("shows what really happens", async () => {
    const results = await runAll();
    for (const [index, { command, output, line }] of commands.entries()) {
      const where = `README.md:${line}: ${command}\n${results[index]?.output ?? ""}`;
      expect(results[index]?.status, where).toBe("0");
      expect(results[index]?.output, where).toMatch(outputPattern(output));
    }
  });

  test("stays short", () => {
    expect(
      readFileSync(join(PROJECT_ROOT, "README.md"), "utf8").split("\n").length,
    ).toBeLessThanOrEqual(251);
  });
});
