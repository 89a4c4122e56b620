import { SopsError } from "../errors.js";
import { isLoopback, parseUrl } from "../http.js";
import { showText } from "../text.js";

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_ADDRESS = "https://127.0.0.1:8200";

/** The server that the user's environment names, or the client's default (spec: keys.md §10). */
export function userVaultAddress(env: Environment): string {
  return env["VAULT_AGENT_ADDR"] || env["VAULT_ADDR"] || DEFAULT_ADDRESS;
}

/**
 * A token and secrets go only to a server that the user named, never to one that only a file names; and unencrypted
 * only where the user wrote `http`, or within this machine (security.md T4).
 *
 * @throws SopsError HOST_NOT_ALLOWED, which says what to set; CONFIG_INVALID for a text that is no address
 */
export function judgeVaultAddress(address: string, env: Environment): URL {
  const url = parseUrl(address);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new SopsError(
      "CONFIG_INVALID",
      `${showText(address)} is not the address of a Vault server: http:// or https:// is missing`,
    );
  }
  if (!isNamedByUser(url, env)) {
    throw new SopsError(
      "HOST_NOT_ALLOWED",
      `the Vault server ${url.origin} is named only by a file, so the token is not sent there`,
      {
        hint: `if you trust it: export VAULT_ADDR=${url.origin} (or SOPS_HC_VAULT_ALLOWLIST=${url.origin})`,
      },
    );
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname) && !isPlainByUser(url, env)) {
    throw new SopsError(
      "HOST_NOT_ALLOWED",
      `the Vault server ${url.origin} would get the token unencrypted`,
      { hint: `use https; where plain http is meant: export VAULT_ADDR=${url.origin}` },
    );
  }
  return url;
}

function isNamedByUser(url: URL, env: Environment): boolean {
  return allowList(env) === "all" || isPlainByUser(url, env);
}

/** Named with scheme, host and port. */
function isPlainByUser(url: URL, env: Environment): boolean {
  const list = allowList(env);
  const prefixes = list === "all" || list === "none" ? [] : list;
  return (
    parseUrl(userVaultAddress(env))?.origin === url.origin ||
    prefixes.some((prefix) =>
      withSlash(url.href).startsWith(withSlash(parseUrl(prefix)?.href ?? prefix)),
    )
  );
}

/** Unset means only `VAULT_ADDR`, not everybody (security.md T4). */
function allowList(env: Environment): "all" | "none" | readonly string[] {
  const text = (env["SOPS_HC_VAULT_ALLOWLIST"] ?? "").trim();
  if (text === "all" || text === "none") {
    return text;
  }
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function withSlash(text: string): string {
  return text.endsWith("/") ? text : `${text}/`;
}
