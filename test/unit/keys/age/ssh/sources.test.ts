import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, describe, expect, test } from "vitest";

import type { MasterKey } from "../../../../../src/keys/master-key.js";
import { DATA_KEY, openIn, openOnce, wrapFor } from "../../../../support/age-scene.js";
import { temporaryDirectories } from "../../../../support/directory.js";
import { createTestKeyContext } from "../../../../support/key-context.js";
import type { TestRuntimeOptions } from "../../../../support/runtime.js";
import { placeSshKey, SSH_PASSPHRASE, sshRecipient } from "../../../../support/ssh-keys.js";
import { createTestTerminal } from "../../../../support/terminal.js";
import { AGE_RECIPIENT } from "../../../../support/vectors.js";

const makeDirectory = temporaryDirectories();
const FILE = "SOPS_AGE_SSH_PRIVATE_KEY_FILE";
const COMMAND = "SOPS_AGE_SSH_PRIVATE_KEY_CMD";

let ed25519: MasterKey;
let rsa: MasterKey;

beforeAll(async () => {
  ed25519 = await wrapFor(sshRecipient("ed25519"));
  rsa = await wrapFor(sshRecipient("rsa"));
});

/** A home directory with keys of these names: file below `.ssh`, which key. */
function homeWith(keys: Readonly<Record<string, string>>): string {
  const home = makeDirectory();
  mkdirSync(join(home, ".ssh"));
  for (const [file, key] of Object.entries(keys)) {
    placeSshKey(key, join(home, ".ssh"), file);
  }
  return home;
}

describe("SSH identities are found", () => {
  test.each<[string, () => TestRuntimeOptions]>([
    ["by their variable", () => ({ env: { [FILE]: placeSshKey("ed25519", makeDirectory()) } })],
    [
      "relative to the working directory",
      () => {
        const cwd = makeDirectory();
        placeSshKey("ed25519", cwd, "k");
        return { cwd, env: { [FILE]: "k" } };
      },
    ],
    [
      "by their command",
      () => ({ env: { [COMMAND]: `cat '${placeSshKey("ed25519", makeDirectory())}'` } }),
    ],
    ["as id_ed25519", () => ({ homeDirectory: homeWith({ id_ed25519: "ed25519" }) })],
    ["as id_rsa, whatever is in it", () => ({ homeDirectory: homeWith({ id_rsa: "ed25519" }) })],
    [
      "in the default files although a variable names another key",
      () => ({
        homeDirectory: homeWith({ id_ed25519: "ed25519" }),
        env: { [FILE]: placeSshKey("rsa", makeDirectory()), [COMMAND]: "false" },
      }),
    ],
    [
      "beside broken default files",
      () => ({
        homeDirectory: homeWith({ id_ed25519: "ecdsa", id_rsa: "rsa" }),
        env: { [FILE]: placeSshKey("ed25519", makeDirectory()) },
      }),
    ],
  ])("%s", async (_, options) => {
    expect(await openOnce(options(), ed25519)).toEqual(DATA_KEY);
  });

  test("RSA", async () => {
    expect(await openOnce({ homeDirectory: homeWith({ id_rsa: "rsa" }) }, rsa)).toEqual(DATA_KEY);
  });

  test("the command gets the recipient, and runs only for keys of SSH, once for each", async () => {
    const seen: unknown[] = [];
    const key = placeSshKey("ed25519", makeDirectory());
    const native = await wrapFor(AGE_RECIPIENT);
    const { context } = createTestKeyContext({
      env: { [COMMAND]: "give it" },
      exec: (request) => {
        seen.push([request.command, request.args, request.env["SOPS_AGE_RECIPIENT"]]);
        const stdout = context.machine.fs.readFileSync(key);
        return Promise.resolve({ exitCode: 0, signal: null, stdout, stderr: new Uint8Array() });
      },
    });
    expect(await openIn(context, native)).toContain(
      `${COMMAND}: not run, for the wrapped key is for no SSH key`,
    );
    expect(await openIn(context, ed25519)).toEqual(DATA_KEY);
    expect(await openIn(context, ed25519)).toEqual(DATA_KEY);
    expect(seen).toEqual([["give", ["it"], sshRecipient("ed25519")]]);
  });

  test("a key file that others can read gives a warning (T6)", async () => {
    const file = placeSshKey("ed25519", makeDirectory());
    chmodSync(file, 0o644);
    const { context, warnings } = createTestKeyContext({ env: { [FILE]: file } });
    await openIn(context, ed25519);
    expect(warnings.join()).toContain("readable by other users");
  });
});

