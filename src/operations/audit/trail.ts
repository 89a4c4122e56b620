import { messageOf, SopsError } from "../../support/errors.js";
import type { AuditAction, Runtime } from "../../support/runtime.js";
import { loadSdk } from "../../support/sdk.js";
import { showText } from "../../support/text.js";

import { parseConnectionString, type ConnectionSettings } from "./connection-string.js";
import type { AuditDatabase } from "./database.js";

type Machine = Pick<Runtime, "accountName" | "env" | "fs" | "userId">;

/** Every event goes to every database. */
export interface AuditTrail {
  /** @throws SopsError AUDIT_FAILED unless all of them have it */
  record(action: AuditAction, file: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects to the databases that the configuration names.
 *
 * @throws SopsError AUDIT_FAILED, SDK_UNAVAILABLE; messages hold no password
 */
export async function openAuditTrail(
  connectionStrings: readonly string[],
  machine: Machine,
): Promise<AuditTrail> {
  const username = machine.accountName() ?? String(machine.userId ?? "");
  const open: OpenDatabase[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(open.map(({ database }) => database.close()));
  };
  try {
    for (const text of connectionStrings) {
      open.push(await connect(text, username, machine));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async record(action, file) {
      for (const { database, settings } of open) {
        try {
          await database.insert({ action, username, file });
        } catch (cause) {
          throw failure("cannot record in", settings, cause);
        }
      }
    },
    close,
  };
}

interface OpenDatabase {
  readonly database: AuditDatabase;
  readonly settings: ConnectionSettings;
}

async function connect(text: string, username: string, machine: Machine): Promise<OpenDatabase> {
  let settings: ConnectionSettings;
  try {
    settings = parseConnectionString(text, machine.env, username);
  } catch (cause) {
    throw new SopsError("AUDIT_FAILED", `auditing: ${messageOf(cause)}`, { cause });
  }
  const { connectToPostgres } = await loadSdk(
    "pg",
    "record in the audit trail that this machine asks for",
    () => import("./postgres-client.js"),
  );
  try {
    return { database: await connectToPostgres(settings, machine), settings };
  } catch (cause) {
    throw failure("cannot use", settings, cause);
  }
}

function failure(what: string, settings: ConnectionSettings, cause: unknown): SopsError {
  const { host, port, database, password } = settings;
  const place = `the audit database ${showText(database)} at ${showText(host)}:${String(port)}`;
  // A server might quote what it was sent.
  const reason = showText(reasonOf(cause));
  const safe = password === undefined ? reason : reason.replaceAll(password, "…");
  return new SopsError("AUDIT_FAILED", `${what} ${place}: ${safe}`);
}

/** Of several addresses of a host the first failure tells. */
function reasonOf(cause: unknown): string {
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  return messageOf(first);
}
