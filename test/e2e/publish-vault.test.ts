/**
 * `publish` to Vault's key-value engine. The server is a stand-in of ours that knows mounts, a token and JSON: good for
 * what is asked of a server, no proof that Vault itself agrees. The real sops is held against the same stand-in.
 */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { makeCertificates, type Certificates } from "../support/certificates.js";
import { temporaryDirectories } from "../support/directory.js";
import {
  publishOurs,
  publishReal,
  writeRules,
  writeSecrets,
  type Environment,
} from "../support/publish-scene.js";
import { startRecorder, type Answer, type SeenRequest } from "../support/servers.js";
import { isMissing } from "../support/tools.js";

const makeDirectory = temporaryDirectories();
const TOKEN = "s.token-of-the-user";

let folder = "";
const running: { stop(): Promise<unknown> }[] = [];

beforeEach(() => {
  folder = makeDirectory();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

interface StandIn {
  readonly url: string;
  readonly seen: SeenRequest[];
  /** JSON texts by path below `/v1/`. */
  readonly secrets: Map<string, string>;
  readonly env: Environment;
}

const refusal = (status: number, ...errors: readonly string[]): Answer => ({
  status,
  body: JSON.stringify({ errors }),
});

async function startStandIn(
  special: (request: SeenRequest) => Answer | null = () => null,
  tls?: Certificates,
): Promise<StandIn> {
  const secrets = new Map<string, string>();
  const server = await startRecorder((request) => {
    const answer = special(request);
    if (answer !== null) return answer;
    if (request.headers["x-vault-token"] !== TOKEN) return refusal(403, "permission denied");
    const path = request.path.replace("/v1/", "");
    if (request.method === "PUT") {
      secrets.set(path, request.body);
      return {
        status: path.includes("/data/") ? 200 : 204,
        body: path.includes("/data/") ? "{}" : "",
      };
    }
    const text = secrets.get(path);
    if (text === undefined) return refusal(404);
    // What was written is one level down already in version 2.
    return { status: 200, body: `{"data":${text}}` };
  }, tls);
  running.push(server);
  const env = { VAULT_ADDR: server.url, VAULT_TOKEN: TOKEN, VAULT_MAX_RETRIES: "0" };
  return { ...server, secrets, env };
}

const asked = ({ seen }: StandIn): string[] => seen.map(({ method, path }) => `${method} ${path}`);
const secretAt = ({ secrets }: StandIn, path: string): unknown =>
  JSON.parse(secrets.get(path) ?? "null");

describe("a stand-in for Vault", () => {
  const programs = [
    ["leafseal", publishOurs],
    ...(isMissing("sops") ? [] : [["sops", publishReal] as const]),
  ] as const;

  describe.each(programs)("and %s", (_, publish) => {
    test("version 2: read, written where it differs, then left alone", async () => {
      const vault = await startStandIn();
      await writeSecrets(folder, {
        "a.yaml": "# note\nk: v\nm:\n    n: x\n    l:\n        - one\n",
      });
      writeRules(folder, { vault_path: "team/app" });
      const { exitCode, stdout, stderr } = await publish(folder, ["-y", "a.yaml"], {
        env: vault.env,
      });
      expect([exitCode, stdout.toString(), stderr]).toEqual([0, "", ""]);
      expect(asked(vault)).toEqual([
        "GET /v1/secret/data/team/app/a.yaml",
        "PUT /v1/secret/data/team/app/a.yaml",
      ]);
      expect(secretAt(vault, "secret/data/team/app/a.yaml")).toEqual({
        data: { k: "v", m: { n: "x", l: ["one"] } },
      });
      expect(
        vault.seen.every(
          ({ headers }) =>
            headers["x-vault-token"] === TOKEN && headers["x-vault-request"] === "true",
        ),
      ).toBe(true);
      expect((await publish(folder, ["-y", "a.yaml"], { env: vault.env })).exitCode).toBe(0);
      expect(asked(vault).slice(2)).toEqual(["GET /v1/secret/data/team/app/a.yaml"]);
    });

    test("version 1, another mount, a name without extension, a namespace", async () => {
      const vault = await startStandIn();
      await writeSecrets(folder, { "a.json": '{"k": "v"}\n' });
      writeRules(folder, {
        vault_path: "p/",
        vault_kv_mount_name: "kv",
        vault_kv_version: 1,
        omit_extensions: true,
      });
      const env = { ...vault.env, VAULT_NAMESPACE: "ns" };
      expect((await publish(folder, ["-y", "a.json"], { env })).exitCode).toBe(0);
      expect(asked(vault)).toEqual(["GET /v1/kv/p/a", "PUT /v1/kv/p/a"]);
      expect(secretAt(vault, "kv/p/a")).toEqual({ k: "v" });
      expect(vault.seen[0]?.headers["x-vault-namespace"]).toBe("ns");
    });

    test.each([
      ["dotenv", "a.env", "A=1\nB=x y\n", { A: "1", B: "x y" }],
      ["INI", "a.ini", "[s]\nk = v\n", { DEFAULT: {}, s: { k: "v" } }],
      ["binary", "a.bin", "raw\n", { data: "raw\n" }],
    ])("%s", async (_format, name, text, data) => {
      const vault = await startStandIn();
      await writeSecrets(folder, { [name]: text });
      writeRules(folder, { vault_path: "p" });
      const { exitCode, stderr } = await publish(folder, ["-y", name], { env: vault.env });
      expect(exitCode, stderr).toBe(0);
      expect(secretAt(vault, `secret/data/p/${name}`)).toEqual({ data });
    });

    test("it asks, and does nothing after a no", async () => {
      const vault = await startStandIn();
      await writeSecrets(folder, { "a.yaml": "k: v\n" });
      writeRules(folder, { vault_path: "p" });
      const { exitCode, stdout } = await publish(folder, ["a.yaml"], {
        env: vault.env,
        stdin: "n\n",
      });
      expect(exitCode).toBe(1);
      const place = `${vault.url}/v1/secret/data/p/a.yaml`;
      expect(stdout.toString()).toBe(`uploading ${join(folder, "a.yaml")} to ${place} ? (y/n): `);
      expect(vault.secrets.size).toBe(0);
    });

    test("a token that the server does not know", async () => {
      const vault = await startStandIn();
      await writeSecrets(folder, { "a.yaml": "k: v\n" });
      writeRules(folder, { vault_path: "p" });
      const env = { ...vault.env, VAULT_TOKEN: "s.wrong" };
      const { exitCode, stderr } = await publish(folder, ["-y", "a.yaml"], { env });
      expect(exitCode).toBe(1);
      expect(stderr).toContain("permission denied");
      expect(stderr).not.toContain("s.wrong");
    });
  });

  test("the token of ~/.vault-token, where sops has only the variable", async () => {
    const vault = await startStandIn();
    writeFileSync(join(folder, ".vault-token"), `${TOKEN}\n`);
    await writeSecrets(folder, { "a.yaml": "k: v\n" });
    writeRules(folder, { vault_path: "p" });
    const env = { VAULT_ADDR: vault.url, VAULT_MAX_RETRIES: "0" };
    expect((await publishOurs(folder, ["-y", "a.yaml"], { env })).exitCode).toBe(0);
    expect(vault.secrets.size).toBe(1);
  });

  test("lists of maps, empty lists, numbers and several documents arrive as they are", async () => {
    const vault = await startStandIn();
    const text =
      "l:\n    - k: 1\n      m: [x]\n    - k: 2\ne: []\nn: 9223372036854775807\nf: 1.5\n---\nsecond: true\n";
    await writeSecrets(folder, { "a.yaml": text });
    writeRules(folder, { vault_path: "p" }, {});
    const publish = (): ReturnType<typeof publishOurs> =>
      publishOurs(folder, ["-y", "a.yaml"], { env: vault.env });
    expect((await publish()).exitCode).toBe(0);
    const written = vault.secrets.get("secret/data/p/a.yaml") ?? "";
    expect(written).toContain("9223372036854775807");
    expect(JSON.parse(written)).toMatchObject({
      data: { l: [{ k: 1, m: ["x"] }, { k: 2 }], e: [], f: 1.5, second: true },
    });
    await publish();
    expect(asked(vault).filter((line) => line.startsWith("PUT"))).toHaveLength(1);
  });

  test("what cannot be read is written anyway, with a warning", async () => {
    const vault = await startStandIn(({ method }) =>
      method === "GET" ? refusal(403, "no reading here") : null,
    );
    await writeSecrets(folder, { "a.yaml": "k: v\n" });
    writeRules(folder, { vault_path: "p" });
    const { exitCode, stderr } = await publishOurs(folder, ["-y", "a.yaml"], { env: vault.env });
    expect(exitCode).toBe(0);
    expect(stderr).toContain("no reading here");
    expect(vault.secrets.size).toBe(1);
  });

  test("where the data cannot be decrypted, or was tampered with, nothing is asked of the server", async () => {
    const vault = await startStandIn();
    await writeSecrets(folder, { "a.yaml": "k: v\nl: w\n" });
    writeRules(folder, { vault_path: "p" });
    const noKey = { ...vault.env, SOPS_AGE_KEY_FILE: "/nonexistent" };
    expect((await publishOurs(folder, ["-y", "a.yaml"], { env: noKey })).exitCode).toBe(128);
    const text = readFileSync(join(folder, "a.yaml"), "utf8").replace(/^l: .*\n/m, "");
    writeFileSync(join(folder, "a.yaml"), text);
    expect((await publishOurs(folder, ["-y", "a.yaml"], { env: vault.env })).exitCode).toBe(51);
    expect(vault.seen).toEqual([]);
  });
});

describe("a server that only the rules name (security.md T4)", () => {
  test("gets neither token nor secret, and the refusal says what to set", async () => {
    const vault = await startStandIn();
    await writeSecrets(folder, { "a.yaml": "k: v\n" });
    writeRules(folder, { vault_path: "p", vault_address: vault.url });
    for (const env of [
      { VAULT_TOKEN: TOKEN },
      { VAULT_TOKEN: TOKEN, VAULT_ADDR: "https://vault.test" },
    ]) {
      const { exitCode, stderr } = await publishOurs(folder, ["-y", "a.yaml"], { env });
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`export VAULT_ADDR=${vault.url}`);
    }
    expect(vault.seen).toEqual([]);
    const allowed = { VAULT_TOKEN: TOKEN, SOPS_HC_VAULT_ALLOWLIST: vault.url };
    expect((await publishOurs(folder, ["-y", "a.yaml"], { env: allowed })).exitCode).toBe(0);
    expect(vault.secrets.size).toBe(1);
  });

  test("is not followed to by a redirect", async () => {
    const other = await startStandIn();
    const vault = await startStandIn(({ path }) => ({
      status: 307,
      headers: { location: `${other.url}${path}` },
    }));
    await writeSecrets(folder, { "a.yaml": "k: v\n" });
    writeRules(folder, { vault_path: "p" });
    const { exitCode, stderr } = await publishOurs(folder, ["-y", "a.yaml"], { env: vault.env });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(other.url);
    expect(other.seen).toEqual([]);
  });
});

describe("reaching the server", () => {
  beforeEach(async () => {
    await writeSecrets(folder, { "a.yaml": "k: v\n" });
    writeRules(folder, { vault_path: "p" });
  });

  test.skipIf(isMissing("openssl"))(
    "an authority by VAULT_CACERT, its text, or a directory of them",
    async () => {
      const tls = makeCertificates(makeDirectory());
      const vault = await startStandIn(() => null, tls);
      const statusWith = async (env: Environment): Promise<number> =>
        (await publishOurs(folder, ["-y", "a.yaml"], { env: { ...vault.env, ...env } })).exitCode;
      const directory = makeDirectory();
      cpSync(tls.authority, join(directory, "ca.pem"));
      expect(await statusWith({})).toBe(1);
      expect(await statusWith({ VAULT_CACERT: tls.authority })).toBe(0);
      expect(await statusWith({ VAULT_CACERT_BYTES: readFileSync(tls.authority, "utf8") })).toBe(0);
      expect(await statusWith({ VAULT_CAPATH: directory })).toBe(0);
      expect(
        await statusWith({ VAULT_CACERT: tls.authority, VAULT_TLS_SERVER_NAME: "x.test" }),
      ).toBe(1);
      expect(await statusWith({ VAULT_SKIP_VERIFY: "true" })).toBe(0);
      expect(await statusWith({ VAULT_CACERT: "/nonexistent" })).toBe(1);
    },
  );

  test("a server that is not well is asked again", async () => {
    let left = 1;
    const vault = await startStandIn(() => (left-- > 0 ? refusal(503, "sealed") : null));
    const env = { ...vault.env, VAULT_MAX_RETRIES: "1" };
    expect((await publishOurs(folder, ["-y", "a.yaml"], { env })).exitCode).toBe(0);
    expect(asked(vault)).toHaveLength(3);
  });

  test.each<[string, Environment, string]>([
    [
      "nobody listens",
      { VAULT_ADDR: "http://127.0.0.1:1", VAULT_MAX_RETRIES: "0" },
      "Vault cannot be reached: 127.0.0.1:1",
    ],
    ["a token that cannot be one", { VAULT_TOKEN: "a b" }, "the Vault token has characters"],
    ["a time that is none", { VAULT_CLIENT_TIMEOUT: "soon" }, "VAULT_CLIENT_TIMEOUT"],
    ["a number that is none", { VAULT_MAX_RETRIES: "many" }, "VAULT_MAX_RETRIES"],
  ])("%s: exit 1", async (_, env, reason) => {
    const { exitCode, stderr } = await publishOurs(folder, ["-y", "a.yaml"], {
      env: { VAULT_TOKEN: TOKEN, ...env },
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(reason);
  });

  test("a path that climbs is refused", async () => {
    const vault = await startStandIn();
    writeRules(folder, { vault_path: "p/../../sys" });
    const { exitCode } = await publishOurs(folder, ["-y", "a.yaml"], { env: vault.env });
    expect(exitCode).toBe(1);
    expect(vault.seen).toEqual([]);
  });
});