describe("a key under a passphrase", () => {
  test.each([["ed25519-ctr"], ["ed25519-gcm"]])("%s asks once a run", async (name) => {
    const terminal = createTestTerminal([`${SSH_PASSPHRASE}\r`]);
    const file = placeSshKey(name, makeDirectory());
    const { context } = createTestKeyContext({ terminal, env: { [FILE]: file } });
    expect(await openIn(context, ed25519)).toEqual(DATA_KEY);
    expect(await openIn(context, { ...ed25519, display: "again" })).toEqual(DATA_KEY);
    expect(terminal.shown()).toBe(`Enter passphrase for ${file}: \r\u001b[K`);
  });

  test.each(["rsa-pkcs1-protected", "rsa-pkcs8-protected"])(
    "of the old kind (%s) is known by the public key beside it",
    async (name) => {
      const folder = makeDirectory();
      const file = placeSshKey(name, folder, "k");
      const terminal = createTestTerminal([`${SSH_PASSPHRASE}\r`]);
      expect(await openOnce({ terminal, env: { [FILE]: file } }, rsa)).toContain(
        "there is no public key beside it",
      );
      writeFileSync(`${file}.pub`, sshRecipient("rsa"));
      expect(await openOnce({ terminal, env: { [FILE]: file } }, rsa)).toEqual(DATA_KEY);
    },
  );

  test("is not asked for when the file is for another key", async () => {
    const terminal = createTestTerminal([]);
    const file = placeSshKey("rsa-ctr", makeDirectory());
    const reason = await openOnce({ terminal, env: { [FILE]: file } }, ed25519);
    expect(reason).toContain(`${FILE}: holds ssh-rsa SHA256:`);
    expect(terminal.sessions.opened).toBe(0);
  });

  test.each<[string, string[] | null, string]>([
    ["a wrong passphrase", ["Tr0ub4dor\r"], "the passphrase is wrong"],
    ["an empty one", ["\r"], "the passphrase is empty"],
    ["Ctrl-D", ["\u0004"], "the passphrase could not be asked for: the question was cancelled"],
    ["no terminal", null, "the passphrase could not be asked for: there is no terminal to ask on"],
  ])("%s is reported, and other keys are tried", async (_, keys, reason) => {
    const file = placeSshKey("ed25519-ctr", makeDirectory());
    const terminal = keys === null ? {} : { terminal: createTestTerminal(keys) };
    const { context } = createTestKeyContext({ ...terminal, env: { [FILE]: file } });
    const first = await openIn(context, ed25519);
    expect(first).toContain(`${FILE}: holds ssh-ed25519 SHA256:`);
    expect(first).toContain(`${FILE}: ${reason}`);
    expect(first).not.toContain("Tr0ub");
    expect(await openIn(context, ed25519)).toBe(first);
  });

  test("from a command is refused", async () => {
    const file = placeSshKey("ed25519-ctr", makeDirectory());
    expect(await openOnce({ env: { [COMMAND]: `cat ${file}` } }, ed25519)).toContain(
      `${COMMAND}: the private key is protected by a passphrase, which cannot be used here`,
    );
  });
});

describe("when no SSH key fits, the reason says", () => {
  test.each<[string, () => TestRuntimeOptions, string]>([
    ["a missing file", () => ({ env: { [FILE]: "/no/such" } }), `${FILE}: cannot be read: no such`],
    ["an empty command", () => ({ env: { [COMMAND]: "" } }), `${COMMAND}: is set but empty`],
    ["a failing command", () => ({ env: { [COMMAND]: "false" } }), "ended with exit status 1"],
    [
      "a key of another kind",
      () => ({ homeDirectory: homeWith({ id_rsa: "ecdsa" }) }),
      "id_rsa: only ssh-ed25519 and ssh-rsa keys can be used",
    ],
    [
      "identities of age, which are no SSH keys",
      () => ({ env: { [COMMAND]: "echo AGE-SECRET-KEY-1QQ" } }),
      `${COMMAND}: is no private key in the format of OpenSSH or in PEM`,
    ],
  ])("%s", async (_, options, reason) => {
    expect(await openOnce(options(), ed25519)).toContain(reason);
  });
});
