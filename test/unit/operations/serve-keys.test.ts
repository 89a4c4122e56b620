/** The key service in this process: what it answers, whom it asks, where it listens, how it ends. */
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";

import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterEach, beforeAll, describe, expect, test } from "vitest";

import { main } from "../../../src/cli/main.js";
import { createKeyContext } from "../../../src/keys/key-context.js";
import type { MasterKey } from "../../../src/keys/master-key.js";
import { keyTypeOf } from "../../../src/keys/registry.js";
import { parseServiceUri } from "../../../src/keys/service/address.js";
import { createGrpcClient } from "../../../src/keys/service/grpc-client.js";
import type { KeyService } from "../../../src/keys/service/key-service.js";
import { createKeyServices } from "../../../src/keys/service/key-services.js";
import { DECRYPT_PATH, ENCRYPT_PATH, encodeRequest } from "../../../src/keys/service/messages.js";
import { temporaryDirectories } from "../../support/directory.js";
import { listenArgs, startOurServer, type RunningServer } from "../../support/key-server.js";
import { createTestRuntime, type TestRuntime } from "../../support/runtime.js";
import { typedLines } from "../../support/typed-lines.js";

const makeDirectory = temporaryDirectories();
const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index);
const OTHERS = {
  kms: "arn:aws:kms:r:1:key/k",
  pgp: "ABCDEF",
  gcp_kms: "projects/p",
  azure_kv: "https://v.example/keys/n/7",
  hc_vault: "https://v.example/v1/e/keys/n",
  hckms: "r:u",
} as const;

let identity: string;
let key: MasterKey;

beforeAll(async () => {
  identity = await generateX25519Identity();
  key = ageKey(await identityToRecipient(identity));
});

