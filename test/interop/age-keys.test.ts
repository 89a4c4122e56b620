/** Age keys of every kind against the real sops and the age program, both ways. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { beforeEach, describe, expect, test } from "vitest";

import { DATA_KEY, openOnce, wrapFor } from "../support/age-scene.js";
import { runCli } from "../support/cli.js";
import { temporaryDirectories } from "../support/directory.js";
import { createTestKeyContext } from "../support/key-context.js";
import { runAtTerminal } from "../support/pty.js";
import { createTestTerminal } from "../support/terminal.js";
import { isMissing, realSops, runProcess, runRealSops } from "../support/tools.js";
import { installToyPlugin, TOY_IDENTITY, TOY_RECIPIENT } from "../support/toy-plugin.js";

const makeDirectory = temporaryDirectories();
const PLAIN = "a: secret\nb:\n    - 1\n    - two\n";
const PASSPHRASE = "Tr0ub4dor & 3";

let folder = "";

beforeEach(() => {
  folder = makeDirectory();
  writeFileSync(join(folder, "plain.yaml"), PLAIN);
});

interface Keys {
  readonly recipient: string;
  /** What both programs find the private key by. */
  readonly env: Readonly<Record<string, string>>;
  /** The private key, for `age -i`. */
  readonly file: string;
}

async function succeed(command: string, args: readonly string[], env: Keys["env"] = {}) {
  const result = await runProcess(command, args, { cwd: folder, env: { HOME: folder, ...env } });
  expect(result.exitCode, result.stderr).toBe(0);
  return result.stdout;
}

async function nativeKey(): Promise<Keys> {
  const file = join(folder, "keys.txt");
  await succeed("age-keygen", ["-o", file]);
  const recipient = (await succeed("age-keygen", ["-y", file])).toString("utf8").trim();
  return { recipient, file, env: { SOPS_AGE_KEY_FILE: file } };
}

async function sshKey(...args: readonly string[]): Promise<Keys> {
  const file = join(folder, "ssh");
  await succeed("ssh-keygen", ["-q", "-f", file, "-C", "somebody@somewhere else", ...args]);
  const recipient = readFileSync(`${file}.pub`, "utf8").trim();
  return { recipient, file, env: { SOPS_AGE_SSH_PRIVATE_KEY_FILE: file } };
}

/** An SSH key in the place where it usually is. */
async function defaultSshKey(name: string, ...args: readonly string[]): Promise<Keys> {
  mkdirSync(join(folder, ".ssh"));
  const file = join(folder, ".ssh", name);
  await succeed("ssh-keygen", ["-q", "-f", file, ...args]);
  return { recipient: readFileSync(`${file}.pub`, "utf8").trim(), file, env: {} };
}

function toyKey(): Keys {
  const file = join(folder, "toy.txt");
  writeFileSync(file, `${TOY_IDENTITY}\n`, { mode: 0o600 });
  const { env } = installToyPlugin(folder);
  return { recipient: TOY_RECIPIENT, file, env: { ...env, SOPS_AGE_KEY_FILE: file } };
}

const KINDS: readonly [string, () => Keys | Promise<Keys>][] = [
  ["X25519", nativeKey],
  ["ssh-ed25519", () => sshKey("-t", "ed25519", "-N", "")],
  ["ssh-rsa", () => sshKey("-t", "rsa", "-b", "2048", "-N", "")],
  ["ssh-rsa in PEM", () => sshKey("-t", "rsa", "-b", "3072", "-m", "PEM", "-N", "")],
  ["ssh-rsa in PKCS #8", () => sshKey("-t", "rsa", "-b", "2048", "-m", "PKCS8", "-N", "")],
  ["~/.ssh/id_ed25519", () => defaultSshKey("id_ed25519", "-t", "ed25519", "-N", "")],
  ["~/.ssh/id_rsa", () => defaultSshKey("id_rsa", "-t", "rsa", "-N", "")],
  ["a plugin", toyKey],
];

describe.skipIf(isMissing("sops") || isMissing("age") || isMissing("ssh-keygen"))(
  "the real sops",
  () => {
    test.each(KINDS)("opens what we encrypt for %s", async (_, make) => {
      const { recipient, env } = await make();
      const all = { HOME: folder, PATH: process.env["PATH"] ?? "", ...env };
      const ours = await runCli(["encrypt", "--age", recipient, "plain.yaml"], {
        cwd: folder,
        env: all,
      });
      expect(ours.exitCode, ours.stderr).toBe(0);
      expect(ours.stdout.toString("utf8")).toContain(recipient);
      writeFileSync(join(folder, "ours.yaml"), ours.stdout);
      const real = await runRealSops(["decrypt", "ours.yaml"], { cwd: folder, env: all });
      expect(real.stderr).toBe("");
      expect(real.stdout.toString("utf8")).toBe(PLAIN);
    });

    test.each(KINDS)("encrypts for %s what we open", async (_, make) => {
      const { recipient, env } = await make();
      const all = { HOME: folder, PATH: process.env["PATH"] ?? "", ...env };
      const real = await runRealSops(["encrypt", "--age", recipient, "plain.yaml"], {
        cwd: folder,
        env: all,
      });
      expect(real.exitCode, real.stderr).toBe(0);
      writeFileSync(join(folder, "real.yaml"), real.stdout);
      const ours = await runCli(["decrypt", "real.yaml"], { cwd: folder, env: all });
      expect(ours.stderr).toBe("");
      expect(ours.stdout.toString("utf8")).toBe(PLAIN);
    });
  },
);

