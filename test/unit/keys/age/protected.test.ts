import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import {
  armor,
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from "age-encryption";
import { beforeAll, describe, expect, test } from "vitest";

import { isAgeFile } from "../../../../src/keys/age/protected-identities.js";
import type { MasterKey } from "../../../../src/keys/master-key.js";
import { DATA_KEY, openIn, openOnce, wrapFor } from "../../../support/age-scene.js";
import { temporaryDirectories } from "../../../support/directory.js";
import { createTestKeyContext } from "../../../support/key-context.js";
import { createTestTerminal } from "../../../support/terminal.js";
import { TOY_IDENTITY } from "../../../support/toy-plugin.js";

const makeDirectory = temporaryDirectories();
const PASSPHRASE = "Tr0ub4dor & 3 é";
const ERASE = "\r\u001b[K";

let mine: string;
let hybrid: string;
let key: MasterKey;
let binary: Uint8Array;

beforeAll(async () => {
  [mine, hybrid] = await Promise.all([generateX25519Identity(), generateHybridIdentity()]);
  key = await wrapFor(await identityToRecipient(mine));
  binary = await protect(`# mine\n${hybrid}\n${mine}\n`);
});

async function protect(content: string | Uint8Array): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(PASSPHRASE);
  encrypter.setScryptWorkFactor(10);
  return encrypter.encrypt(content);
}

function file(content: string | Uint8Array): string {
  const path = join(makeDirectory(), "keys.txt");
  writeFileSync(path, content);
  chmodSync(path, 0o600);
  return path;
}

/** A machine whose SOPS_AGE_KEY_FILE has this content. */
function machine(content: string | Uint8Array, keys: readonly string[] | null) {
  const terminal = keys === null ? undefined : createTestTerminal(keys);
  const env = { SOPS_AGE_KEY_FILE: file(content) };
  return { terminal, options: { env, ...(terminal === undefined ? {} : { terminal }) } };
}

test.each<[string, () => Record<string, string>, string]>([
  ["SOPS_AGE_KEY, armored", () => ({ SOPS_AGE_KEY: armor.encode(binary) }), "SOPS_AGE_KEY"],
  ["SOPS_AGE_KEY_FILE", () => ({ SOPS_AGE_KEY_FILE: file(binary) }), "SOPS_AGE_KEY_FILE"],
  [
    "SOPS_AGE_KEY_FILE, armored",
    () => ({ SOPS_AGE_KEY_FILE: file(armor.encode(binary)) }),
    "SOPS_AGE_KEY_FILE",
  ],
  [
    "SOPS_AGE_KEY_FILE, armored with CRLF",
    () => ({ SOPS_AGE_KEY_FILE: file(armor.encode(binary).replaceAll("\n", "\r\n")) }),
    "SOPS_AGE_KEY_FILE",
  ],
  ["SOPS_AGE_KEY_CMD", () => ({ SOPS_AGE_KEY_CMD: `cat ${file(binary)}` }), "SOPS_AGE_KEY_CMD"],
])("a protected source: %s", async (_, env, name) => {
  const terminal = createTestTerminal([`${PASSPHRASE}\r`]);
  expect(await openOnce({ terminal, env: env() }, key)).toEqual(DATA_KEY);
  expect(terminal.shown()).toBe(`Enter passphrase for identity '${name}': ${ERASE}`);
});

test("the passphrase is asked for once a run, for all its keys", async () => {
  const { terminal, options } = machine(binary, [`${PASSPHRASE}\r`]);
  const { context } = createTestKeyContext(options);
  const second = await wrapFor(await identityToRecipient(hybrid));
  const opened = await Promise.all([key, second, key].map((each) => openIn(context, each)));
  expect(opened).toEqual([DATA_KEY, DATA_KEY, DATA_KEY]);
  expect(terminal?.sessions.opened).toBe(1);
});

