/** `publish` to S3, as moto answers for it, beside the real sops (config.md §6). */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { temporaryDirectories } from "../support/directory.js";
import { runWithKeys } from "../support/encrypted.js";
import {
  publishOurs,
  publishReal,
  writeRules,
  writeSecrets,
  type Environment,
} from "../support/publish-scene.js";
import { startMoto, type HttpServer } from "../support/servers.js";
import { isMissing, runRealSops } from "../support/tools.js";
import { AGE_RECIPIENT, AGE_RECIPIENT_2, VECTOR_KEYS_DIR } from "../support/vectors.js";

const makeDirectory = temporaryDirectories();
const BUCKET = "secrets-of-us";

let folder = "";
let server: HttpServer;
let client: S3Client;
let env: Environment;

beforeEach(() => {
  folder = makeDirectory();
});

async function objects(): Promise<Record<string, string>> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  const found: Record<string, string> = {};
  for (const { Key = "" } of Contents) {
    const { Body, ContentType } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    expect(ContentType).toBe("application/octet-stream");
    found[Key] = (await Body?.transformToString()) ?? "";
  }
  return found;
}

/** As moto was at the start. */
async function emptyBucket(): Promise<void> {
  await fetch(`${server.url}/moto-api/reset`, { method: "POST" });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
}

const read = (name: string): string => readFileSync(join(folder, name), "utf8");

