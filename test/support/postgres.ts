import { spawnSync } from "node:child_process";
import { chownSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";

import type { Certificates } from "./certificates.js";
import { untilHealthy } from "./health.js";
import { freePort } from "./key-server.js";
import { postgresPrograms } from "./tools.js";

export interface Database {
  readonly port: number;
  /** Directory of its Unix socket. */
  readonly socketDirectory: string;
  /** As the superuser. @returns the rows, each a list of texts */
  query(sql: string): Promise<string[][]>;
  stop(): Promise<void>;
}

/** PostgreSQL under a user that is not root, as it demands; with TLS where a certificate and its key are given. */
export async function startPostgres(tls?: Certificates): Promise<Database> {
  const programs = postgresPrograms();
  if (programs === null) throw new Error("PostgreSQL is missing: run node scripts/setup-tools.mjs");
  const directory = mkdtempSync(join(tmpdir(), "leafseal-pg-"));
  const port = await freePort();
  const drop = dropRights(directory);
  const run = (program: string, args: readonly string[]): void => {
    const [command = "", ...all] = [...drop, join(programs, program), ...args];
    // A server that stays must not hold our pipes.
    const { status, stderr } = spawnSync(command, all, {
      encoding: "utf8",
      stdio: ["ignore", "ignore", program === "initdb" ? "pipe" : "ignore"],
    });
    if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
  };
  const data = join(directory, "data");
  run("initdb", ["-D", data, "-A", "trust", "-U", "postgres", "--no-sync"]);
  const secure = tls === undefined ? "" : secureOptions(tls, directory);
  const settings = `-p ${String(port)} -c listen_addresses=127.0.0.1 -k ${directory} -c fsync=off${secure}`;
  run("pg_ctl", ["-D", data, "-o", settings, "-w", "-l", join(directory, "log"), "start"]);
  const query = (sql: string): Promise<string[][]> => queryOnce(directory, port, sql);
  await untilHealthy(() => query("SELECT 1"));
  return {
    port,
    socketDirectory: directory,
    query,
    stop() {
      run("pg_ctl", ["-D", data, "-m", "immediate", "-w", "stop"]);
      rmSync(directory, { recursive: true });
      return Promise.resolve();
    },
  };
}

async function queryOnce(host: string, port: number, sql: string): Promise<string[][]> {
  const client = new Client({ host, port, user: "postgres", database: "postgres" });
  await client.connect();
  try {
    // Several statements give several results.
    const results = [await client.query<unknown[]>({ text: sql, rowMode: "array" })].flat();
    return (results.at(-1)?.rows ?? []).map((row) => row.map(String));
  } finally {
    await client.end();
  }
}

/** @returns the words in front of a command; the directory is the other user's from now on */
function dropRights(directory: string): string[] {
  if (process.getuid?.() !== 0) return [];
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => /^(?:postgres|nobody):/.test(entry));
  const [, , uid = "", gid = ""] = line?.split(":") ?? [];
  chownSync(directory, Number(uid), Number(gid));
  return ["setpriv", "--reuid", uid, "--regid", gid, "--clear-groups"];
}

function secureOptions({ certificate, key }: Certificates, directory: string): string {
  const own = (name: string, source: string): string => {
    const target = join(directory, name);
    // The server wants its key to be its own and nobody else's.
    spawnSync("install", ["-m", "600", ...ownerFlags(directory), source, target]);
    return target;
  };
  return ` -c ssl=on -c ssl_cert_file=${own("srv.crt", certificate)} -c ssl_key_file=${own("srv.key", key)}`;
}

function ownerFlags(directory: string): string[] {
  const { stdout } = spawnSync("stat", ["-c", "%u %g", directory], { encoding: "utf8" });
  const [uid = "", gid = ""] = stdout.trim().split(" ");
  return process.getuid?.() === 0 ? ["-o", uid, "-g", gid] : [];
}
