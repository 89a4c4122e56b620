import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import {
  armor,
  Decrypter,
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from "age-encryption";
import { beforeAll, describe, expect, test } from "vitest";

import { isUnusable, type KeyClient } from "../../../../src/keys/key-type.js";
import type { MasterKey } from "../../../../src/keys/master-key.js";
import { keyTypeOf } from "../../../../src/keys/registry.js";
import { temporaryDirectories } from "../../../support/directory.js";
import { createTestKeyContext } from "../../../support/key-context.js";
import type { TestRuntimeOptions } from "../../../support/runtime.js";
import { TOY_IDENTITY } from "../../../support/toy-plugin.js";

const makeDirectory = temporaryDirectories();
const age = keyTypeOf("age");
const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index);

let client: KeyClient;
let mine: string;
let other: string;
let hybrid: string;
let wrapped: MasterKey;

beforeAll(async () => {
  client = await age.load();
  [mine, other, hybrid] = await Promise.all([
    generateX25519Identity(),
    generateX25519Identity(),
    generateHybridIdentity(),
  ]);
  wrapped = await wrapFor(mine);
});

async function wrapFor(identity: string): Promise<MasterKey> {
  const [key] = age.parse(await identityToRecipient(identity));
  if (key === undefined) {
    throw new Error("no key");
  }
  return { ...key, enc: await client.wrap(key, dataKey, createTestKeyContext().context) };
}

async function open(options: TestRuntimeOptions, key: MasterKey = wrapped) {
  return client.unwrap(key, createTestKeyContext(options).context);
}

async function reasonOf(options: TestRuntimeOptions, key: MasterKey = wrapped): Promise<string> {
  const result = await open(options, key);
  return isUnusable(result) ? result.reason : "it worked";
}

