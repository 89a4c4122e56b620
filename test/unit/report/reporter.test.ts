import { describe, expect, test } from "vitest";

import type { FileOutcome } from "../../../src/operations/options.js";
import { createReporter } from "../../../src/report/create-reporter.js";
import type { ReportOptions } from "../../../src/report/reporter.js";
import { DataKeyError } from "../../../src/support/data-key-error.js";
import { SopsError } from "../../../src/support/errors.js";
import { createTestRuntime, type TestRuntimeOptions } from "../../support/runtime.js";

const PLAIN: ReportOptions = { json: false, quiet: false, verbose: false };

function open(options: Partial<ReportOptions> = {}, runtimeOptions: TestRuntimeOptions = {}) {
  const runtime = createTestRuntime({ now: new Date("2026-11-24T10:00:00Z"), ...runtimeOptions });
  return { runtime, reporter: createReporter(runtime, { ...PLAIN, ...options }) };
}

const mac = new SopsError("MAC_MISMATCH", "MAC mismatch");
const key = new SopsError("DATA_KEY_UNAVAILABLE", "no key");
const done = (file: string): FileOutcome => ({ file, status: "done", target: file });
const failed = (file: string, error: Error): FileOutcome => ({ file, status: "failed", error });

describe("what updatekeys says (cli.md §9.4)", () => {
  const plan = { file: "f", groups: [], threshold: { before: 0, after: 2 } };

  test("lines with the time, whether or not --verbose is given", () => {
    const now = new Date(2026, 0, 2, 3, 4, 5);
    const { runtime, reporter } = open({}, { now });
    reporter.note("File a\u001b already up to date");
    expect(runtime.stderrText()).toBe("2026/01/02 03:04:05 File a\\x1b already up to date\n");
    const quiet = open({ quiet: true });
    quiet.reporter.note("x");
    expect(quiet.runtime.stderrText()).toBe("");
  });

  test("as JSON", () => {
    const { runtime, reporter } = open({ json: true });
    reporter.note("Syncing");
    reporter.plans([plan]);
    expect(JSON.parse(runtime.stderrText())).toEqual({ level: "info", message: "Syncing" });
    expect(JSON.parse(runtime.stdoutText())).toEqual({ plans: [plan] });
  });

  test("the plan is on standard output, also where warnings are not wanted", () => {
    const { runtime, reporter } = open({ quiet: true });
    reporter.plans([plan]);
    expect(runtime.stdoutText()).toBe(
      "The recipients of f will change:\n+++ shamir_threshold: 2\n",
    );
  });

  test("several files with one failure exit as the verb says", () => {
    const exits = [undefined, 1].map((exitOfSeveral) =>
      open().reporter.finish([done("a"), failed("b", key)], {
        verb: "synced",
        isResultOnStdout: false,
        ...(exitOfSeveral === undefined ? {} : { exitOfSeveral }),
      }),
    );
    expect(exits).toEqual([key.exitCode, 1]);
    const alone = open().reporter.finish([failed("b", key)], {
      verb: "synced",
      isResultOnStdout: false,
      exitOfSeveral: 1,
    });
    expect(alone).toBe(key.exitCode);
  });
});

describe("log lines (cli.md §11.3)", () => {
  test("in a pipe", () => {
    const { runtime, reporter } = open();
    reporter.warn('a "b" \\ \u001b\nc');
    expect(runtime.stderrText()).toBe(
      '[CMD]\t time="2026-11-24T10:00:00Z" level=warning msg="a \\"b\\" \\\\ \\x1b\\nc"\n',
    );
  });

  test("on a terminal, with seconds since the start", () => {
    let seconds = 0;
    const now = (): Date => new Date(Date.UTC(2026, 10, 24, 10, 0, seconds));
    const { runtime, reporter } = open({}, { isTTY: true, now, env: { NO_COLOR: "1" } });
    seconds = 12;
    reporter.warn("careful\u001b");
    expect(runtime.stderrText()).toBe("[CMD]\t WARN[0012] careful\\x1b\n");
  });

  test.each([
    [{}, true],
    [{ NO_COLOR: "" }, true],
    [{ NO_COLOR: "1" }, false],
    [{ TERM: "dumb" }, false],
  ])("colours on a terminal with %j: %s", (env, isColoured) => {
    const { runtime, reporter } = open({}, { isTTY: true, env });
    reporter.warn("x");
    expect(runtime.stderrText().includes("\u001b[")).toBe(isColoured);
  });

  test("log only with --verbose", () => {
    const silent = open();
    silent.reporter.log("AGE", "Data key recovered successfully");
    expect(silent.runtime.stderrText()).toBe("");
    const { runtime, reporter } = open({ verbose: true });
    reporter.log("AGE", "Data key recovered successfully");
    expect(runtime.stderrText()).toBe(
      '[AGE]\t time="2026-11-24T10:00:00Z" level=info msg="Data key recovered successfully"\n',
    );
  });

  test("quiet: no warnings, but errors", () => {
    const { runtime, reporter } = open({ quiet: true });
    reporter.warn("x");
    expect(
      reporter.finish([done("a"), done("b")], { verb: "encrypted", isResultOnStdout: false }),
    ).toBe(0);
    expect(runtime.stderrText()).toBe("");
    reporter.failure(new SopsError("CANNOT_READ", "no"), "plain");
    expect(runtime.stderrText()).toBe("no\n");
  });
});

