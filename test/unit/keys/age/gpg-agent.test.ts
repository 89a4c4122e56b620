import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";

import { armor, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterEach, beforeAll, describe, expect, test } from "vitest";

import { cacheId } from "../../../../src/keys/age/passphrase.js";
import type { MasterKey } from "../../../../src/keys/master-key.js";
import { DATA_KEY, openIn, openOnce, wrapFor } from "../../../support/age-scene.js";
import { temporaryDirectories } from "../../../support/directory.js";
import { createTestKeyContext } from "../../../support/key-context.js";
import { createTestTerminal } from "../../../support/terminal.js";

const makeDirectory = temporaryDirectories();
const PASSPHRASE = "Tr0ub4dor & 3 é";
const HEX = Buffer.from(PASSPHRASE).toString("hex");

let key: MasterKey;
let identities: Uint8Array;
const servers: Server[] = [];

beforeAll(async () => {
  const mine = await generateX25519Identity();
  key = await wrapFor(await identityToRecipient(mine));
  const encrypter = new Encrypter();
  encrypter.setPassphrase(PASSPHRASE);
  encrypter.setScryptWorkFactor(10);
  identities = await encrypter.encrypt(mine);
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((end) => server.close(end))));
});

interface FakeAgent {
  readonly path: string;
  /** The lines it has read, of all connections. */
  readonly lines: string[];
}

/** Answers GET_PASSPHRASE as told and everything else with OK. */
async function startAgent(
  answer: string,
  greeting = "OK Pleased to meet you\n",
): Promise<FakeAgent> {
  const path = join(makeDirectory(), "S");
  const lines: string[] = [];
  const talk = (socket: Socket): void => {
    socket.write(greeting);
    let text = "";
    socket.setEncoding("utf8").on("data", (chunk) => {
      text += String(chunk);
      const complete = text.split("\n");
      text = complete.pop() ?? "";
      for (const line of complete) {
        lines.push(line);
        if (line === "BYE") socket.end();
        else if (line !== "END") socket.write(line.startsWith("GET_") ? answer : "OK\n");
      }
    });
  };
  const server = createServer(talk);
  servers.push(server);
  await new Promise<void>((listening) => server.listen(path, listening));
  return { path, lines };
}

function scene(env: Record<string, string>, keys: readonly string[] = []) {
  const terminal = createTestTerminal(keys);
  return { terminal, env: { SOPS_AGE_KEY: armor.encode(identities), ...env } };
}

test("the cache id is that of sops: 40 letters of the hash of the file without armor", () => {
  expect(cacheId(identities)).toMatch(/^SopsAge[A-Z2-7]{40}$/);
  // By hand: sha256sum, the first 25 bytes, base32.
  expect(cacheId(new Uint8Array(Buffer.from("abc")))).toBe(
    "SopsAgeXJ4BNP4PAHH6UQKBIDPF3LRCEOYAGYNDSYLXVHFU",
  );
});

describe("the agent", () => {
  test("is asked before the terminal, with escaped words", async () => {
    const agent = await startAgent(`S PROGRESS\n# hm\nOK ${HEX}\n`);
    const { terminal, env } = scene({
      GPG_AGENT_INFO: `${agent.path}:0:1`,
      DISPLAY: ":0",
      TERM: "xterm",
    });
    expect(await openOnce({ terminal, env, platform: "darwin" }, key)).toEqual(DATA_KEY);
    expect(agent.lines).toEqual([
      "OPTION display=:0",
      "OPTION ttytype=xterm",
      `GET_PASSPHRASE ${cacheId(identities)} X Passphrase Enter+passphrase+for+identity+%27SOPS_AGE_KEY%27%3A`,
      "BYE",
    ]);
    expect(terminal.sessions.opened).toBe(0);
  });

  test("may ask back", async () => {
    const agent = await startAgent(`INQUIRE PINENTRY_LAUNCHED 1\nOK ${HEX}\n`);
    const { terminal, env } = scene({ GPG_AGENT_INFO: agent.path });
    expect(await openOnce({ terminal, env }, key)).toEqual(DATA_KEY);
    expect(agent.lines.slice(-2)).toEqual(["END", "BYE"]);
  });

  test.each([
    ["a wrong passphrase", "OK 41\n", "the passphrase is wrong"],
    ["an empty passphrase", "OK\n", "the passphrase is empty"],
  ])("forgets %s", async (_, answer, reason) => {
    const agent = await startAgent(answer);
    const { terminal, env } = scene({ GPG_AGENT_INFO: agent.path });
    const { context } = createTestKeyContext({ terminal, env });
    expect(await openIn(context, key)).toContain(`under a passphrase: ${reason}`);
    expect(agent.lines).toContain(`CLEAR_PASSPHRASE ${cacheId(identities)}`);
  });

  test.each([
    ["cancelled", "ERR 83886179 Operation cancelled <Pinentry>\n", "was not given to gpg-agent"],
    ["not cached", "ERR 67108922 No data <GPG Agent>\n", "does not know the passphrase"],
    ["no pinentry", "ERR 67108949 No pinentry <GPG Agent>\n", "no pinentry program"],
    ["another error", "ERR 1 SECRET\n", "gpg-agent gave no passphrase (error 1)"],
    ["a line that never ends", "x".repeat(100_000), "gpg-agent gave no passphrase"],
  ])("whose answer is %s ends it: the terminal is not asked", async (_, answer, reason) => {
    const agent = await startAgent(answer);
    const { terminal, env } = scene({ GPG_AGENT_INFO: agent.path });
    const report = await openOnce({ terminal, env }, key);
    expect(report).toContain(reason);
    expect(report).not.toContain("SECRET");
    expect(terminal.sessions.opened).toBe(0);
  });
});

describe("without an agent the terminal is asked", () => {
  test.each<[string, () => Promise<Record<string, string>>]>([
    ["none is named", () => Promise.resolve({})],
    ["nobody listens", () => Promise.resolve({ GPG_AGENT_INFO: "/no/such:0:1" })],
    ["a relative path is not followed", () => Promise.resolve({ GPG_AGENT_INFO: "S:0:1" })],
    [
      "it does not greet",
      async () => ({ GPG_AGENT_INFO: (await startAgent("", "ERR 1 busy\n")).path }),
    ],
  ])("%s", async (_, env) => {
    const { terminal, env: all } = scene(await env(), [`${PASSPHRASE}\r`]);
    expect(await openOnce({ terminal, env: all }, key)).toEqual(DATA_KEY);
    expect(terminal.sessions.opened).toBe(1);
  });
});

test("the agent of the runtime directory is found", async () => {
  const agent = await startAgent(`OK ${HEX}\n`);
  const { terminal, env } = scene({ XDG_RUNTIME_DIR: "/run/user/7" });
  const { context } = createTestKeyContext({ terminal, env, homeDirectory: "/home/x" });
  const asked: string[] = [];
  const machine = {
    ...context.machine,
    connect(path: string) {
      asked.push(path);
      return path === "/run/user/7/gnupg/S.gpg-agent"
        ? context.machine.connect(agent.path)
        : Promise.reject(new Error("nobody"));
    },
  };
  expect(await openIn({ ...context, machine }, key)).toEqual(DATA_KEY);
  expect(asked).toEqual(["/home/x/.gnupg/S.gpg-agent", "/run/user/7/gnupg/S.gpg-agent"]);
});
