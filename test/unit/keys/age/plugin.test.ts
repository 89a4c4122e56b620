import { mkdirSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Encrypter, armor } from "age-encryption";
import { beforeEach, describe, expect, test } from "vitest";

import { DATA_KEY, openIn, openOnce, wrapFor } from "../../../support/age-scene.js";
import { temporaryDirectories } from "../../../support/directory.js";
import { createTestKeyContext } from "../../../support/key-context.js";
import { createTestTerminal } from "../../../support/terminal.js";
import {
  installToyPlugin,
  TOY_IDENTITY,
  TOY_RECIPIENT,
  type ToyPlugin,
} from "../../../support/toy-plugin.js";
import { AGE_RECIPIENT } from "../../../support/vectors.js";

const makeDirectory = temporaryDirectories();
let folder = "";
let toy: ToyPlugin;

beforeEach(() => {
  folder = makeDirectory();
  toy = installToyPlugin(folder);
});

function machine(wishes = "", keys: readonly string[] = []) {
  const terminal = createTestTerminal(keys);
  const env = { ...toy.env, TOY: wishes, SOPS_AGE_KEY: TOY_IDENTITY };
  return { terminal, ...createTestKeyContext({ terminal, env }) };
}

const wrapWith = (wishes: string) => wrapFor(TOY_RECIPIENT, machine(wishes).context);

describe("the conversation", () => {
  test("wraps and unwraps", async () => {
    const key = await wrapWith("");
    expect(toy.log()).toEqual([
      "--age-plugin=recipient-v1",
      `add-recipient ${TOY_RECIPIENT}`,
      "wrap-file-key (bytes)",
      "extension-labels",
      "done",
      "ok",
    ]);
    expect(await openIn(machine().context, key)).toEqual(DATA_KEY);
    expect(toy.log().slice(6)).toEqual([
      "--age-plugin=identity-v1",
      `add-identity ${TOY_IDENTITY}`,
      "recipient-stanza 0 toy a (bytes)",
      "done",
      "ok",
    ]);
  });

  test("stands in the temporary directory, not where the user is", async () => {
    await wrapWith("where");
    expect(toy.log()).toContain(`cwd ${realpathSync(tmpdir())}`);
  });

  test("tolerates what is not known, in both directions", async () => {
    const key = await wrapWith("grease,labels,grease");
    expect(toy.log().slice(5)).toEqual(["unsupported", "ok", "unsupported", "ok"]);
    expect(await openIn(machine("grease").context, key)).toEqual(DATA_KEY);
  });

  test.each<[string, readonly string[], string, string]>([
    ["msg", [], "ok", "age-plugin-toy: touch the toy\n"],
    ["secret", ["12", "34\r"], "ok 1234", "age-plugin-toy: PIN: \r\u001b[K"],
    ["secret", ["\r"], "ok", "age-plugin-toy: PIN: \r\u001b[K"],
    ["secret", ["\u0004"], "fail", "age-plugin-toy: PIN: \r\u001b[K"],
    ["public", ["me\r"], "ok me", "age-plugin-toy: name: \r\u001b[K"],
    ["confirm", ["1"], "ok yes", "age-plugin-toy: sure? [1] use it  [2] leave it \r\u001b[K"],
    ["confirm", ["2"], "ok no", "age-plugin-toy: sure? [1] use it  [2] leave it \r\u001b[K"],
    ["confirm", ["\r"], "ok yes", "age-plugin-toy: sure? [1] use it  [2] leave it \r\u001b[K"],
    ["confirm", ["\u0004"], "fail", "age-plugin-toy: sure? [1] use it  [2] leave it \r\u001b[K"],
    ["confirm-one", ["2", "1"], "ok yes", "age-plugin-toy: ready? [1] go on \r\u001b[K"],
  ])("%s with the keys %j is answered by %s", async (wish, keys, answer, shown) => {
    const key = await wrapWith("");
    const { context, terminal } = machine(wish, keys);
    expect(await openIn(context, key)).toEqual(DATA_KEY);
    expect(toy.log().at(-2)).toBe(answer);
    expect(terminal.shown()).toBe(shown);
    expect(terminal.sessions.open).toBe(0);
  });

  test("without a terminal questions fail, and messages become warnings", async () => {
    const env = { ...toy.env, TOY: "msg,secret,confirm", SOPS_AGE_KEY: TOY_IDENTITY };
    const { context, warnings } = createTestKeyContext({ env });
    expect(await openIn(context, await wrapWith(""))).toEqual(DATA_KEY);
    expect(toy.log().slice(-4)).toEqual(["ok", "fail", "fail", "ok"]);
    expect(warnings).toEqual(["age-plugin-toy: touch the toy"]);
  });

  test("after five seconds of silence there is a notice", async () => {
    const { context, terminal } = machine("wait");
    await wrapFor(TOY_RECIPIENT, context);
    expect(terminal.shown()).toBe("age-plugin-toy: is being waited for\n");
  });
});

