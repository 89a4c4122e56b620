import { describe, expect, test } from "vitest";

import { askKey, askLine, showLine } from "../../../src/support/prompt.js";
import { createTestTerminal } from "../../support/terminal.js";

const ERASE = "\r\u001b[K";

function machineWith(keys: readonly (string | null)[], columns?: number) {
  const terminal = createTestTerminal(keys, columns);
  return { terminal, machine: { openTerminal: () => terminal.open() } };
}

async function typed(keys: readonly string[]): Promise<string> {
  const { machine } = machineWith(keys);
  return Buffer.from(await askLine(machine, "? ", true)).toString("utf8");
}

describe("a secret line", () => {
  test("is not shown, and the question is erased", async () => {
    const { terminal, machine } = machineWith(["s3", "cret\r"]);
    expect(Buffer.from(await askLine(machine, "Passphrase: ", true)).toString()).toBe("s3cret");
    expect(terminal.shown()).toBe(`Passphrase: ${ERASE}`);
    expect(terminal.sessions).toEqual({ opened: 1, open: 0 });
  });

  test.each([
    ["line feed", ["abc\n"], "abc"],
    ["backspace", ["abx\u007fc\r"], "abc"],
    ["the other backspace", ["abx\bc\r"], "abc"],
    ["backspace over a character of several bytes", ["aé🙂\u007f\u007fb\r"], "ab"],
    ["backspace at the start", ["\u007f\u007fa\r"], "a"],
    ["Ctrl-U", ["wrong\u0015abc\r"], "abc"],
    ["arrow and function keys", ["a\u001b[Db\u001bOPc\u001b[3~\r"], "abc"],
    ["other control characters", ["a\u0001b\u001a\u0000c\r"], "abc"],
    ["a tabulator", ["a\tb\r"], "a\tb"],
    ["what is typed ahead", ["abc\rdef\r"], "abc"],
    ["Ctrl-D within the line", ["ab\u0004c\r"], "abc"],
    ["nothing", ["\r"], ""],
    ["more than a line holds", [`${"x".repeat(5000)}\r`], "x".repeat(4096)],
  ])("%s", async (_, keys, expected) => {
    expect(await typed(keys)).toBe(expected);
  });
});

test("a public line is shown while it is typed, and then erased whole", async () => {
  const { terminal, machine } = machineWith(["abcdefgh", "i\r"], 5);
  await askLine(machine, "? ", false);
  const up = "\u001b[A\u001b[K";
  expect(terminal.shown()).toBe(`? ${ERASE}? abcdefgh${ERASE}${up}${up}`);
});

test.each<[string, (string | null)[], string, number]>([
  ["Ctrl-D", ["\u0004"], "the question was cancelled", 0],
  ["the end of the terminal", [null], "the terminal was closed", 0],
  ["Ctrl-C", ["sec", "\u0003"], "interrupted", 1],
  ["Ctrl-\\", ["\u001c"], "interrupted", 1],
])("%s gives up and leaves the terminal in order", async (_, keys, reason, interrupts) => {
  const { terminal, machine } = machineWith(keys);
  await expect(askLine(machine, "? ", true)).rejects.toThrowError(reason);
  expect(terminal.sessions.open).toBe(0);
  expect(terminal.interrupts).toBe(interrupts);
  expect(terminal.shown()).not.toContain("sec");
});

test("without a terminal there is no question", async () => {
  const machine = { openTerminal: () => Promise.resolve(null) };
  await expect(askLine(machine, "? ", true)).rejects.toThrowError("there is no terminal to ask on");
  expect(await showLine(machine, "x")).toBe(false);
});

test("questions wait for each other, also after one that failed", async () => {
  const { terminal, machine } = machineWith(["\u0004", "a\r", "b\r"]);
  const answers = await Promise.allSettled(
    ["1 ", "2 ", "3 "].map((text) => askLine(machine, text, true)),
  );
  expect(answers.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
  expect(terminal.shown()).toBe(["1 ", "2 ", "3 "].map((text) => `${text}${ERASE}`).join(""));
});

test.each([
  ["the first key", ["1"], 0],
  ["the second", ["2"], 1],
  ["Enter", ["\r"], 0],
  ["other keys before", ["x\u001b", "92"], 1],
])("a choice: %s", async (_, keys, expected) => {
  const { terminal, machine } = machineWith(keys);
  expect(await askKey(machine, "Sure? ", ["1", "2"])).toBe(expected);
  expect(terminal.shown()).toBe(`Sure? ${ERASE}`);
});

test("a choice can be given up", async () => {
  const { machine } = machineWith(["\u0004"]);
  await expect(askKey(machine, "? ", ["1"])).rejects.toThrowError("cancelled");
});

test("texts are shown with their control characters escaped", async () => {
  const { terminal, machine } = machineWith(["\r"]);
  await askLine(machine, "\u001b[2J? ", true);
  await showLine(machine, "\u001b]0;x\u0007");
  expect(terminal.shown()).toBe(`\\x1b[2J? ${ERASE}\\x1b]0;x\\x07\n`);
});