const running: RunningServer[] = [];
const clients: { close(): void }[] = [];
afterEach(async () => {
  clients.splice(0).forEach((client) => {
    client.close();
  });
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

function ageKey(recipient: string): MasterKey {
  return keyTypeOf("age").fromMetadata(new Map([["recipient", recipient]]));
}

interface ServerSetting {
  readonly flags?: readonly string[];
  readonly stdin?: TestRuntime["stdin"];
  readonly env?: Record<string, string>;
}

async function start(uri: string, setting: ServerSetting = {}) {
  const env = setting.env ?? { SOPS_AGE_KEY: identity };
  const plain = createTestRuntime({ env, homeDirectory: null });
  const runtime = { ...plain, stdin: setting.stdin ?? plain.stdin };
  const server = await startOurServer(uri, [...listenArgs(uri), ...(setting.flags ?? [])], runtime);
  running.push(server);
  return { server, runtime };
}

async function startOnSocket(setting: ServerSetting = {}) {
  const path = join(makeDirectory(), "s");
  return { path, ...(await start(`unix://${path}`, setting)) };
}

function clientOf({ uri }: RunningServer): KeyService {
  const context = createKeyContext(createTestRuntime(), {
    log: () => undefined,
    warn: () => undefined,
  });
  const [service] = createKeyServices(context, { isLocalEnabled: false, remotes: [uri] });
  if (service === undefined) throw new Error("no service");
  clients.push(service);
  return service;
}

/** Sends bytes as they are. */
async function statusOf({ uri }: RunningServer, path: string, message: Uint8Array) {
  const address = parseServiceUri(uri);
  if (address === null) throw new Error("no address");
  const client = createGrpcClient(address, { connectMs: 5000, totalMs: 5000 });
  clients.push(client);
  try {
    await client.call(path, [message]);
    return "OK";
  } catch (error) {
    return error instanceof Error && "status" in error ? error.status : error;
  }
}

async function failureOf(action: Promise<unknown>): Promise<string> {
  try {
    return `no failure: ${String(await action)}`;
  } catch (error) {
    return error instanceof Error ? error.message : "no error";
  }
}

describe("what it answers (keys.md §4)", () => {
  test("wraps and unwraps with the keys of its own environment", async () => {
    const { server, runtime } = await startOnSocket({ flags: ["--verbose"] });
    const client = clientOf(server);
    const enc = await client.wrap(key, dataKey);
    expect(enc).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n[^]*\n$/);
    expect(await client.unwrap({ ...key, enc })).toEqual(dataKey);
    const lines = runtime.stderrText();
    expect(lines).toContain(`Listening on ${server.uri}`);
    expect(lines).toContain(`Encrypt with age key ${key.display}: done`);
    expect(lines).toContain(`Decrypt with age key ${key.display}: done`);
    expect(runtime.stdoutText()).toBe("");
  });

  test("many at a time, from several clients", async () => {
    const { server } = await startOnSocket();
    const wrapped = await Promise.all(
      Array.from({ length: 20 }, () => clientOf(server).wrap(key, dataKey)),
    );
    expect(new Set(wrapped).size).toBe(20);
  });

  test("says why a key does not work", async () => {
    const { server } = await startOnSocket({ env: {} });
    const client = clientOf(server);
    const enc = await client.wrap(key, dataKey);
    expect(await failureOf(client.unwrap({ ...key, enc }))).toMatch(/^no age identity was found\n/);
    expect(await failureOf(client.unwrap({ ...key, enc: "x" }))).toContain("not armored");
    expect(await failureOf(client.wrap(ageKey("age1bad"), dataKey))).toContain("age1bad");
  });

  test.each(Object.entries(OTHERS))("knows keys of kind %s by name", async (id, text) => {
    const { server } = await startOnSocket();
    const [other] = keyTypeOf(id as keyof typeof OTHERS).parse(text);
    if (other === undefined) throw new Error("no key");
    expect(await failureOf(clientOf(server).wrap(other, dataKey))).toMatch(/are not built in yet$/);
  });

  test.each<[string, string, number[], number]>([
    ["a request without a key", ENCRYPT_PATH, [], 5],
    ["a request with an empty key", DECRYPT_PATH, [0x0a, 0], 5],
    ["a kind of a later version", DECRYPT_PATH, [0x0a, 2, 0x4a, 0], 5],
    ["a damaged request", ENCRYPT_PATH, [0x0a, 9], 13],
    ["another method", "/KeyService/Other", [], 12],
    ["another service", "/grpc.health.v1.Health/Check", [], 12],
  ])("%s is refused, and the server goes on", async (_, path, bytes, status) => {
    const { server } = await startOnSocket();
    expect(await statusOf(server, path, Uint8Array.from(bytes))).toBe(status);
    expect(await clientOf(server).wrap(key, dataKey)).toContain("BEGIN AGE");
  });

  test("a request that is too long is refused", async () => {
    const { server } = await startOnSocket();
    const status = await statusOf(server, ENCRYPT_PATH, new Uint8Array(1_000_000));
    expect([8, 14]).toContain(status);
    expect(await clientOf(server).wrap(key, dataKey)).toContain("BEGIN AGE");
  });

  test.each<[string, Buffer]>([
    ["noise", Buffer.alloc(10_000, 0x5a)],
    ["HTTP/1", Buffer.from("POST /KeyService/Encrypt HTTP/1.1\r\nHost: x\r\n\r\n")],
    ["a preface and noise", Buffer.from(`PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${"x".repeat(500)}`)],
  ])("a connection with %s ends itself and nothing else", async (_, bytes) => {
    const { path, server } = await startOnSocket();
    const socket = connect(path);
    socket.on("error", () => undefined);
    const closed = new Promise((resolve) => socket.on("close", resolve));
    socket.resume();
    socket.end(bytes);
    await closed;
    expect(await clientOf(server).wrap(key, dataKey)).toContain("BEGIN AGE");
  });

  test("identities are read anew for every request, so nothing is kept", async () => {
    const folder = makeDirectory();
    const file = join(folder, "keys.txt");
    const { server } = await startOnSocket({ env: { SOPS_AGE_KEY_FILE: file } });
    const client = clientOf(server);
    const enc = await client.wrap(key, dataKey);
    expect(await failureOf(client.unwrap({ ...key, enc }))).not.toContain("no failure");
    writeFileSync(file, identity, { mode: 0o600 });
    expect(await client.unwrap({ ...key, enc })).toEqual(dataKey);
  });
});

describe("--prompt", () => {
  test("asks until the answer is y or n, before it touches the key", async () => {
    const { stdin, type } = typedLines();
    const { server, runtime } = await startOnSocket({ flags: ["--prompt", "--verbose"], stdin });
    const client = clientOf(server);
    const wrapped = client.wrap(key, dataKey);
    const question = `Encrypt with age key ${key.display}? (y/n)\n`;
    await expect.poll(() => runtime.stdoutText()).toBe(question);
    expect(runtime.stderrText()).not.toContain("succeeded");
    type("yes");
    await expect.poll(() => runtime.stdoutText()).toBe(question.repeat(2));
    expect(runtime.stderrText()).not.toContain("succeeded");
    type("y");
    expect(await wrapped).toContain("BEGIN AGE");
  });

  test("n and no answer", async () => {
    const { stdin, type } = typedLines();
    const { server, runtime } = await startOnSocket({ flags: ["--prompt", "--verbose"], stdin });
    const client = clientOf(server);
    type("n");
    const refused = await failureOf(client.unwrap({ ...key, enc: "x" }));
    expect(refused).toBe("PERMISSION_DENIED: the request was refused");
    type("");
    const unanswered = await failureOf(client.unwrap({ ...key, enc: "x" }));
    expect(unanswered).toBe("the question at the server was not answered");
    expect(runtime.stdoutText()).toContain(`Decrypt with age key ${key.display}?`);
    expect(runtime.stderrText()).toContain(`${key.display}: PERMISSION_DENIED`);
    expect(runtime.stderrText()).toContain(`${key.display}: UNKNOWN`);
  });

  test("standard input at its end is no consent", async () => {
    const { server } = await startOnSocket({ flags: ["--prompt"] });
    const failure = await failureOf(clientOf(server).wrap(key, dataKey));
    expect(failure).toBe("the question at the server was not answered");
  });

  test("one question at a time, none for a client that has gone", async () => {
    const { stdin, type } = typedLines();
    const { server, runtime } = await startOnSocket({ flags: ["--prompt"], stdin });
    const [impatient, patient] = [clientOf(server), clientOf(server)];
    const given = failureOf(impatient.wrap(key, dataKey));
    await expect.poll(() => runtime.stdoutText()).toContain("(y/n)");
    const wrapped = patient.unwrap({ ...key, enc: "x" });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(runtime.stdoutText().match(/\(y\/n\)/g)).toHaveLength(1);
    impatient.close();
    await given;
    await expect.poll(() => runtime.stdoutText()).toContain("Decrypt");
    type("n");
    expect(await failureOf(wrapped)).toContain("PERMISSION_DENIED");
    expect(runtime.stdoutText().match(/\(y\/n\)/g)).toHaveLength(2);
  });

  test("a name sent by a client cannot write on the terminal", async () => {
    const { stdin, type } = typedLines();
    const { server, runtime } = await startOnSocket({ flags: ["--prompt", "--verbose"], stdin });
    type("n");
    await failureOf(clientOf(server).wrap(ageKey("a\u001b[2J\nAllowed \u202e"), dataKey));
    expect(runtime.stdoutText().split("\n")).toHaveLength(2);
    const shown = runtime.stdoutText() + runtime.stderrText();
    expect(shown).not.toContain("\u001b");
    expect(shown).not.toContain("\u202e");
  });
});

describe("where it listens (security.md N3)", () => {
  test("a socket is for its owner, whatever the umask", async () => {
    const before = process.umask(0);
    try {
      const { path } = await startOnSocket();
      expect((statSync(path).mode & 0o777).toString(8)).toBe("600");
      expect(process.umask()).toBe(0);
    } finally {
      process.umask(before);
    }
  });

  async function attempt(args: readonly string[], cwd = makeDirectory()) {
    const runtime = createTestRuntime({ cwd, env: {} });
    const exit = await main(["keyservice", ...args], runtime);
    expect(runtime.stdoutText()).toBe("");
    expect(runtime.pendingCleanUps()).toBe(0);
    return { exit, stderr: runtime.stderrText() };
  }

  test.each(["0.0.0.0:0", ":0", "[::]:0", "host.example:0"])(
    "%s needs --allow-remote",
    async (address) => {
      const { exit, stderr } = await attempt(["--addr", address]);
      expect(exit).toBe(1);
      expect(stderr).toMatch(/^\[CMD\]\t time=".*" level=fatal msg="tcp:.*other machines/);
      expect(stderr).toContain("--allow-remote");
    },
  );

  test("with --allow-remote it listens everywhere", async () => {
    const runtime = createTestRuntime();
    const args = ["--address", ":0", "--allow-remote", "--verbose"];
    const exit = main(["keyservice", ...args], runtime);
    await expect.poll(() => runtime.stderrText()).toMatch(/Listening on tcp:\/\/:[1-9]/);
    runtime.raiseStop();
    expect(await exit).toBe(0);
  });

  test.each([
    ["--net", "udp"],
    ["--net", "unixpacket", "--addr", "/tmp/x"],
    ["--addr", "5000"],
    ["--net", "unix", "--addr", "@abstract"],
    ["--net", "unix", "--addr", "missing/folder/s"],
    ["--net", "unix", "--addr", `/tmp/${"x".repeat(200)}`],
    ["--addr", "127.0.0.1:1", "--net", "unix", "--addr", "."],
  ])("%s %s %s: exit 1 with a fatal line", async (...args) => {
    const { exit, stderr } = await attempt(args);
    expect(exit).toBe(1);
    expect(stderr).toMatch(/^\[CMD\]\t time=".*" level=fatal msg="cannot listen/);
  });

  test("a port that is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const bound = other.address();
    const port = typeof bound === "object" ? bound?.port : undefined;
    const { exit, stderr } = await attempt(["--addr", `127.0.0.1:${String(port)}`]);
    await new Promise((resolve) => other.close(resolve));
    expect(exit).toBe(1);
    expect(stderr).toContain("the address is in use");
  });

  test("a live server keeps its socket", async () => {
    const { path, server } = await startOnSocket();
    const { exit, stderr } = await attempt(["--net", "unix", "--addr", path]);
    expect(exit).toBe(1);
    expect(stderr).toContain("another server answers there");
    expect(await clientOf(server).wrap(key, dataKey)).toContain("BEGIN AGE");
  });

  test("what is no socket is left alone", async () => {
    const folder = makeDirectory();
    writeFileSync(join(folder, "file"), "precious");
    mkdirSync(join(folder, "folder"));
    for (const name of ["file", "folder"]) {
      const { exit, stderr } = await attempt(["--net", "unix", "--addr", name], folder);
      expect(exit).toBe(1);
      expect(stderr).toContain("it is no socket");
    }
    expect(readdirSync(folder)).toEqual(["file", "folder"]);
  });

  test("the socket of another user is left alone", async () => {
    const folder = makeDirectory();
    const dead: Server = createServer();
    await new Promise<void>((resolve) => dead.listen(join(folder, "s"), resolve));
    const runtime = createTestRuntime({ cwd: folder, env: {}, userId: 4711 });
    expect(await main(["keyservice", "--net", "unix", "--addr", "s"], runtime)).toBe(1);
    expect(runtime.stderrText()).toContain("a socket of another user");
    await new Promise((resolve) => dead.close(resolve));
  });
});

describe("how it ends", () => {
  test("told to stop: quietly, exit 0, without its socket", async () => {
    const { path, server, runtime } = await startOnSocket();
    const client = clientOf(server);
    await client.wrap(key, dataKey);
    expect(runtime.pendingCleanUps()).toBe(1);
    expect(await server.stop()).toBe(0);
    expect(runtime.stderrText()).toBe("");
    expect(runtime.stdoutText()).toBe("");
    expect(runtime.pendingCleanUps()).toBe(0);
    expect(() => statSync(path)).toThrow("ENOENT");
  });

  test("told to stop while a question waits", async () => {
    const { stdin } = typedLines();
    const { server, runtime } = await startOnSocket({ flags: ["--prompt"], stdin });
    const failure = failureOf(clientOf(server).wrap(key, dataKey));
    await expect.poll(() => runtime.stdoutText()).toContain("(y/n)");
    expect(await server.stop()).toBe(0);
    expect(await failure).toMatch(/^UNAVAILABLE: /);
  });

  test("ended by another signal, its socket goes too", async () => {
    const { path, runtime } = await startOnSocket();
    runtime.raiseSignal();
    expect(() => statSync(path)).toThrow("ENOENT");
  });
});

test("what a request has wrapped can be read with the identity alone", async () => {
  const { server } = await startOnSocket({ env: {} });
  const enc = await clientOf(server).wrap(key, dataKey);
  const context = createKeyContext(createTestRuntime({ env: { SOPS_AGE_KEY: identity } }), {
    log: () => undefined,
    warn: () => undefined,
  });
  const [local] = createKeyServices(context, { isLocalEnabled: true, remotes: [] });
  expect(await local?.unwrap({ ...key, enc })).toEqual(dataKey);
  const message = Buffer.concat(encodeRequest(key, dataKey));
  expect(await statusOf(server, ENCRYPT_PATH, message)).toBe("OK");
});
