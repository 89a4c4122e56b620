/** security.md N1: what needs no remote key uses no network, whatever the files and the environment say. */
import dgram from "node:dgram";
import dns from "node:dns";
import http2 from "node:http2";
import net from "node:net";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { runCli } from "../support/cli.js";
import { temporaryDirectories } from "../support/directory.js";
import { EXTENSIONS, IDENTITY_ENV, open, seal } from "../support/sealing.js";
import { AGE_RECIPIENT, AGE_RECIPIENT_2 } from "../support/vectors.js";

const makeDirectory = temporaryDirectories();
const used: string[] = [];

/** All ways out of Node end in one of these. */
beforeAll(() => {
  const refuse = (what: string) => (): never => {
    used.push(what);
    throw new Error(`no network in this test: ${what}`);
  };
  vi.spyOn(net.Socket.prototype, "connect").mockImplementation(refuse("connect"));
  vi.spyOn(net.Server.prototype, "listen").mockImplementation(refuse("listen"));
  vi.spyOn(dns, "lookup").mockImplementation(refuse("lookup"));
  vi.spyOn(dns.promises, "lookup").mockImplementation(refuse("lookup"));
  vi.spyOn(dgram, "createSocket").mockImplementation(refuse("datagram"));
  vi.spyOn(http2, "connect").mockImplementation(refuse("http2"));
  vi.spyOn(globalThis, "fetch").mockImplementation(refuse("fetch"));
});
afterAll(() => {
  vi.restoreAllMocks();
});

/** What could tempt a program to ask around. */
const ENVIRONMENT = {
  ...IDENTITY_ENV,
  HTTP_PROXY: "http://127.0.0.1:9", HTTPS_PROXY: "http://127.0.0.1:9", AWS_REGION: "us-east-1", AWS_PROFILE: "x", VAULT_ADDR: "http://127.0.0.1:9", VAULT_TOKEN: "t", GOOGLE_APPLICATION_CREDENTIALS: "/nonexistent", AZURE_TENANT_ID: "x",
}; // prettier-ignore

test("the traps work", async () => {
  expect(() => net.connect(9, "127.0.0.1")).toThrow("no network");
  await expect(async () => fetch("http://127.0.0.1:9")).rejects.toThrow("no network");
  expect(used.splice(0)).toEqual(["connect", "fetch"]);
});

describe("age alone", () => {
  test.each(EXTENSIONS)("encrypt and decrypt %s", async (extension) => {
    const plain = { yaml: "a: b\n", json: '{"a": "b"}', env: "a=b\n", ini: "[s]\na=b\n", bin: "x" }[extension];
    const sealed = await seal(plain, extension, { env: ENVIRONMENT });
    expect((await open(sealed, extension, { env: ENVIRONMENT })).toString()).toBe(plain);
    expect(used).toEqual([]);
  }); // prettier-ignore

  test("every other verb, help and version", async () => {
    const cwd = makeDirectory();
    writeFileSync(join(cwd, ".sops.yaml"), `creation_rules:\n  - age: ${AGE_RECIPIENT},${AGE_RECIPIENT_2}\n`);
    writeFileSync(join(cwd, "f.yaml"), await seal("a: b\nc: d\n", "yaml"));
    for (const args of [
      ["filestatus", "f.yaml"], ["set", "f.yaml", '["a"]', '"x"'], ["unset", "f.yaml", '["c"]'], ["rotate", "-i", "f.yaml"], ["updatekeys", "--yes", "f.yaml"], ["groups", "add", "-i", "-f", "f.yaml", "--age", AGE_RECIPIENT_2, "--shamir-secret-sharing-threshold", "2"], ["--version"], ["--version", "--check-for-updates"], ["--help"], ["decrypt", "--help"],
    ]) {
      const { exitCode, stderr } = await runCli(args, { cwd, env: ENVIRONMENT });
      expect(exitCode, `${args.join(" ")}: ${stderr}`).toBe(0);
    }
    expect(used).toEqual([]);
  }); // prettier-ignore
});

describe("a file that names remote keys too", () => {
  const KMS = `    kms:
        - arn: arn:aws:kms:us-east-1:123456789012:key/11111111-1111-1111-1111-111111111111
          created_at: "2026-01-01T00:00:00Z"
          enc: AQICAHg=
          aws_profile: ""
    hc_vault:
        - vault_address: http://127.0.0.1:9
          engine_path: transit
          key_name: k
          created_at: "2026-01-01T00:00:00Z"
          enc: vault:v1:AAAA
`;
  test("is opened with the local key first", async () => {
    const sealed = (await seal("a: b\n", "yaml")).toString();
    const text = sealed.replace(/^sops:\n/m, `sops:\n${KMS}`);
    expect((await open(text, "yaml", { env: ENVIRONMENT })).toString()).toBe("a: b\n");
    expect(used).toEqual([]);
  });

  test("is refused or judged without asking anybody where no key is needed", async () => {
    const cwd = makeDirectory();
    const sealed = (await seal("a: b\n", "yaml")).toString();
    writeFileSync(join(cwd, "f.yaml"), sealed.replace(/^sops:\n/m, `sops:\n${KMS}`));
    expect((await runCli(["filestatus", "f.yaml"], { cwd, env: ENVIRONMENT })).exitCode).toBe(0);
    writeFileSync(join(cwd, "g.yaml"), `{a: b, sops: {kms: [{arn: x}]}`);
    expect((await runCli(["decrypt", "g.yaml"], { cwd, env: ENVIRONMENT })).exitCode).toBe(1);
    expect(used).toEqual([]);
  });
});
