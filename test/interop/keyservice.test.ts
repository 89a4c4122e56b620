/** The key service against the real sops, each in both roles. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { KEY_TYPE_IDS, type MasterKey } from "../../src/keys/master-key.js";
import { parseServiceUri } from "../../src/keys/service/address.js";
import { startGrpcServer, type GrpcServer } from "../../src/keys/service/grpc-server.js";
import { decodeRequest, encodeResponse } from "../../src/keys/service/messages.js";
import { encodeText } from "../../src/support/text.js";
import { runCli, type CliResult } from "../support/cli.js";
import { temporaryDirectories } from "../support/directory.js";
import {
  freePort,
  listenArgs,
  startOurServer,
  startRealServer,
  type RunningServer,
} from "../support/key-server.js";
import { createTestRuntime } from "../support/runtime.js";
import { isMissing, runRealSops, type ProcessResult } from "../support/tools.js";
import { AGE_RECIPIENT, VECTOR_KEYS_DIR } from "../support/vectors.js";

const makeDirectory = temporaryDirectories();
const IDENTITIES = { SOPS_AGE_KEY_FILE: join(VECTOR_KEYS_DIR, "age.txt") };
const PLAIN = "a: secret\nb:\n    - 1\n    - two\n";

let folder = "";
const running: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  folder = makeDirectory();
  writeFileSync(join(folder, "plain.yaml"), PLAIN);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((stop) => stop()));
});

type Role = "ours" | "real";

/** Neither program has an identity of its own. */
const PROGRAMS: Readonly<
  Record<Role, (args: readonly string[]) => Promise<CliResult | ProcessResult>>
> = {
  ours: (args) => runCli(args, { cwd: folder, env: { HOME: folder } }),
  real: (args) => runRealSops(args, { cwd: folder, env: { HOME: folder } }),
};

const SERVERS: Readonly<Record<Role, (uri: string) => Promise<RunningServer>>> = {
  ours: (uri) => startOurServer(uri, listenArgs(uri), createTestRuntime({ env: IDENTITIES })),
  real: (uri) => startRealServer(uri, { ...IDENTITIES, HOME: folder }),
};

async function uriFor(network: string): Promise<string> {
  return network === "unix"
    ? `unix://${join(folder, "s")}`
    : `tcp://127.0.0.1:${String(await freePort())}`;
}

