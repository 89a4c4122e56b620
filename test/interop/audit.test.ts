/** The audit trail in a real PostgreSQL, beside that of the real sops (keys.md §14). */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { main } from "../../src/cli/main.js";
import { makeCertificates } from "../support/certificates.js";
import type { CliResult } from "../support/cli.js";
import { temporaryDirectories } from "../support/directory.js";
import { startPostgres, type Database } from "../support/postgres.js";
import { createTestRuntime } from "../support/runtime.js";
import { isMissing, realSops, runProcess } from "../support/tools.js";
import { AGE_RECIPIENT, AGE_RECIPIENT_2, VECTOR_KEYS_DIR } from "../support/vectors.js";

const makeDirectory = temporaryDirectories();

const SCHEMA = `
  CREATE TABLE audit_event (
    id SERIAL PRIMARY KEY, timestamp TIMESTAMP DEFAULT now(), action TEXT, username TEXT, file TEXT);
  CREATE ROLE sops LOGIN PASSWORD 'geheim';
  GRANT INSERT ON audit_event TO sops;
  GRANT USAGE ON SEQUENCE audit_event_id_seq TO sops`;

let folder = "";
let database: Database;
let cleanUp: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  folder = makeDirectory();
});
afterEach(async () => {
  await Promise.all(cleanUp.map((stop) => stop()));
  cleanUp = [];
});

function address(settings = "sslmode=disable"): string {
  return `postgres://sops:geheim@127.0.0.1:${String(database.port)}/postgres?${settings}`;
}

function auditText(...connectionStrings: readonly string[]): string {
  const backends = { postgres: connectionStrings.map((text) => ({ connection_string: text })) };
  return JSON.stringify({ backends });
}

