/** `publish` to Google Cloud Storage: an emulator beside the real sops, and recorders for what an emulator does not ask. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { publishFiles } from "../../src/operations/publish/publish.js";
import type { FileOutcome } from "../../src/operations/options.js";
import type { HttpRequest } from "../../src/support/http.js";
import { encodeText } from "../../src/support/text.js";
import { temporaryDirectories } from "../support/directory.js";
import { publishOurs, publishReal, writeRules, writeSecrets } from "../support/publish-scene.js";
import { createTestRuntime } from "../support/runtime.js";
import { startGcsEmulator, startRecorder, type HttpServer } from "../support/servers.js";
import { isMissing } from "../support/tools.js";

const makeDirectory = temporaryDirectories();
const BUCKET = "gbucket";

let folder = "";
const running: { stop(): Promise<unknown> }[] = [];

beforeEach(async () => {
  folder = makeDirectory();
  await writeSecrets(folder, { "a.enc.yaml": "k: v # note\n" });
  writeRules(folder, { path_regex: "a.*", gcs_bucket: BUCKET, gcs_prefix: "pre fix/ü+" });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

describe.skipIf(isMissing("gcp-storage-emulator"))("an emulator", () => {
  let server: HttpServer;
  beforeAll(async () => {
    server = await startGcsEmulator(BUCKET);
  });
  afterAll(async () => {
    await server.stop();
  });

  async function objects(): Promise<Record<string, string>> {
    const base = `${server.url}/storage/v1/b/${BUCKET}/o`;
    const { items = [] } = (await (await fetch(base)).json()) as { items?: { name: string }[] };
    const found = items.map(async ({ name }): Promise<[string, string]> => {
      const content = await fetch(`${base}/${encodeURIComponent(name)}?alt=media`);
      return [name, await content.text()];
    });
    return Object.fromEntries(await Promise.all(found));
  }

  const programs = [
    ["leafseal", publishOurs],
    ...(isMissing("sops") ? [] : [["sops", publishReal] as const]),
  ] as const;

  test.each(programs)("%s sends the file byte for byte, silently", async (name, publish) => {
    writeRules(folder, { gcs_bucket: BUCKET, gcs_prefix: `by ${name}/` });
    const env = { STORAGE_EMULATOR_HOST: new URL(server.url).host };
    const { exitCode, stdout, stderr } = await publish(folder, ["-y", "a.enc.yaml"], { env });
    expect([exitCode, stdout.toString(), stderr]).toEqual([0, "", ""]);
    const content = readFileSync(join(folder, "a.enc.yaml"), "utf8");
    expect(await objects()).toMatchObject({ [`by ${name}/a.enc.yaml`]: content });
  });

  test("a bucket that is missing is an error, which sops does not notice", async () => {
    writeRules(folder, { gcs_bucket: "no-such-bucket" });
    const env = { STORAGE_EMULATOR_HOST: server.url };
    const { exitCode, stderr } = await publishOurs(folder, ["-y", "a.enc.yaml"], { env });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^could not upload to gcs:\/\/no-such-bucket\/a.enc.yaml: status 404/);
  });
});

describe("what is sent to Google", () => {
  /** @returns the request and the outcome, or the message of the refusal */
  async function publishWith(
    env: Readonly<Record<string, string>>,
    answer: { status: number; body: string },
  ): Promise<{ sent: HttpRequest[]; result: FileOutcome[] | string }> {
    const sent: HttpRequest[] = [];
    const runtime = createTestRuntime({
      cwd: folder,
      env: { GCE_METADATA_HOST: "127.0.0.1:1", ...env },
      http: (request) => {
        sent.push(request);
        const body = encodeText(answer.body);
        return Promise.resolve({ status: answer.status, headers: new Map(), body });
      },
    });
    const silent = { warn: () => undefined, log: () => undefined, progress: () => undefined };
    const dialogue = {
      isAsking: false,
      tellPlan: () => undefined,
      confirm: () => Promise.resolve(true),
      tellCanceled: () => undefined,
    };
    const options = {
      path: "a.enc.yaml",
      recursive: false,
      omitExtensions: false,
      enableLocalKeyService: true,
      keyServices: [],
    };
    const result = await publishFiles(options, runtime, silent, dialogue).catch(
      (error: unknown) => (error as Error).message,
    );
    return { sent, result };
  }

  const OK = { status: 200, body: "{}" };

  test("names are escaped, and a token of the user's is used as it is", async () => {
    const { sent, result } = await publishWith({ GOOGLE_OAUTH_ACCESS_TOKEN: "tok" }, OK);
    expect(result).toMatchObject([
      { status: "done", target: "gcs://gbucket/pre fix/ü+a.enc.yaml" },
    ]);
    expect(sent).toMatchObject([
      {
        method: "POST",
        url: "https://storage.googleapis.com/upload/storage/v1/b/gbucket/o?uploadType=media&name=pre%20fix%2F%C3%BC%2Ba.enc.yaml",
        headers: { authorization: "Bearer tok", "content-type": "application/octet-stream" },
      },
    ]);
    expect(Buffer.from(sent[0]?.body ?? [])).toEqual(readFileSync(join(folder, "a.enc.yaml")));
  });

  test.each([
    ["GOOGLE_APPLICATION_CREDENTIALS", (file: string) => file],
    ["GOOGLE_CREDENTIALS", (file: string) => file],
    ["GOOGLE_CREDENTIALS", (file: string) => readFileSync(file, "utf8")],
  ])("credentials by %s are changed for a token", async (variable, valueFor) => {
    const tokens = await startRecorder(() => ({
      status: 200,
      body: JSON.stringify({ access_token: "fresh", expires_in: 3600, token_type: "Bearer" }),
      headers: { "content-type": "application/json" },
    }));
    running.push(tokens);
    const file = join(folder, "credentials.json");
    writeFileSync(join(folder, "jwt"), "the-workload");
    const credentials = {
      type: "external_account",
      audience:
        "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      token_url: `${tokens.url}/token`,
      credential_source: { file: join(folder, "jwt") },
    };
    writeFileSync(file, JSON.stringify(credentials));
    const { sent, result } = await publishWith({ [variable]: valueFor(file) }, OK);
    expect(result).toMatchObject([{ status: "done" }]);
    expect(tokens.seen[0]?.body).toContain("subject_token=the-workload");
    expect(sent.map(({ headers }) => headers?.["authorization"])).toEqual(["Bearer fresh"]);
  });

  test.each([
    [
      { status: 403, body: '{"error": {"message": "no access for sa"}}' },
      "status 403: no access for sa",
    ],
    [{ status: 500, body: "<html>" }, "status 500"],
    [{ status: 308, body: "" }, "status 308"],
  ])("%j is a failure", async (answer, reason) => {
    const { result } = await publishWith({ GOOGLE_OAUTH_ACCESS_TOKEN: "tok" }, answer);
    expect(result).toBe(`could not upload to gcs://gbucket/pre fix/ü+a.enc.yaml: ${reason}`);
  });

  test("credentials that are none are refused without being shown", async () => {
    const { sent, result } = await publishWith({ GOOGLE_CREDENTIALS: "{geheim" }, OK);
    expect(sent).toEqual([]);
    expect(result).toContain("GOOGLE_CREDENTIALS is neither JSON nor the name of a file of it");
    expect(result).not.toContain("geheim");
  });
});