async function outputOf(role: Role, args: readonly string[]): Promise<Buffer> {
  const { exitCode, stdout, stderr } = await PROGRAMS[role](args);
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

describe.skipIf(isMissing("sops"))("with the real sops", () => {
  describe.each(["tcp", "unix"])("over %s", (network) => {
    test.each<[Role, Role]>([
      ["ours", "real"],
      ["real", "ours"],
      ["ours", "ours"],
    ])("the client is %s, the server %s", async (client, server) => {
      const uri = await uriFor(network);
      const started = await SERVERS[server](uri);
      running.push(() => started.stop());
      const remote = ["--enable-local-keyservice=false", "--keyservice", uri];
      const encrypt = ["encrypt", ...remote, "--age", AGE_RECIPIENT, "plain.yaml"];
      writeFileSync(join(folder, "enc.yaml"), await outputOf(client, encrypt));
      expect(String(await outputOf(client, ["decrypt", ...remote, "enc.yaml"]))).toBe(PLAIN);
      // Local first: it fails, and the service is asked.
      const both = ["decrypt", "--keyservice", uri, "enc.yaml"];
      expect(String(await outputOf(client, both))).toBe(PLAIN);
      const byVariable = { HOME: folder, SOPS_KEYSERVICE: `tcp://127.0.0.1:1, ${uri}` };
      const { stdout } = await runCli(["decrypt", "enc.yaml"], { cwd: folder, env: byVariable });
      expect(String(stdout)).toBe(PLAIN);
      if (client === "ours") {
        await outputOf(client, ["rotate", "-i", ...remote, "enc.yaml"]);
        expect(String(await outputOf(client, ["decrypt", ...remote, "enc.yaml"]))).toBe(PLAIN);
      }
    });
  });

  test.each<[Role, Role]>([
    ["ours", "real"],
    ["real", "ours"],
  ])("the client is %s: a reason of the server %s is told", async (client, server) => {
    const uri = await uriFor("tcp");
    const started = await (server === "ours"
      ? startOurServer(uri, listenArgs(uri), createTestRuntime({ homeDirectory: null }))
      : startRealServer(uri, { HOME: folder }));
    running.push(() => started.stop());
    const encrypted = await outputOf("ours", ["encrypt", "--age", AGE_RECIPIENT, "plain.yaml"]);
    writeFileSync(join(folder, "enc.yaml"), encrypted);
    const args = ["decrypt", "--enable-local-keyservice=false", "--keyservice", uri, "enc.yaml"];
    const { exitCode, stdout, stderr } = await PROGRAMS[client](args);
    expect(exitCode).toBe(128);
    expect(String(stdout)).toBe("");
    expect(stderr).toContain("Group 0: FAILED");
    expect(stderr).toMatch(/identit|did not find keys/i);
    if (client === "ours") expect(stderr).toContain(`- | ${uri}: `);
  });

  test("n at our prompt reaches the real client as a refusal", async () => {
    const uri = await uriFor("unix");
    const runtime = createTestRuntime({ env: IDENTITIES, stdin: "n\nn\n" });
    const started = await startOurServer(uri, [...listenArgs(uri), "--prompt"], runtime);
    running.push(() => started.stop());
    const args = ["encrypt", "--enable-local-keyservice=false", "--keyservice", uri];
    const { exitCode, stderr } = await PROGRAMS.real([
      ...args,
      "--age",
      AGE_RECIPIENT,
      "plain.yaml",
    ]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("PermissionDenied");
    expect(runtime.stdoutText()).toBe(`Encrypt with age key ${AGE_RECIPIENT}? (y/n)\n`);
  });
});

/** Answers as if it held all keys, and writes down what it was asked. */
async function startRecorder(uri: string, keys: MasterKey[]): Promise<GrpcServer> {
  const address = parseServiceUri(uri);
  if (address === null) throw new Error("no address");
  return startGrpcServer(
    address,
    (_, message) => {
      const { key } = decodeRequest(message);
      if (key !== null) keys.push(key);
      return Promise.resolve(encodeResponse(encodeText("d3JhcHBlZA==")));
    },
    (listen) => {
      listen();
    },
  );
}

const ALL_KINDS = [
  ["--kms", "arn:aws:kms:eu-west-1:111122223333:key/k+arn:aws:iam::111122223333:role/r"],
  ["--aws-profile", "prof"],
  ["--encryption-context", "b:2,a:1"],
  ["--pgp", "85D77543B3D624B63CEA9E6DBC17301B491B3F21"],
  ["--gcp-kms", "projects/p/locations/global/keyRings/r/cryptoKeys/k"],
  ["--azure-kv", "https://vault.example/keys/name/0123"],
  ["--hc-vault-transit", "https://vault.example/v1/engine/keys/name"],
  ["--hckms", "tr-west-1:11111111-2222-3333-4444-555555555555"],
  ["--age", AGE_RECIPIENT],
].flat();

test.each<Role>(["ours", "real"])("keys of all kinds, as %s sends them", async (client) => {
  if (client === "real" && isMissing("sops")) return;
  const uri = await uriFor("unix");
  const keys: MasterKey[] = [];
  const recorder = await startRecorder(uri, keys);
  running.push(() => recorder.close());
  chmodSync(join(folder, "s"), 0o600);
  // 3.11 knows six kinds.
  const flags =
    client === "real" ? ALL_KINDS.filter((word) => !/hckms|tr-west/.test(word)) : ALL_KINDS;
  const remote = ["--enable-local-keyservice=false", "--keyservice", uri];
  await outputOf(client, ["encrypt", ...remote, ...flags, "plain.yaml"]);
  const seen = new Map(keys.map((key) => [key.type, key.display]));
  const expected = new Map([
    [
      "kms",
      "arn:aws:kms:eu-west-1:111122223333:key/k+arn:aws:iam::111122223333:role/r|a:1,b:2|prof",
    ],
    ["gcp_kms", "projects/p/locations/global/keyRings/r/cryptoKeys/k"],
    ["hckms", "tr-west-1:11111111-2222-3333-4444-555555555555"],
    ["azure_kv", "https://vault.example/keys/name/0123"],
    ["hc_vault", "https://vault.example/v1/engine/keys/name"],
    ["pgp", "85D77543B3D624B63CEA9E6DBC17301B491B3F21"],
    ["age", AGE_RECIPIENT],
  ]);
  for (const id of KEY_TYPE_IDS) {
    const isKnown = client === "ours" || id !== "hckms";
    expect(seen.get(id)).toBe(isKnown ? expected.get(id) : undefined);
  }
});