function finish(
  outcomes: FileOutcome[],
  options: Partial<ReportOptions> = {},
  isResultOnStdout = false,
) {
  const { runtime, reporter } = open(options);
  const exit = reporter.finish(outcomes, { verb: "encrypted", isResultOnStdout });
  return { exit, stdout: runtime.stdoutText(), stderr: runtime.stderrText() };
}

describe("outcomes", () => {
  test("one file is silent", () => {
    expect(finish([done("a")])).toEqual({ exit: 0, stdout: "", stderr: "" });
    expect(finish([])).toEqual({ exit: 0, stdout: "", stderr: "" });
  });

  test("one failed file is its error", () => {
    expect(finish([failed("a", key)])).toEqual({ exit: 128, stdout: "", stderr: "no key\n" });
  });

  test.each<[FileOutcome[], number, string]>([
    [[done("a"), done("b")], 0, "2 files encrypted\n"],
    [[done("a"), { file: "b", status: "unchanged" }], 0, "1 file encrypted, 1 unchanged\n"],
    [[done("a"), failed("b", key)], 128, "b: no key\n1 file encrypted, 1 failed\n"],
    [
      [failed("a", key), failed("b", key)],
      128,
      "a: no key\nb: no key\n0 files encrypted, 2 failed\n",
    ],
    [
      [failed("a", new SopsError("CANNOT_READ", "x")), failed("b", key)],
      1,
      "a: x\nb: no key\n0 files encrypted, 2 failed\n",
    ],
  ])("%#", (outcomes, exit, stderr) => {
    expect(finish(outcomes)).toEqual({ exit, stdout: "", stderr });
  });

  test("a hint is told once, and file names are harmless", () => {
    const { stderr } = finish([failed("a\u001b", mac), failed("b", mac)]);
    expect(stderr).toMatch(
      /^a\\x1b: MAC mismatch\nb: MAC mismatch\nleafseal: hint: [^\n]+\n0 files/,
    );
  });

  test("as JSON on standard output", () => {
    const { exit, stdout, stderr } = finish([done("a"), failed("b", mac)], { json: true });
    expect(exit).toBe(51);
    expect(JSON.parse(stderr)).toMatchObject({ code: "MAC_MISMATCH", file: "b", exit: 51 });
    expect(JSON.parse(stdout)).toEqual({
      files: [
        { file: "a", status: "done", target: "a", error: null },
        {
          file: "b",
          status: "failed",
          target: null,
          error: expect.objectContaining({ code: "MAC_MISMATCH", exit: 51 }) as unknown,
        },
      ],
    });
  });

  test("as JSON, but standard output holds the result", () => {
    const { stdout, stderr } = finish([done("a"), failed("b", mac)], { json: true }, true);
    expect(stdout).toBe("");
    expect(JSON.parse(stderr)).toMatchObject({ code: "MAC_MISMATCH", file: "b" });
  });
});

describe("progress", () => {
  test("only on a terminal that can", () => {
    for (const options of [{}, { isTTY: true, env: { TERM: "dumb" } }]) {
      const { runtime, reporter } = open({}, options);
      reporter.progress(1, 3);
      expect(runtime.stderrText()).toBe("");
    }
  });

  test("the bar makes room for other lines and goes away", () => {
    const { runtime, reporter } = open({}, { isTTY: true, columns: 30, env: { NO_COLOR: "1" } });
    reporter.progress(0, 2);
    reporter.warn("x");
    reporter.progress(1, 2);
    reporter.progress(2, 2);
    expect(runtime.stderrText()).toBe(
      "\r\u001b[K[.......................] 0/2" +
        "\r\u001b[K[CMD]\t WARN[0000] x\n" +
        "\r\u001b[K[###########............] 1/2" +
        "\r\u001b[K",
    );
  });

  test("one file has no bar, a narrow screen only the numbers", () => {
    const { runtime, reporter } = open({}, { isTTY: true, columns: 8 });
    reporter.progress(0, 1);
    reporter.progress(1, 12);
    expect(runtime.stderrText()).toBe("\r\u001b[K1/12");
  });
});

test("a missing data key is reported in full", () => {
  const { runtime, reporter } = open();
  const attempts = [{ service: "local", outcome: "unusable", reason: "not for you" }] as const;
  const keys = [{ type: "age", display: "age1x\u001b", attempts }];
  reporter.failure(new DataKeyError([{ isRecovered: false, keys }], 0), "plain");
  const text = runtime.stderrText();
  expect(text).toMatch(
    /^Failed to get the data key required to decrypt the SOPS file\.\n\nGroup 0: FAILED\n {2}age1x\\x1b: FAILED\n {4}- \| not for you\n/,
  );
  expect(text.endsWith("\n")).toBe(true);
});

test("warnings and logs as JSON", () => {
  const { runtime, reporter } = open({ json: true, verbose: true });
  reporter.warn("a\u202e");
  reporter.log("AGE", "b");
  reporter.progress(1, 2);
  expect(runtime.stderrText()).toBe(
    '{"level":"warning","message":"a\\u202e"}\n{"level":"info","logger":"AGE","message":"b"}\n',
  );
});
