import { describe, expect, test } from "vitest";

import { SopsError } from "../../../../src/support/errors.js";
import { judgeVaultAddress, userVaultAddress } from "../../../../src/support/vault/address.js";

function verdict(address: string, env: Record<string, string>): string {
  try {
    return judgeVaultAddress(address, env).origin;
  } catch (error) {
    return error instanceof SopsError ? `${error.code}: ${error.hint ?? ""}` : String(error);
  }
}

describe("where a Vault token may go (security.md T4)", () => {
  const https = "https://vault.test:8200";
  const http = "http://vault.test:8200";

  test.each<[string, string, Record<string, string>]>([
    ["the user's own server", https, { VAULT_ADDR: https }],
    ["the same, written differently", `${https}/`, { VAULT_ADDR: "HTTPS://Vault.Test:8200/" }],
    ["an agent", https, { VAULT_ADDR: "https://other.test", VAULT_AGENT_ADDR: https }],
    [
      "an allowed one",
      https,
      { VAULT_ADDR: "https://other.test", SOPS_HC_VAULT_ALLOWLIST: ` ${https} ` },
    ],
    ["one of several", https, { SOPS_HC_VAULT_ALLOWLIST: `https://a.test,${https}` }],
    ["all, by the user's word", https, { SOPS_HC_VAULT_ALLOWLIST: "all" }],
    ["this machine in clear", "http://127.0.0.1:8200", { VAULT_ADDR: "http://127.0.0.1:8200" }],
    ["the default", "https://127.0.0.1:8200", {}],
    ["in clear, as the user wrote it", http, { VAULT_ADDR: http }],
    ["in clear, as the list says", http, { SOPS_HC_VAULT_ALLOWLIST: http }],
  ])("%s", (_, address, env) => {
    expect(verdict(address, env)).toBe(new URL(address).origin);
  });

  test.each<[string, string, Record<string, string>]>([
    ["only a file names it", https, {}],
    ["another host", https, { VAULT_ADDR: "https://vault.test.evil:8200" }],
    ["another port", https, { VAULT_ADDR: "https://vault.test:82" }],
    [
      "a prefix of the name in the list",
      "https://vault.test.evil",
      { SOPS_HC_VAULT_ALLOWLIST: "https://vault.test" },
    ],
    [
      "a prefix of the port in the list",
      "https://h:8200",
      { SOPS_HC_VAULT_ALLOWLIST: "https://h:82" },
    ],
    [
      "a user in front that looks like the host",
      "https://vault.test:8200@evil.test",
      { VAULT_ADDR: https },
    ],
    ["in clear, where the user wrote https", http, { VAULT_ADDR: https }],
    ["in clear, where all are allowed", http, { SOPS_HC_VAULT_ALLOWLIST: "all" }],
    ["nothing is allowed", https, { SOPS_HC_VAULT_ALLOWLIST: "none" }],
  ])("not where it is %s", (_, address, env) => {
    const { origin } = new URL(address);
    expect(verdict(address, env)).toMatch(/^HOST_NOT_ALLOWED: /);
    expect(verdict(address, env)).toContain(`export VAULT_ADDR=${origin}`);
  });

  test.each(["vault.test", "ftp://vault.test", "/v1"])("%s is no address", (address) => {
    expect(verdict(address, { SOPS_HC_VAULT_ALLOWLIST: "all" })).toMatch(/^CONFIG_INVALID/);
  });

  test("the user's server", () => {
    expect(userVaultAddress({})).toBe("https://127.0.0.1:8200");
    expect(userVaultAddress({ VAULT_ADDR: https })).toBe(https);
  });
});