describe.skipIf(isMissing("age") || isMissing("ssh-keygen"))("the age program", () => {
  test.each(KINDS)("opens what we wrap for %s, and we what it wraps", async (_, make) => {
    const { recipient, env, file } = await make();
    const machine = { HOME: folder, PATH: process.env["PATH"] ?? "", ...env };
    const options = { env: machine, homeDirectory: folder };
    const key = await wrapFor(recipient, createTestKeyContext(options).context);
    writeFileSync(join(folder, "key.age"), key.enc);
    const opened = await succeed("age", ["-d", "-i", file, "key.age"], env);
    expect(new Uint8Array(opened)).toEqual(DATA_KEY);

    writeFileSync(join(folder, "key"), DATA_KEY);
    const enc = await succeed("age", ["-a", "-r", recipient, "key"], env);
    expect(await openOnce(options, { ...key, enc: enc.toString("utf8") })).toEqual(DATA_KEY);
  });

  test("refuses the SSH keys that we refuse", async () => {
    const short = await sshKey("-t", "rsa", "-b", "1024", "-N", "");
    const theirs = await runProcess("age", ["-r", short.recipient, "plain.yaml"], { cwd: folder });
    expect(theirs.exitCode).not.toBe(0);
    await expect(wrapFor(short.recipient)).rejects.toThrowError("1024 bits");
  });
});

describe.skipIf(isMissing("age") || isMissing("sops") || isMissing("python3"))(
  "identities under a passphrase, made by the age program",
  () => {
    async function protectedKey(...options: readonly string[]): Promise<Keys> {
      const plain = await nativeKey();
      const file = join(folder, "protected");
      const made = await runAtTerminal(["age", "-p", ...options, "-o", file, plain.file], {
        cwd: folder,
        env: {},
        answers: [
          { expect: "assphrase", send: `${PASSPHRASE}\r` },
          { expect: "onfirm", send: `${PASSPHRASE}\r` },
        ],
      });
      expect(made.exitCode, made.stderr + made.screen).toBe(0);
      return { recipient: plain.recipient, file, env: { SOPS_AGE_KEY_FILE: file } };
    }

    test.each([["binary"], ["armored", "-a"]])("%s: ours and sops open them", async (...args) => {
      const { recipient, env } = await protectedKey(...args.slice(1));
      const encrypted = await runCli(["encrypt", "--age", recipient, "plain.yaml"], {
        cwd: folder,
        env: {},
      });
      writeFileSync(join(folder, "file.yaml"), encrypted.stdout);

      const terminal = createTestTerminal([`${PASSPHRASE}\r`]);
      const key = await wrapFor(recipient);
      expect(await openOnce({ env, terminal }, key)).toEqual(DATA_KEY);

      const real = await runAtTerminal([realSops() ?? "", "decrypt", "file.yaml"], {
        cwd: folder,
        env: { HOME: folder, ...env },
        answers: [{ expect: "SOPS_AGE_KEY_FILE", send: `${PASSPHRASE}\r` }],
      });
      expect(real.stdout, real.stderr).toBe(PLAIN);
    });
  },
);

describe.skipIf(isMissing("sops") || isMissing("ssh-keygen") || isMissing("python3"))(
  "SSH keys under a passphrase",
  () => {
    test.each([
      ["ed25519", ["-t", "ed25519"]],
      ["RSA, with more rounds", ["-t", "rsa", "-b", "2048", "-a", "32"]],
    ])("%s: ours and sops ask for it", async (_, args) => {
      const { recipient, env, file } = await sshKey(...args, "-N", PASSPHRASE);
      const terminal = createTestTerminal([`${PASSPHRASE}\r`]);
      expect(await openOnce({ env, terminal }, await wrapFor(recipient))).toEqual(DATA_KEY);

      const ours = await runCli(["encrypt", "--age", recipient, "plain.yaml"], { cwd: folder });
      writeFileSync(join(folder, "file.yaml"), ours.stdout);
      const real = await runAtTerminal([realSops() ?? "", "decrypt", "file.yaml"], {
        cwd: folder,
        env: { HOME: folder, ...env },
        answers: [{ expect: file, send: `${PASSPHRASE}\r` }],
      });
      expect(real.stdout, real.stderr).toBe(PLAIN);
    });
  },
);