test("nobody is asked while a plain identity opens the file, wherever it stands", async () => {
  const { terminal, options } = machine(binary, []);
  const env = { ...options.env, SOPS_AGE_KEY_CMD: `cat ${file(mine)}` };
  expect(await openOnce({ ...options, env }, key)).toEqual(DATA_KEY);
  expect(terminal?.sessions.opened).toBe(0);
});

describe("what goes wrong is said once, without another question", () => {
  test.each<[string, readonly string[] | null, string]>([
    ["a wrong passphrase", ["nonsense!\r"], "the passphrase is wrong"],
    ["an empty one", ["\r"], "the passphrase is empty"],
    ["Ctrl-D", ["\u0004"], "the passphrase could not be asked for: the question was cancelled"],
    ["no terminal", null, "the passphrase could not be asked for: there is no terminal to ask on"],
  ])("%s", async (_, keys, reason) => {
    const { terminal, options } = machine(binary, keys);
    const { context } = createTestKeyContext(options);
    const report = await openIn(context, key);
    expect(report).toContain(`SOPS_AGE_KEY_FILE: holds identities under a passphrase: ${reason}`);
    expect(report).not.toContain("nonsense!");
    expect(await openIn(context, key)).toBe(report);
    expect(terminal?.sessions.opened ?? 1).toBe(1);
  });

  test.each<[string, () => Promise<string | Uint8Array> | string | Uint8Array, string]>([
    ["not a recipient's file", () => sealed(), "it is encrypted, but not with a passphrase"],
    ["a cut file", () => binary.subarray(0, -20), "the encrypted file is damaged"],
    ["a cut header", () => binary.subarray(0, 40), "the encrypted file is damaged"],
    ["damaged armor", () => armor.encode(binary).replace("\n", "\n!"), "the armor is damaged"],
    ["no identity inside", () => protect("# none\n"), "its content holds no identity"],
    ["something else inside", () => protect("hush-hush"), "its content line 1 is not an identity"],
    ["bytes inside", () => protect(Uint8Array.of(255)), "its content is not UTF-8 text"],
    ["a plugin inside", () => protect(TOY_IDENTITY), "identities of plugins cannot be used"],
  ])("%s", async (_, content, reason) => {
    const { options } = machine(await content(), [`${PASSPHRASE}\r`]);
    const report = await openOnce(options, key);
    expect(report).toContain(reason);
    expect(report).not.toContain("hush-hush");
  });

  test.each([
    ["too much work", "23"],
    ["no number", "x"],
    ["a leading zero", "010"],
  ])("a header that asks for %s", async (_, factor) => {
    const text = Buffer.from(binary).toString("latin1").replace(/ 10\n/, ` ${factor}\n`);
    const { options } = machine(Buffer.from(text, "latin1"), [`${PASSPHRASE}\r`]);
    expect(await openOnce(options, key)).toContain("the encrypted file is damaged");
  });
});

test("the report names what a passphrase has opened, when it is for somebody else", async () => {
  const other = await wrapFor(await identityToRecipient(await generateX25519Identity()));
  const { options } = machine(await protect(mine), [`${PASSPHRASE}\r`]);
  expect(await openOnce(options, other)).toContain(
    `SOPS_AGE_KEY_FILE: holds ${await identityToRecipient(mine)} (under a passphrase)`,
  );
});

test("fourteen bytes tell an age file", () => {
  const text = (word: string) => new Uint8Array(Buffer.from(word));
  expect(isAgeFile(text("age-encryption.org/v1"))).toBe(true);
  expect(isAgeFile(text("-----BEGIN AGE ENCRYPTED FILE-----"))).toBe(true);
  expect(isAgeFile(text("-----BEGIN AG"))).toBe(false);
  expect(isAgeFile(text(" age-encryption.org/v1"))).toBe(false);
  expect(isAgeFile(new Uint8Array())).toBe(false);
});

async function sealed(): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(mine));
  return encrypter.encrypt(mine);
}
