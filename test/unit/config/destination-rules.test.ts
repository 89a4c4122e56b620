import { describe, expect, it } from "vitest";

import {
  destinationOf,
  findDestinationRule,
  showDestination,
  type DestinationRule,
} from "../../../src/config/destination-rules.js";
import { configOf } from "./config-text.js";

function rulesOf(...items: readonly string[]): readonly DestinationRule[] {
  return configOf(`destination_rules:\n${items.map((item) => `  - {${item}}\n`).join("")}`)
    .destinationRules;
}

function only(item: string): DestinationRule {
  const [rule] = rulesOf(item);
  if (rule === undefined) {
    throw new Error("no rule");
  }
  return rule;
}

/** config.md §6 */
describe("findDestinationRule", () => {
  const rules = rulesOf("path_regex: ^s3/", "path_regex: ^\\./", "path_regex: ^/abs/");

  it.each([
    ["the path as given", "s3/a.yaml", "s3/a.yaml", 2],
    ["the path as given, before the relative one", "./s3/a.yaml", "s3/a.yaml", 3],
    ["an absolute path", "/abs/s3/a.yaml", "s3/a.yaml", 4],
    ["the relative path where the one given fails", "../s3/a.yaml", "s3/a.yaml", 2],
  ])("searches %s", (_name, path, relative, line) => {
    expect(findDestinationRule(rules, path, relative).line).toBe(line);
  });

  it("takes a rule without pattern for everything", () => {
    expect(findDestinationRule(rulesOf("s3_bucket: b"), "x", "x").s3Bucket).toBe("b");
  });

  it("refuses where none matches, and an invalid pattern", () => {
    expect(() => findDestinationRule(rules, "x", "x")).toThrow("no matching destination found");
    expect(() => findDestinationRule(rulesOf("path_regex: ("), "x", "x")).toThrow(
      "can not compile regexp",
    );
  });
});

describe("destinationOf", () => {
  it.each<[string, string]>([
    ["s3_bucket: b, s3_prefix: p-", "s3://b/p-f.yaml"],
    ["s3_bucket: b", "s3://b/f.yaml"],
    ["gcs_bucket: b, gcs_prefix: p/", "gcs://b/p/f.yaml"],
    ["vault_path: a/b", "https://default/v1/secret/data/a/b/f.yaml"],
    [
      "vault_path: a/, vault_address: 'https://v/', vault_kv_mount_name: m, vault_kv_version: 1",
      "https://v/v1/m/a/f.yaml",
    ],
    [
      "vault_path: a, vault_kv_mount_name: m/, vault_kv_version: 7",
      "https://default/v1/m/data/a/f.yaml",
    ],
  ])("of %s", (item, expected) => {
    expect(showDestination(destinationOf(only(item)), "f.yaml", "https://default")).toBe(expected);
  });

  it.each([
    ["path_regex: a", "no destination configured for this file"],
    ["s3_bucket: a, gcs_bucket: b", "more than one destination"],
    ["s3_bucket: a, vault_path: b", "more than one destination"],
  ])("refuses %s", (item, message) => {
    expect(() => destinationOf(only(item))).toThrow(message);
  });

  it("keeps the recreation rule and the extension", () => {
    const rule = only(
      "omit_extensions: on, recreation_rule: {encrypted_regex: x, pgp: AB, shamir_threshold: 1}",
    );
    expect(rule).toMatchObject({
      omitExtensions: true,
      recreationRule: { selection: { encryptedRegex: "x" }, shamirThreshold: 1 },
    });
    expect(only("s3_bucket: b")).toMatchObject({ omitExtensions: false, recreationRule: null });
  });
});