interface Options {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

type Program = (args: readonly string[], options?: Options) => Promise<CliResult>;

function environment(env: Options["env"] = {}): Record<string, string> {
  const path = process.env["PATH"] ?? "";
  const identities = join(VECTOR_KEYS_DIR, "age.txt");
  return { HOME: folder, PATH: path, SOPS_AGE_KEY_FILE: identities, ...env };
}

const ours: Program = async (args, { env, stdin = "" } = {}) => {
  const auditFile = join(folder, "audit.yaml");
  const runtime = createTestRuntime({ cwd: folder, env: environment(env), stdin });
  const exitCode = await main([...args], runtime, { auditFile });
  return { exitCode, stdout: Buffer.from(runtime.stdoutBytes()), stderr: runtime.stderrText() };
};

/** The path of the file is fixed there, so the real sops gets an `/etc` of its own. */
const real: Program = (args, { env, stdin = "" } = {}) => {
  const etc = join(folder, "etc");
  cpSync("/etc/passwd", join(etc, "passwd"));
  cpSync("/etc/group", join(etc, "group"));
  mkdirSync(join(etc, "sops"), { recursive: true });
  cpSync(join(folder, "audit.yaml"), join(etc, "sops", "audit.yaml"));
  const script = 'mount --bind "$1" /etc && shift && exec "$@"';
  const command = ["-m", "sh", "-c", script, "_", etc, realSops() ?? "", ...args];
  return runProcess("unshare", command, { cwd: folder, env: environment(env), stdin });
};

function canUnshare(): boolean {
  const { status } = spawnSync("unshare", ["-m", "sh", "-c", "mount --bind /etc /etc"]);
  if (status !== 0)
    console.warn("the real sops's audit trail is skipped: no mount namespaces here");
  return status === 0;
}

async function rows(): Promise<string[][]> {
  return database.query("SELECT action, username, file FROM audit_event ORDER BY id");
}

/** What is done, and the actions that are recorded for the file. */
const EVENTS: readonly {
  readonly args: readonly string[];
  readonly actions: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly exit?: number;
  readonly file?: string;
}[] = [
  { args: ["encrypt", "plain.yaml"], actions: "encrypt", file: "plain.yaml" },
  { args: ["encrypt", "-i", "plain.yaml"], actions: "encrypt", file: "plain.yaml" },
  { args: ["-e", "plain.yaml"], actions: "encrypt", file: "plain.yaml" },
  { args: ["decrypt", "f.yaml"], actions: "decrypt" },
  { args: ["-d", "./f.yaml"], actions: "decrypt" },
  { args: ["decrypt", "--extract", '["a"]', "f.yaml"], actions: "decrypt" },
  { args: ["rotate", "-i", "f.yaml"], actions: "rotate decrypt encrypt" },
  { args: ["set", "f.yaml", '["c"]', '"v"'], actions: "decrypt encrypt" },
  { args: ["unset", "f.yaml", '["b"]'], actions: "decrypt encrypt" },
  { args: ["edit", "f.yaml"], actions: "decrypt", env: { EDITOR: "true" }, exit: 200 },
  {
    args: ["edit", "f.yaml"],
    actions: "decrypt encrypt",
    env: { EDITOR: "sed -i s/secret/other/" },
  },
  {
    args: ["edit", "new.yaml"],
    actions: "encrypt",
    env: { EDITOR: "sed -i s/e/E/" },
    file: "new.yaml",
  },
  { args: ["edit", "new.yaml"], actions: "", env: { EDITOR: "true" }, exit: 200 },
  { args: ["exec-env", "f.yaml", "true"], actions: "decrypt" },
  { args: ["exec-file", "f.yaml", "true"], actions: "decrypt" },
  { args: ["filestatus", "f.yaml"], actions: "" },
  { args: ["updatekeys", "-y", "f.yaml"], actions: "" },
  { args: ["groups", "add", "-f", "f.yaml", "--age", AGE_RECIPIENT_2], actions: "" },
  {
    args: ["decrypt", "f.yaml"],
    actions: "",
    env: { SOPS_AGE_KEY_FILE: "/nonexistent" },
    exit: 128,
  },
  {
    args: ["rotate", "f.yaml"],
    actions: "rotate",
    env: { SOPS_AGE_KEY_FILE: "/nonexistent" },
    exit: 128,
  },
  { args: ["decrypt", "broken.yaml"], actions: "decrypt", exit: 51, file: "broken.yaml" },
  { args: ["set", "broken.yaml", '["c"]', "1"], actions: "decrypt", exit: 51, file: "broken.yaml" },
  { args: ["rotate", "broken.yaml"], actions: "rotate decrypt", exit: 51, file: "broken.yaml" },
  { args: ["decrypt", "plain.yaml"], actions: "", exit: 1 },
  { args: ["decrypt", "--filename-override", "f.yaml"], actions: "decrypt", stdin: "f", file: "" },
];

/** An encrypted file, one whose MAC is of another, a plain one, and the order to record. */
async function writeScene(): Promise<string> {
  writeFileSync(join(folder, "plain.yaml"), "a: secret\nb: two\n");
  const rules = { creation_rules: [{ age: AGE_RECIPIENT }] };
  writeFileSync(join(folder, ".sops.yaml"), JSON.stringify(rules));
  const { stdout } = await ours(["encrypt", "--layout", "sops", "plain.yaml"]);
  const text = stdout.toString("utf8");
  writeFileSync(join(folder, "f.yaml"), text);
  writeFileSync(join(folder, "broken.yaml"), text.replace(/^b: .*\n/m, ""));
  writeFileSync(join(folder, "audit.yaml"), auditText(address()));
  return text;
}

describe.skipIf(isMissing("postgres"))("events", () => {
  beforeAll(async () => {
    database = await startPostgres();
    await database.query(SCHEMA);
  });
  afterAll(async () => {
    await database.stop();
  });

  const programs: readonly (readonly [string, Program])[] = [
    ["leafseal", ours],
    ...(isMissing("sops") || !canUnshare() ? [] : [["sops", real] as const]),
  ];

  describe.each(programs)("of %s", (_, program) => {
    test.each(EVENTS)("$args → $actions", async ({ args, actions, exit = 0, file, ...rest }) => {
      const encrypted = await writeScene();
      await database.query("TRUNCATE audit_event");
      const { exitCode, stderr } = await program(args, {
        ...rest,
        ...(rest.stdin === undefined ? {} : { stdin: encrypted }),
      });
      expect(exitCode, stderr).toBe(exit);
      const { username } = userInfo();
      const path = file === "" ? folder : join(folder, file ?? "f.yaml");
      const wanted = actions.split(" ").filter((action) => action !== "");
      expect(await rows()).toEqual(wanted.map((action) => [action, username, path]));
    });
  });

  test("each of several files and each of several databases gets its rows", async () => {
    await writeScene();
    writeFileSync(join(folder, "audit.yaml"), auditText(address(), address()));
    await database.query("TRUNCATE audit_event");
    expect((await ours(["rotate", "-i", "f.yaml"])).exitCode).toBe(0);
    expect((await rows()).map(([action]) => action)).toEqual(
      "rotate rotate decrypt decrypt encrypt encrypt".split(" "),
    );
    await database.query("TRUNCATE audit_event");
    cpSync(join(folder, "f.yaml"), join(folder, "g.yaml"));
    const many = await ours(["updatekeys", "-y", "--rotate", "f.yaml", "g.yaml"]);
    // Their recipients are right, so nothing is opened.
    expect(many.exitCode, many.stderr).toBe(0);
    expect(await rows()).toEqual([]);
  });

  test.each([
    [
      "key=value",
      () =>
        `host=127.0.0.1 port=${String(database.port)} user=sops password='ge\\heim' dbname=postgres sslmode=disable`,
    ],
    [
      "a Unix socket",
      () =>
        `host=${database.socketDirectory} port=${String(database.port)} user=sops dbname=postgres`,
    ],
    [
      "settings of the session",
      () => address("sslmode=disable&search_path=public&application_name=my%20app"),
    ],
  ])("a connection string with %s", async (_, text) => {
    await writeScene();
    writeFileSync(join(folder, "audit.yaml"), auditText(text()));
    await database.query("TRUNCATE audit_event");
    const { exitCode, stderr } = await ours(["decrypt", "f.yaml"]);
    expect(exitCode, stderr).toBe(0);
    expect(await rows()).toHaveLength(1);
  });

  test("the PG variables say what the connection string does not", async () => {
    await writeScene();
    writeFileSync(join(folder, "audit.yaml"), auditText("sslmode=disable"));
    const env = {
      PGHOST: "127.0.0.1",
      PGPORT: String(database.port),
      PGUSER: "sops",
      PGPASSWORD: "geheim",
      PGDATABASE: "postgres",
    };
    await database.query("TRUNCATE audit_event");
    const { exitCode, stderr } = await ours(["decrypt", "f.yaml"], { env });
    expect(exitCode, stderr).toBe(0);
    expect(await rows()).toHaveLength(1);
  });

  test("a row that cannot be written stops the command: nothing is decrypted, the file stays", async () => {
    const encrypted = await writeScene();
    await database.query("REVOKE INSERT ON audit_event FROM sops");
    try {
      const decrypted = await ours(["decrypt", "f.yaml"]);
      expect(decrypted.exitCode).toBe(1);
      expect(decrypted.stdout.toString()).toBe("");
      expect(decrypted.stderr).toContain("permission denied for table audit_event");
      const changed = await ours(["set", "f.yaml", '["a"]', "1"]);
      expect(changed.exitCode).toBe(1);
    } finally {
      await database.query("GRANT INSERT ON audit_event TO sops");
    }
    const { stdout } = await runProcess("cat", [join(folder, "f.yaml")]);
    expect(stdout.toString("utf8")).toBe(encrypted);
  });

  test.each([
    [
      "nobody listens",
      () => "postgres://sops:geheim@127.0.0.1:1/postgres?sslmode=disable",
      "connect ECONNREFUSED",
    ],
    [
      "the database is missing",
      () => address().replace("/postgres?", "/nothing?"),
      'database "nothing" does not exist',
    ],
    ["the server has no TLS, which is the default", () => address(""), "does not support SSL"],
  ])("where %s nothing is done, and the password is not shown", async (_, text, reason) => {
    await writeScene();
    writeFileSync(join(folder, "audit.yaml"), auditText(text()));
    for (const args of [
      ["decrypt", "f.yaml"],
      ["filestatus", "f.yaml"],
      ["encrypt", "plain.yaml"],
    ]) {
      const { exitCode, stdout, stderr } = await ours(args);
      expect(exitCode).toBe(1);
      expect(stdout.toString()).toBe("");
      expect(stderr.toLowerCase()).toContain(reason.toLowerCase());
      expect(stderr).not.toContain("geheim");
    }
  });
});

describe.skipIf(isMissing("postgres") || isMissing("openssl"))("TLS", () => {
  test("require trusts any certificate, verify-ca a known one, verify-full its name too", async () => {
    const certificates = makeCertificates(makeDirectory(), "DNS:audit.test");
    database = await startPostgres(certificates);
    cleanUp.push(() => database.stop());
    await database.query(SCHEMA);
    writeFileSync(join(folder, "f.yaml"), "a: b\n");
    const statusWith = async (settings: string): Promise<number> => {
      writeFileSync(join(folder, "audit.yaml"), auditText(address(settings)));
      return (await ours(["filestatus", "f.yaml"])).exitCode;
    };
    const root = `&sslrootcert=${certificates.authority}`;
    expect(await statusWith("")).toBe(0);
    expect(await statusWith("sslmode=require")).toBe(0);
    expect(await statusWith("sslmode=verify-ca")).toBe(1);
    expect(await statusWith(`sslmode=verify-ca${root}`)).toBe(0);
    expect(await statusWith(`sslmode=verify-full${root}`)).toBe(1);
    expect(await statusWith(`sslmode=require${root}`)).toBe(0);
  });
});