describe.skipIf(isMissing("moto"))("publish to S3", () => {
  beforeAll(async () => {
    server = await startMoto();
    const credentials = { accessKeyId: "x", secretAccessKey: "y" };
    client = new S3Client({ endpoint: server.url, region: "us-east-1", credentials });
    env = {
      AWS_ENDPOINT_URL: server.url,
      AWS_ACCESS_KEY_ID: "x",
      AWS_SECRET_ACCESS_KEY: "y",
      AWS_REGION: "us-east-1",
      AWS_MAX_ATTEMPTS: "1",
    };
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });
  beforeEach(emptyBucket);

  const programs = [
    ["leafseal", publishOurs],
    ...(isMissing("sops") ? [] : [["sops", publishReal] as const]),
  ] as const;

  describe.each(programs)("by %s", (_, publish) => {
    test("a file goes there byte for byte, silently", async () => {
      await writeSecrets(folder, { "a.enc.yaml": "k: v # note\n" });
      writeRules(folder, { path_regex: "a.*", s3_bucket: BUCKET, s3_prefix: "pre/" });
      const before = read("a.enc.yaml");
      const { exitCode, stdout, stderr } = await publish(folder, ["-y", "a.enc.yaml"], { env });
      expect([exitCode, stdout.toString(), stderr]).toEqual([0, "", ""]);
      expect(await objects()).toEqual({ "pre/a.enc.yaml": before });
      expect(read("a.enc.yaml")).toBe(before);
    });

    test("a directory goes there in its shape, without extensions where that is asked for", async () => {
      await writeSecrets(folder, { "d/b.yaml": "k: 1\n", "d/sub/a.enc.json": '{"k": 2}\n' });
      symlinkSync("b.yaml", join(folder, "d/link.yaml"));
      writeRules(folder, { path_regex: "^d/", s3_bucket: BUCKET, omit_extensions: true });
      const { exitCode } = await publish(folder, ["-y", "--recursive", "./d"], { env });
      expect(exitCode).toBe(0);
      expect(Object.keys(await objects())).toEqual(["b", "link", "sub/a.enc"]);
    });

    test("the flag omits extensions too", async () => {
      await writeSecrets(folder, { "a.enc.yaml": "k: v\n" });
      writeRules(folder, { s3_bucket: BUCKET });
      await publish(folder, ["-y", "--omit-extensions", "a.enc.yaml"], { env });
      expect(Object.keys(await objects())).toEqual(["a.enc"]);
    });

    test("it asks before each upload", async () => {
      await writeSecrets(folder, {
        "d/a.yaml": "k: 1\n",
        "d/b.yaml": "k: 2\n",
        "d/c.yaml": "k: 3\n",
      });
      writeRules(folder, { s3_bucket: BUCKET, s3_prefix: "p/" });
      const ask = (name: string): string =>
        `uploading ${join(folder, "d", name)} to s3://${BUCKET}/p/${name} ? (y/n): `;
      const stdin = "n\nmaybe\ny\nn\n";
      const { exitCode, stdout } = await publish(folder, ["--recursive", "d"], { env, stdin });
      const canceled = (name: string): string =>
        `Publication of ${join(folder, "d", name)} canceled\n`;
      expect(stdout.toString()).toBe(
        ask("a.yaml") +
          canceled("a.yaml") +
          ask("b.yaml") +
          ask("b.yaml") +
          ask("c.yaml") +
          canceled("c.yaml"),
      );
      expect(exitCode).toBe(0);
      expect(Object.keys(await objects())).toEqual(["p/b.yaml"]);
      const one = await publish(folder, ["d/a.yaml"], { env, stdin: "n\n" });
      expect([one.exitCode, one.stderr]).toEqual([1, canceled("a.yaml")]);
      expect((await publish(folder, ["d/a.yaml"], { env, stdin: "" })).exitCode).toBe(1);
      expect((await publish(folder, ["d/a.yaml"], { env, stdin: "y\n" })).exitCode).toBe(0);
      expect(Object.keys(await objects())).toEqual(["p/a.yaml", "p/b.yaml"]);
    });

    test("a copy for other recipients is shown, has a new data key, and leaves the file", async () => {
      await writeSecrets(folder, { "a.yaml": "k: secret\nl:\n    - 1\n    - two\n" });
      writeRules(folder, { s3_bucket: BUCKET, recreation_rule: { age: AGE_RECIPIENT_2 } });
      const before = read("a.yaml");
      const { exitCode, stdout } = await publish(folder, ["a.yaml"], { env, stdin: "y\n" });
      expect(exitCode).toBe(0);
      expect(stdout.toString()).toContain(
        `Group 1\n+++ ${AGE_RECIPIENT_2}\n--- ${AGE_RECIPIENT}\nuploading ${join(folder, "a.yaml")} to `,
      );
      expect(read("a.yaml")).toBe(before);
      const { "a.yaml": copy = "" } = await objects();
      expect(copy).not.toContain(AGE_RECIPIENT);
      writeFileSync(join(folder, "copy.yaml"), copy);
      const args = ["decrypt", "copy.yaml"];
      const opened = await runWithKeys(args, folder, { identities: "age2.txt" });
      expect(opened.stdout.toString()).toBe("k: secret\nl:\n    - 1\n    - two\n");
      expect((await runWithKeys(args, folder)).exitCode).toBe(128);
    });

    test.each<[string, Parameters<typeof publishOurs>[2], number]>([
      ["the bucket is missing", {}, 1],
      ["nobody answers", { env: { AWS_ENDPOINT_URL: "http://127.0.0.1:1" } }, 1],
    ])("where %s it fails", async (_case, options, exit) => {
      await writeSecrets(folder, { "a.yaml": "k: v\n" });
      writeRules(folder, { s3_bucket: "no-such-bucket" });
      const all = { env: { ...env, ...options?.env } };
      const { exitCode, stdout, stderr } = await publish(folder, ["-y", "a.yaml"], all);
      expect([exitCode, stdout.toString()]).toEqual([exit, ""]);
      expect(stderr).not.toBe("");
    });
  });

  test("selection and MAC settings of the recreation rule are honoured, and read by the real sops", async () => {
    await writeSecrets(folder, { "a.yaml": "kind: Secret\ndata:\n    k: secret\n" });
    const rule = { age: AGE_RECIPIENT_2, encrypted_regex: "^data$", mac_only_encrypted: true };
    writeRules(folder, { s3_bucket: BUCKET, recreation_rule: rule });
    expect((await publishOurs(folder, ["-y", "a.yaml"], { env })).exitCode).toBe(0);
    const { "a.yaml": copy = "" } = await objects();
    expect(copy).toMatch(/^kind: Secret\ndata:\n {4}k: ENC\[/);
    expect(copy).toContain("encrypted_regex: ^data$");
    expect(copy).toContain("mac_only_encrypted: true");
    if (isMissing("sops")) return;
    writeFileSync(join(folder, "copy.yaml"), copy);
    const opened = await runRealSops(["decrypt", "copy.yaml"], {
      cwd: folder,
      env: { HOME: folder, SOPS_AGE_KEY_FILE: join(VECTOR_KEYS_DIR, "age2.txt") },
    });
    expect(opened.stdout.toString("utf8")).toBe("kind: Secret\ndata:\n    k: secret\n");
  });

  test("the copy of a file with a layout of its own has that layout too", async () => {
    const plain = "k:   'secret'   # why\n\n\nl: [1,   two]\n";
    writeFileSync(join(folder, "a.yaml"), plain);
    await runWithKeys(["encrypt", "-i", "--age", AGE_RECIPIENT, "a.yaml"], folder);
    writeRules(folder, { s3_bucket: BUCKET, recreation_rule: { age: AGE_RECIPIENT_2 } });
    await publishOurs(folder, ["-y", "a.yaml"], { env });
    writeFileSync(join(folder, "copy.yaml"), (await objects())["a.yaml"] ?? "");
    const opened = await runWithKeys(["decrypt", "copy.yaml"], folder, { identities: "age2.txt" });
    expect(opened.stdout.toString()).toBe(plain);
  });

  test("a recreation rule that would publish everything in clear is refused", async () => {
    await writeSecrets(folder, { "a.yaml": "k: secret\n" });
    const rule = { age: AGE_RECIPIENT_2, encrypted_regex: "^nothing$" };
    writeRules(folder, { s3_bucket: BUCKET, recreation_rule: rule });
    const { exitCode, stderr } = await publishOurs(folder, ["-y", "a.yaml"], { env });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("0 of 1 values encrypted")]);
    expect(await objects()).toEqual({});
  });

  test("a file that fails does not stop the others; what became of them is told", async () => {
    await writeSecrets(folder, { "d/a.yaml": "k: 1\n", "d/c.yaml": "k: 3\n" });
    writeFileSync(join(folder, "d/README.md"), "plain\n");
    mkdirSync(join(folder, "d/.git"));
    cpSync(join(folder, "d/a.yaml"), join(folder, "d/.git/x.yaml"));
    writeRules(
      folder,
      { path_regex: "c.yaml", s3_bucket: BUCKET, s3_prefix: "c/" },
      { s3_bucket: BUCKET },
    );
    const told = await publishOurs(folder, ["-y", "--recursive", "d"], { env });
    expect(told.exitCode).toBe(1);
    expect(told.stderr).toMatch(/^d\/README.md: /);
    expect(told.stderr).toContain("2 files published, 1 failed");
    expect(Object.keys(await objects())).toEqual(["a.yaml", "c/c.yaml"]);
    const { stdout } = await publishOurs(folder, ["-y", "--json", "--recursive", "d"], { env });
    expect(JSON.parse(stdout.toString())).toMatchObject({
      files: [
        { file: "d/README.md", status: "failed" },
        { file: "d/a.yaml", status: "done", target: `s3://${BUCKET}/a.yaml` },
        { file: "d/c.yaml", status: "done", target: `s3://${BUCKET}/c/c.yaml` },
      ],
    });
  });

  test("with --json a question stands on standard error", async () => {
    await writeSecrets(folder, { "a.yaml": "k: 1\n" });
    writeRules(folder, { s3_bucket: BUCKET });
    const options = { env, stdin: "y\n" };
    const { stdout, stderr } = await publishOurs(folder, ["--json", "a.yaml"], options);
    expect(JSON.parse(stdout.toString())).toMatchObject({ files: [{ status: "done" }] });
    expect(stderr).toContain("? (y/n): ");
  });
});
