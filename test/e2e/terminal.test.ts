/** The built program at a terminal: what is asked there, and that the terminal is left in order. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { ensureBuilt, PROJECT_ROOT } from "../support/built.js";
import { runCli } from "../support/cli.js";
import { type Answer, runAtTerminal } from "../support/pty.js";
import { placeSshKey, SSH_PASSPHRASE, sshRecipient } from "../support/ssh-keys.js";
import { isMissing, runProcess } from "../support/tools.js";
import { installToyPlugin, TOY_IDENTITY, TOY_RECIPIENT } from "../support/toy-plugin.js";

const PROGRAM = join(PROJECT_ROOT, "bin/leafseal.js");
const PLAIN = "a: 1\n";
const ERASED = "\r\u001b[K";

let folder = "";
let keyFile = "";

beforeAll(async () => {
  ensureBuilt();
  folder = realpathSync(mkdtempSync(join(tmpdir(), "leafseal-terminal-")));
  writeFileSync(join(folder, "plain.yaml"), PLAIN);
  keyFile = placeSshKey("ed25519-ctr", folder);
  const toy = installToyPlugin(folder);
  const recipients = { ssh: sshRecipient("ed25519"), toy: TOY_RECIPIENT };
  for (const [name, recipient] of Object.entries(recipients)) {
    const args = ["encrypt", "--age", recipient, "plain.yaml"];
    const { stdout, stderr } = await runCli(args, { cwd: folder, env: toy.env });
    if (stderr !== "") throw new Error(stderr);
    writeFileSync(join(folder, `${name}.yaml`), stdout);
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function decryptAtTerminal(file: string, env: Record<string, string>, answers: readonly Answer[]) {
  return runAtTerminal([process.execPath, PROGRAM, "decrypt", file], {
    cwd: folder,
    env: { HOME: folder, ...env },
    answers,
  });
}

describe.skipIf(isMissing("python3"))("at a terminal", () => {
  test("a passphrase is asked for there, not echoed, and the question is erased", async () => {
    const result = await decryptAtTerminal("ssh.yaml", { SOPS_AGE_SSH_PRIVATE_KEY_FILE: keyFile }, [
      { expect: "Enter passphrase", send: `${SSH_PASSPHRASE}\r` },
    ]);
    expect(result).toEqual({
      exitCode: 0,
      signal: null,
      screen: `Enter passphrase for ${keyFile}: ${ERASED}`,
      stdout: PLAIN,
      stderr: "",
      isEchoing: true,
    });
  });

  test.each([
    ["Ctrl-C", "\u0003"],
    ["Ctrl-C in the middle", "secret\u0003"],
    ["Ctrl-\\", "\u001c"],
  ])("%s ends the program with the terminal in order", async (_, keys) => {
    const result = await decryptAtTerminal("ssh.yaml", { SOPS_AGE_SSH_PRIVATE_KEY_FILE: keyFile }, [
      { expect: "Enter passphrase", send: keys },
    ]);
    expect(result).toMatchObject({ exitCode: 130, stdout: "", stderr: "", isEchoing: true });
    expect(result.screen).toBe(`Enter passphrase for ${keyFile}: ${ERASED}`);
  });

  test.each([
    ["SIGTERM", constants.signals.SIGTERM],
    ["SIGHUP", constants.signals.SIGHUP],
  ])("%s while a question waits leaves the terminal in order", async (_, signal) => {
    const result = await decryptAtTerminal("ssh.yaml", { SOPS_AGE_SSH_PRIVATE_KEY_FILE: keyFile }, [
      { expect: "Enter passphrase", signal },
    ]);
    expect(result).toMatchObject({ exitCode: 128 + signal, stdout: "", isEchoing: true });
  });

  test("a wrong passphrase is refused without another question", async () => {
    const result = await decryptAtTerminal("ssh.yaml", { SOPS_AGE_SSH_PRIVATE_KEY_FILE: keyFile }, [
      { expect: "Enter passphrase", send: "nonsense!\r" },
    ]);
    expect(result).toMatchObject({ exitCode: 128, stdout: "", isEchoing: true });
    expect(result.stderr).toContain("the passphrase is wrong");
    expect(result.stderr + result.screen).not.toContain("nonsense!");
  });

  test("a plugin speaks and asks there; standard error is for those who debug it", async () => {
    const plugin = installToyPlugin(folder);
    const identities = join(folder, "toy.txt");
    writeFileSync(identities, TOY_IDENTITY, { mode: 0o600 });
    const answers = [
      { expect: "PIN:", send: "1234\r" },
      { expect: "name:", send: "me\r" },
      { expect: "sure?", send: "2" },
    ];
    const toy = {
      ...plugin.env,
      TOY: "stderr,msg,secret,public,confirm",
      SOPS_AGE_KEY_FILE: identities,
    };
    const result = await decryptAtTerminal("toy.yaml", toy, answers);
    expect(result).toMatchObject({ exitCode: 0, stdout: PLAIN, stderr: "", isEchoing: true });
    expect(result.screen).toContain("age-plugin-toy: touch the toy\r\n");
    expect(result.screen).not.toContain("1234");
    expect(plugin.log().slice(-5)).toEqual(["ok", "ok 1234", "ok me", "ok no", "ok"]);
    const debugged = await decryptAtTerminal("toy.yaml", { ...toy, AGEDEBUG: "plugin" }, answers);
    expect(debugged.stderr).toBe("the toy talks\n");
  });
});

test("without a terminal the refusal says so", async () => {
  const result = await runProcess(
    "setsid",
    ["-w", process.execPath, PROGRAM, "decrypt", "ssh.yaml"],
    { cwd: folder, env: { HOME: folder, SOPS_AGE_SSH_PRIVATE_KEY_FILE: keyFile } },
  );
  expect(result.exitCode).toBe(128);
  expect(result.stderr.replace(/\s*\|\s*/g, " ")).toContain("there is no terminal to ask on");
});