function file(content: string | Uint8Array, mode = 0o600): string {
  const path = join(makeDirectory(), "keys.txt");
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

describe("wrapping", () => {
  test("gives armored text that age opens", async () => {
    expect(wrapped.enc).toMatch(
      /^-----BEGIN AGE ENCRYPTED FILE-----\n([\w+/=]{1,64}\n)+-----END AGE ENCRYPTED FILE-----\n$/,
    );
    const decrypter = new Decrypter();
    decrypter.addIdentity(mine);
    expect(await decrypter.decrypt(armor.decode(wrapped.enc))).toEqual(dataKey);
  });

  test("needs no plugin for recipients in hardware, of which only the public key is used", async () => {
    const recipient = "age1tag1qgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqydpmt7j";
    const [key] = age.parse(recipient);
    const { context } = createTestKeyContext({ env: { PATH: "" } });
    const enc = await client.wrap(key as MasterKey, dataKey, context);
    expect(Buffer.from(armor.decode(enc)).toString("latin1")).toContain("\n-> p256tag ");
  });

  test("works for post-quantum recipients, both ways with the library", async () => {
    const key = await wrapFor(hybrid);
    expect(key.enc.split("\n").length).toBeGreaterThan(35);
    expect(await open({ env: { SOPS_AGE_KEY: hybrid } }, key)).toEqual(dataKey);
    const decrypter = new Decrypter();
    decrypter.addIdentity(hybrid);
    expect(await decrypter.decrypt(armor.decode(key.enc))).toEqual(dataKey);

    const encrypter = new Encrypter();
    encrypter.addRecipient(await identityToRecipient(hybrid));
    const theirs = { ...key, enc: armor.encode(await encrypter.encrypt(dataKey)) };
    expect(await open({ env: { SOPS_AGE_KEY: `${other} ${hybrid}` } }, theirs)).toEqual(dataKey);
    expect(await reasonOf({ env: { SOPS_AGE_KEY: other } }, theirs)).toContain(
      "no identity matched",
    );
    expect(
      await reasonOf({ env: { SOPS_AGE_KEY: await generateHybridIdentity() } }, theirs),
    ).toContain("holds age1pq1");
  });

  test("refuses a recipient of a file that cannot be used", async () => {
    const key = age.fromMetadata(new Map([["recipient", "age1bad"]]));
    await expect(client.wrap(key, dataKey, createTestKeyContext().context)).rejects.toThrowError(
      "malformed recipient",
    );
  });
});

describe("identities are found", () => {
  test.each<[string, () => TestRuntimeOptions]>([
    ["in SOPS_AGE_KEY", () => ({ env: { SOPS_AGE_KEY: mine } })],
    [
      "in SOPS_AGE_KEY, among others",
      () => ({ env: { SOPS_AGE_KEY: `${other} ${hybrid}\n#c\n  ${mine}` } }),
    ],
    [
      "in SOPS_AGE_KEY_FILE",
      () => ({ env: { SOPS_AGE_KEY_FILE: file(`# comment\n\n${mine}\n`) } }),
    ],
    ["with CRLF", () => ({ env: { SOPS_AGE_KEY_FILE: file(`# c\r\n\r\n${mine}\r\n`) } })],
    [
      "in a file relative to the working directory",
      () => ({ cwd: dirname(file(mine)), env: { SOPS_AGE_KEY_FILE: "keys.txt" } }),
    ],
    ["by SOPS_AGE_KEY_CMD", () => ({ env: { SOPS_AGE_KEY_CMD: `cat '${file(mine)}' # c` } })],
    [
      "beside an identity of a plugin",
      () => ({ env: { SOPS_AGE_KEY: `${TOY_IDENTITY} ${mine}` } }),
    ],
    [
      "although other sources are broken",
      () => ({
        env: {
          SOPS_AGE_KEY: "nonsense",
          SOPS_AGE_KEY_FILE: "/no/such",
          SOPS_AGE_KEY_CMD: `cat ${file(mine)}`,
        },
      }),
    ],
  ])("%s", async (_, options) => {
    expect(await open(options())).toEqual(dataKey);
  });

  test.each<[string, (home: string) => [string, TestRuntimeOptions]]>([
    [
      "~/.config",
      (home) => [join(home, ".config"), { env: {}, homeDirectory: home, platform: "linux" }],
    ],
    [
      "XDG_CONFIG_HOME",
      (home) => [
        join(home, "x"),
        { env: { XDG_CONFIG_HOME: join(home, "x") }, homeDirectory: home, platform: "linux" },
      ],
    ],
    [
      "the macOS directory",
      (home) => [
        join(home, "Library", "Application Support"),
        { env: {}, homeDirectory: home, platform: "darwin" },
      ],
    ],
    [
      "XDG_CONFIG_HOME on macOS",
      (home) => [
        join(home, "x"),
        { env: { XDG_CONFIG_HOME: join(home, "x") }, homeDirectory: home, platform: "darwin" },
      ],
    ],
    [
      "AppData",
      (home) => [join(home, "a"), { env: { AppData: join(home, "a") }, platform: "win32" }],
    ],
  ])("in the default file below %s", async (_, place) => {
    const [directory, options] = place(makeDirectory());
    mkdirSync(join(directory, "sops", "age"), { recursive: true });
    writeFileSync(join(directory, "sops", "age", "keys.txt"), mine, { mode: 0o600 });
    expect(await open(options)).toEqual(dataKey);
  });

  test("the command gets the recipient, no shell, and runs once for each recipient", async () => {
    const second = await wrapFor(other);
    const requests: unknown[] = [];
    const { context } = createTestKeyContext({
      env: { SOPS_AGE_KEY_CMD: 'give "a b" $(id)', X: "1" },
      exec: (request) => {
        requests.push([request.command, request.args, request.env]);
        const text = request.env["SOPS_AGE_RECIPIENT"] === wrapped.display ? mine : other;
        return Promise.resolve({
          exitCode: 0,
          signal: null,
          stdout: Buffer.from(text),
          stderr: new Uint8Array(),
        });
      },
    });
    for (const key of [wrapped, second, wrapped]) {
      expect(await client.unwrap(key, context)).toEqual(dataKey);
    }
    expect(requests).toEqual(
      [wrapped, second].map(({ display }) => [
        "give",
        ["a b", "$(id)"],
        { SOPS_AGE_KEY_CMD: 'give "a b" $(id)', X: "1", SOPS_AGE_RECIPIENT: display },
      ]),
    );
  });

  test("files are read once a run", async () => {
    const path = file(mine);
    const { context } = createTestKeyContext({ env: { SOPS_AGE_KEY_FILE: path } });
    await client.unwrap(wrapped, context);
    writeFileSync(path, "");
    expect(await client.unwrap(wrapped, context)).toEqual(dataKey);
  });

  test.each([
    [0o644, 1],
    [0o600, 0],
    [0o640, 0],
  ])("a key file of mode %o gives %i warnings (T6)", async (mode, count) => {
    const path = file(mine, mode);
    const { context, warnings } = createTestKeyContext({ env: { SOPS_AGE_KEY_FILE: path } });
    await client.unwrap(wrapped, context);
    await client.unwrap(wrapped, context);
    expect(warnings).toHaveLength(count);
    expect(warnings.join()).not.toContain(mine);
  });
});

describe("when no identity fits", () => {
  test("the reason names the sources that were looked at, and the public side of what was there", async () => {
    const reason = await reasonOf({
      env: { SOPS_AGE_KEY: `${other} ${hybrid}` },
      homeDirectory: "/nowhere",
    });
    expect(reason.split("\n")).toEqual([
      "no identity matched any of the recipients",
      `SOPS_AGE_KEY: holds ${await identityToRecipient(other)}, ${(await identityToRecipient(hybrid)).slice(0, 70)}…`,
      `Did not find keys in locations ${[
        "'SOPS_AGE_SSH_PRIVATE_KEY_FILE'",
        "'SOPS_AGE_SSH_PRIVATE_KEY_CMD'",
        "'/nowhere/.ssh/id_ed25519'",
        "'/nowhere/.ssh/id_rsa'",
        "'SOPS_AGE_KEY_FILE'",
        "'SOPS_AGE_KEY_CMD'",
        "'/nowhere/.config/sops/age/keys.txt'",
      ].join(", ")}.`,
    ]);
  });

  test("of many identities the first are named", async () => {
    const many = await Promise.all(Array.from({ length: 11 }, () => generateX25519Identity()));
    expect(await reasonOf({ env: { SOPS_AGE_KEY: many.join(" ") } })).toMatch(
      /holds (age1\w+, ){8}3 more\n/,
    );
  });

  test.each<[string, () => TestRuntimeOptions, string]>([
    ["nothing at all", () => ({}), "no age identity was found"],
    ["no home", () => ({}), "neither $XDG_CONFIG_HOME nor $HOME are defined"],
    [
      "empty command",
      () => ({ env: { SOPS_AGE_KEY_CMD: "" } }),
      "SOPS_AGE_KEY_CMD: is set but empty",
    ],
    [
      "open quote",
      () => ({ env: { SOPS_AGE_KEY_CMD: "cat 'x" } }),
      "SOPS_AGE_KEY_CMD: a quote is not closed",
    ],
    ["failing command", () => ({ env: { SOPS_AGE_KEY_CMD: "false" } }), "ended with exit status 1"],
    [
      "missing command",
      () => ({ env: { SOPS_AGE_KEY_CMD: "no-such-command-x" } }),
      "SOPS_AGE_KEY_CMD: ",
    ],
    [
      "missing file",
      () => ({ env: { SOPS_AGE_KEY_FILE: "/no/such" } }),
      "SOPS_AGE_KEY_FILE: cannot be read: no such file",
    ],
    [
      "not text",
      () => ({ env: { SOPS_AGE_KEY_FILE: file(Buffer.from([0xff])) } }),
      "is not UTF-8 text",
    ],
    [
      "only comments",
      () => ({ env: { SOPS_AGE_KEY_FILE: file("# nothing\n") } }),
      "holds no identity",
    ],
    [
      "blank before",
      () => ({ env: { SOPS_AGE_KEY_FILE: file(` ${mine}`) } }),
      "line 1 is not an identity",
    ],
    [
      "blank after",
      () => ({ env: { SOPS_AGE_KEY_FILE: file(`#\n${mine} `) } }),
      "line 2 is not an identity",
    ],
    [
      "two on a line",
      () => ({ env: { SOPS_AGE_KEY_FILE: file(`${mine} ${mine}`) } }),
      "line 1 is not an identity",
    ],
    [
      "comment after",
      () => ({ env: { SOPS_AGE_KEY: `${mine} # me` } }),
      "line 1 is not an identity",
    ],
    [
      "indented comment",
      () => ({ env: { SOPS_AGE_KEY: `${mine}\n # me` } }),
      "line 2 is not an identity",
    ],
    [
      "one bad line",
      () => ({ env: { SOPS_AGE_KEY: `${mine}\n${mine.slice(0, -1)}Q` } }),
      "line 2 is not an identity",
    ],
    [
      "damaged identity of a plugin",
      () => ({ env: { SOPS_AGE_KEY: `${TOY_IDENTITY}Q` } }),
      "line 1 is not an identity: invalid checksum",
    ],
    [
      "identity of a plugin that would be a path",
      () => ({ env: { SOPS_AGE_KEY: "AGE-PLUGIN-../X-1W3HHJL8QMJ8" } }),
      "line 1 is not an identity: the name of the plugin has a character that is not allowed",
    ],
    [
      "lower case",
      () => ({ env: { SOPS_AGE_KEY: mine.toLowerCase() } }),
      "does not begin with AGE-SECRET-KEY- or AGE-PLUGIN-",
    ],
    [
      "a recipient",
      () => ({ env: { SOPS_AGE_KEY: wrapped.display } }),
      "does not begin with AGE-SECRET-KEY- or AGE-PLUGIN-",
    ],
  ])("%s", async (_, options, reason) => {
    const text = await reasonOf(options());
    expect(text).toContain(reason);
    expect(text).not.toContain(mine.slice(16, 40));
    expect(text.toLowerCase()).not.toContain(mine.slice(16, 40).toLowerCase());
  });
});

describe("damaged wrapped keys are errors, without their text", () => {
  test.each<[string, (enc: string) => string]>([
    ["empty", () => ""],
    ["no armor", () => "SECRETTEXT"],
    ["armor of something else", () => armor.encode(Buffer.from("SECRETTEXT"))],
    ["cut", (enc) => `${enc.slice(0, 120)}\n-----END AGE ENCRYPTED FILE-----\n`],
    [
      "changed payload",
      (enc) => {
        const bytes = armor.decode(enc);
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
        return armor.encode(bytes);
      },
    ],
  ])("%s", async (_, change) => {
    const key = { ...wrapped, enc: change(wrapped.enc) };
    const failure = open({ env: { SOPS_AGE_KEY: mine } }, key);
    await expect(failure).rejects.toThrowError(/^(?!.*SECRETTEXT)the wrapped data key is /);
  });
});

test("a wrapped key for several recipients opens with any of them", async () => {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(other));
  encrypter.addRecipient(wrapped.display);
  const key = { ...wrapped, enc: armor.encode(await encrypter.encrypt(dataKey)) };
  expect(await open({ env: { SOPS_AGE_KEY: mine } }, key)).toEqual(dataKey);
  expect(await open({ env: { SOPS_AGE_KEY: other } }, key)).toEqual(dataKey);
});
