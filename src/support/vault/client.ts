import * as path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { SopsError } from "../errors.js";
import { HttpFailure, type HttpAnswer, type HttpRequest } from "../http.js";
import type { Runtime } from "../runtime.js";
import { describeSystemError, systemErrorCode } from "../system-error.js";
import { decodeText, encodeText, showText } from "../text.js";
import { judgeVaultAddress } from "./address.js";
import { unusable, vaultTrust } from "./trust.js";

type Machine = Pick<Runtime, "cwd" | "env" | "fs" | "homeDirectory" | "http">;

export interface VaultAnswer {
  readonly status: number;
  readonly body: Uint8Array;
  /** What the server says went wrong; safe to show, empty for a success. */
  readonly problem: string;
}

/** One server, as the `VAULT_…` variables say (spec: keys.md §10). */
export interface VaultClient {
  /**
   * @param segments of the path below `/v1/`; each is escaped
   * @param json body of a request that has one
   * @throws SopsError VAULT_FAILED where no answer comes; what the server refuses is an answer
   */
  request(method: "GET" | "PUT", segments: readonly string[], json?: string): Promise<VaultAnswer>;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_RETRIES = 2;
const RETRY_PAUSE_MS = 1000;

/**
 * @param address - a file may have named it: {@link judgeVaultAddress} decides
 * @throws SopsError HOST_NOT_ALLOWED, CONFIG_INVALID, INVALID_ENVIRONMENT
 */
export function createVaultClient(address: string, machine: Machine): VaultClient {
  const { env } = machine;
  const url = judgeVaultAddress(address, env);
  const base = url.href.replace(/\/+$/u, "");
  const fixed = {
    headers: headersOf(machine),
    trust: vaultTrust(machine),
    timeoutMs: timeoutOf(env["VAULT_CLIENT_TIMEOUT"] ?? ""),
  };
  const retries = retriesOf(env["VAULT_MAX_RETRIES"] ?? "");
  return {
    async request(method, segments, json) {
      const target = `${base}/v1/${segments.map(encodeSegment).join("/")}`;
      const body = json === undefined ? {} : { body: encodeText(json) };
      const answer = await withRetries(
        { method, url: target, ...fixed, ...body },
        retries,
        machine,
      );
      return { status: answer.status, body: answer.body, problem: problemOf(answer) };
    },
  };
}

/** A path must not climb. */
function encodeSegment(segment: string): string {
  if (segment === "." || segment === "..") {
    throw new SopsError("CONFIG_INVALID", `a Vault path cannot hold "${segment}"`);
  }
  return encodeURIComponent(segment);
}

function headersOf(machine: Machine): Record<string, string> {
  const token = tokenOf(machine);
  const namespace = machine.env["VAULT_NAMESPACE"] ?? "";
  return {
    "content-type": "application/json",
    "x-vault-request": "true",
    ...(token === "" ? {} : { "x-vault-token": token }),
    ...(namespace === "" ? {} : { "x-vault-namespace": namespace }),
  };
}

/** Without one the server says what it thinks of that. */
function tokenOf({ env, fs, homeDirectory }: Machine): string {
  const given = (env["VAULT_TOKEN"] ?? "").trim();
  if (given !== "" || homeDirectory === null) {
    return requireToken(given);
  }
  try {
    return requireToken(
      decodeText(fs.readFileSync(path.join(homeDirectory, ".vault-token"))).trim(),
    );
  } catch (cause) {
    if (cause instanceof SopsError) {
      throw cause;
    }
    if (systemErrorCode(cause) === "ENOENT" || systemErrorCode(cause) === "ENOTDIR") {
      return "";
    }
    throw unusable(`~/.vault-token cannot be read: ${describeSystemError(cause)}`, cause);
  }
}

/** A header cannot hold anything else; Node's own refusal would quote it. */
function requireToken(token: string): string {
  if (!/^[\x21-\x7e]*$/u.test(token)) {
    throw unusable("the Vault token has characters that no token has");
  }
  return token;
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1000],
  ["", 1000],
  ["m", 60_000],
]);

function timeoutOf(text: string): number {
  if (text === "") {
    return DEFAULT_TIMEOUT_MS;
  }
  const [, number = "", unit = ""] = /^(\d{1,6})(ms|s|m|)$/u.exec(text) ?? [];
  const milliseconds = Number(number) * (UNITS.get(unit) ?? 0);
  if (number === "" || milliseconds === 0) {
    throw unusable("VAULT_CLIENT_TIMEOUT is not a time such as 30s");
  }
  return milliseconds;
}

function retriesOf(text: string): number {
  if (!/^\d{0,2}$/u.test(text)) {
    throw unusable("VAULT_MAX_RETRIES is not a small number");
  }
  return text === "" ? DEFAULT_RETRIES : Number(text);
}

/** Writing a secret twice does no harm, so whatever may pass is tried again. */
async function withRetries(
  request: HttpRequest,
  retries: number,
  machine: Machine,
): Promise<HttpAnswer> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await machine.http(request);
      if (attempt >= retries || (answer.status < 500 && answer.status !== 412)) {
        return answer;
      }
    } catch (cause) {
      if (!(cause instanceof HttpFailure)) {
        throw cause;
      }
      if (attempt >= retries) {
        throw new SopsError("VAULT_FAILED", `Vault cannot be reached: ${cause.message}`, { cause });
      }
    }
    await pause(RETRY_PAUSE_MS);
  }
}

const MAX_PROBLEM = 300;

/** The server's own list of errors; of anything else only the status. */
function problemOf({ status, headers, body }: HttpAnswer): string {
  if (status >= 200 && status < 300) {
    return "";
  }
  if (status >= 300 && status < 400) {
    const target = showText(headers.get("location") ?? "somewhere else").slice(0, MAX_PROBLEM);
    return `status ${String(status)}: it points to ${target}, where the token is not sent; name that server itself`;
  }
  const errors = errorsIn(body);
  return `status ${String(status)}${errors === "" ? "" : `: ${errors}`}`;
}

function errorsIn(body: Uint8Array): string {
  try {
    const parsed: unknown = JSON.parse(decodeText(body));
    const errors =
      parsed !== null && typeof parsed === "object" && "errors" in parsed ? parsed.errors : [];
    const texts = Array.isArray(errors)
      ? errors.filter((error): error is string => typeof error === "string")
      : [];
    return showText(texts.join("; ")).slice(0, MAX_PROBLEM);
  } catch {
    return "";
  }
}
