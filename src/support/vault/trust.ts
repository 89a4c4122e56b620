import * as path from "node:path";

import { SopsError } from "../errors.js";
import type { HttpTrust } from "../http.js";
import type { Runtime } from "../runtime.js";
import { describeSystemError } from "../system-error.js";
import { decodeText } from "../text.js";

type Machine = Pick<Runtime, "cwd" | "env" | "fs">;

/**
 * The TLS side of Vault as its variables say (spec: keys.md §10).
 *
 * @throws SopsError INVALID_ENVIRONMENT for files that cannot be read
 */
export function vaultTrust(machine: Machine): HttpTrust {
  const { env } = machine;
  const authorities = authoritiesOf(machine);
  const clientCertificate = readNamed("VAULT_CLIENT_CERT", machine);
  const clientKey = readNamed("VAULT_CLIENT_KEY", machine);
  const serverName = env["VAULT_TLS_SERVER_NAME"] ?? "";
  return {
    ...(authorities.length === 0 ? {} : { authorities }),
    ...(clientCertificate === "" ? {} : { clientCertificate }),
    ...(clientKey === "" ? {} : { clientKey }),
    ...(serverName === "" ? {} : { serverName }),
    isUnchecked: /^(?:1|t|true)$/iu.test(env["VAULT_SKIP_VERIFY"] ?? ""),
  };
}

/** The first of a file, a text and a directory. */
function authoritiesOf(machine: Machine): readonly string[] {
  const { cwd, env, fs } = machine;
  const text = readNamed("VAULT_CACERT", machine) || (env["VAULT_CACERT_BYTES"] ?? "");
  const directory = env["VAULT_CAPATH"] ?? "";
  if (text !== "" || directory === "") {
    return text === "" ? [] : [text];
  }
  return reading("VAULT_CAPATH", () => {
    const base = path.resolve(cwd, directory);
    return fs.readdirSync(base).map((name) => decodeText(fs.readFileSync(path.join(base, name))));
  });
}

/** The text of the file that a variable names; empty where it is not set. */
function readNamed(variable: string, { cwd, env, fs }: Machine): string {
  const name = env[variable] ?? "";
  return name === ""
    ? ""
    : reading(variable, () => decodeText(fs.readFileSync(path.resolve(cwd, name))));
}

function reading<T>(variable: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw unusable(`${variable} cannot be read: ${describeSystemError(cause)}`, cause);
  }
}

/** A variable of the user's that cannot be used. */
export function unusable(message: string, cause?: unknown): SopsError {
  return new SopsError("INVALID_ENVIRONMENT", message, cause === undefined ? {} : { cause });
}
