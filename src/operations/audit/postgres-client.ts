import { Client, type ClientConfig } from "pg";

import type { Runtime } from "../../support/runtime.js";
import { decodeText } from "../../support/text.js";

import type { AuditDatabase, AuditEvent } from "./database.js";
import type { ConnectionSettings } from "./connection-string.js";

const STATEMENT_MS = 30_000;
const INSERT = "INSERT INTO audit_event (action, username, file) VALUES ($1, $2, $3)";

/**
 * Connects and asks something, so that a database that cannot be used is known before anything is done.
 *
 * @throws Error of the driver; its text is the server's or the system's
 */
export async function connectToPostgres(
  settings: ConnectionSettings,
  machine: Pick<Runtime, "fs">,
): Promise<AuditDatabase> {
  const client = new Client(toConfig(settings, machine));
  let failure: Error | null = null;
  // A connection that breaks between two events must not end the process; the next event fails.
  client.on("error", (error) => {
    failure = error;
  });
  try {
    await client.connect();
    await client.query("SELECT 1");
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return {
    async insert({ action, username, file }: AuditEvent) {
      if (failure !== null) {
        throw failure;
      }
      await client.query(INSERT, [action, username, file]);
    },
    close: () => client.end().catch(() => undefined),
  };
}

function toConfig(settings: ConnectionSettings, machine: Pick<Runtime, "fs">): ClientConfig {
  const { host, port, database, user, password } = settings;
  const options = [...settings.sessionSettings]
    .map(([name, value]) => `-c ${name}=${value.replaceAll(/[\s\\]/gu, "\\$&")}`)
    .join(" ");
  return {
    host,
    port,
    database,
    user,
    ...(password === undefined ? {} : { password }),
    ssl: sslOf(settings, machine),
    connectionTimeoutMillis: settings.connectTimeout * 1000,
    query_timeout: STATEMENT_MS,
    ...(options === "" ? {} : { options }),
  };
}

function sslOf(
  settings: ConnectionSettings,
  { fs }: Pick<Runtime, "fs">,
): NonNullable<ClientConfig["ssl"]> {
  const { host, sslMode, sslRootCertificate, sslCertificate, sslKey } = settings;
  if (sslMode === "disable" || host.startsWith("/")) {
    return false;
  }
  const read = (name: string): string => decodeText(fs.readFileSync(name));
  // As in libpq, a root certificate turns "require" into a check of the chain.
  const isChecked = sslMode !== "require" || sslRootCertificate !== "";
  return {
    rejectUnauthorized: isChecked,
    ...(sslMode === "verify-full" ? {} : { checkServerIdentity: () => undefined }),
    ...(sslRootCertificate === "" ? {} : { ca: read(sslRootCertificate) }),
    ...(sslCertificate === "" ? {} : { cert: read(sslCertificate) }),
    ...(sslKey === "" ? {} : { key: read(sslKey) }),
  };
}