describe("failures name the plugin", () => {
  test.each([
    ["internal", "age-plugin-toy: the toy is broken\\x1b[2J; AGEDEBUG=plugin shows"],
    ["junk", "age-plugin-toy: it does not keep to the plugin protocol"],
    ["gone", "age-plugin-toy: it ended in the middle of the conversation"],
    ["index", "age-plugin-toy: it answers for a file that it was not asked about"],
    ["mute", "age-plugin-toy: it has wrapped nothing"],
  ])("wrapping: %s", async (wish, reason) => {
    await expect(wrapWith(wish)).rejects.toThrowError(reason);
  });

  test.each([
    ["internal", "SOPS_AGE_KEY: age-plugin-toy: the toy is broken"],
    ["junk", "it does not keep to the plugin protocol"],
    ["gone", "it ended in the middle of the conversation"],
    ["index", "its file key is none"],
    ["short", "its file key is none"],
    ["mute", "SOPS_AGE_KEY: holds an identity of age-plugin-toy\n"],
  ])("unwrapping: %s", async (wish, reason) => {
    expect(await openIn(machine(wish).context, await wrapWith(""))).toContain(reason);
  });

  test("a plugin that is not there", async () => {
    const env = { PATH: folder, SOPS_AGE_KEY: TOY_IDENTITY };
    expect(await openOnce({ env }, await wrapWith(""))).toContain("age-plugin-toy: not found");
    await expect(
      wrapFor(TOY_RECIPIENT, createTestKeyContext({ env }).context),
    ).rejects.toThrowError("age-plugin-toy: not found");
  });
});

describe("what is run (security.md T5)", () => {
  test("nothing for the recipients of a file, only for the user's own identities", async () => {
    const key = await wrapWith("");
    const before = toy.log().length;
    const env = { ...toy.env, SOPS_AGE_KEY: "" };
    expect(await openOnce({ env }, key)).toContain("no age identity was found");
    expect(toy.log()).toHaveLength(before);
  });

  test("nothing in relative entries of PATH, nor in the working directory", async () => {
    const key = await wrapWith("");
    const before = toy.log().length;
    const cwd = process.cwd();
    mkdirSync(join(folder, "empty"));
    process.chdir(join(folder, "plugins"));
    try {
      for (const PATH of [".", "", "../plugins", `:${join(folder, "empty")}`]) {
        const env = { ...toy.env, PATH, SOPS_AGE_KEY: TOY_IDENTITY };
        const options = { env, cwd: join(folder, "plugins") };
        expect(await openOnce(options, key)).toContain("age-plugin-toy: not found");
      }
    } finally {
      process.chdir(cwd);
    }
    expect(toy.log()).toHaveLength(before);
  });

  test("not when a native identity opens the file", async () => {
    const { generateX25519Identity, identityToRecipient } = await import("age-encryption");
    const mine = await generateX25519Identity();
    const key = await wrapFor(await identityToRecipient(mine));
    const env = { ...toy.env, SOPS_AGE_KEY: `${TOY_IDENTITY}\n${mine}` };
    expect(await openOnce({ env }, key)).toEqual(DATA_KEY);
    expect(toy.log()).toEqual([]);
  });
});

test("a plugin sees all the stanzas of a file", async () => {
  const own = await wrapWith("");
  expect(own.enc).toContain("BEGIN AGE");
  const encrypter = new Encrypter();
  encrypter.addRecipient(AGE_RECIPIENT);
  encrypter.addRecipient({
    wrapFileKey: (fileKey) => [{ args: ["toy", "a"], body: fileKey.map((byte) => byte ^ 0x55) }],
  });
  const key = { ...own, enc: armor.encode(await encrypter.encrypt(DATA_KEY)) };
  const before = toy.log().length;
  expect(await openIn(machine().context, key)).toEqual(DATA_KEY);
  expect(toy.log().slice(before + 2, before + 4)).toEqual([
    expect.stringMatching(/^recipient-stanza 0 X25519 /),
    expect.stringMatching(/^recipient-stanza 0 toy a /),
  ]);
});
