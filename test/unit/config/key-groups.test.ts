import { describe, expect, it } from "vitest";

import { keyGroupsOf } from "../../../src/config/key-groups.js";
import type { MasterKey } from "../../../src/keys/master-key.js";
import { SopsError } from "../../../src/support/errors.js";
import { AGE_RECIPIENT as A, AGE_RECIPIENT_2 as B } from "../../support/vectors.js";
import { configOf } from "./config-text.js";

const ARN = "arn:aws:kms:eu-west-1:1:key/x";
const AZURE = "https://v.vault.azure.net";
const VAULT = "https://vault.test/v1/transit/keys/k";

function groupsOf(rule: string, encryptionContext?: ReadonlyMap<string, string>): MasterKey[][] {
  const indented = rule.replaceAll("\n", "\n    ");
  const keys = configOf(`creation_rules:\n  - x-rule: 1\n    ${indented}\n`).creationRules?.[0]
    ?.keys;
  if (keys === undefined) {
    throw new Error("no rule");
  }
  return keyGroupsOf(keys, { path: ".sops.yaml", encryptionContext }).map((group) => [...group]);
}

function shown(rule: string): string[][] {
  return groupsOf(rule).map((group) => group.map((key) => `${key.type} ${key.display}`));
}

/** config.md §4.3 */
describe("flat keys", () => {
  it.each<[string, string, readonly string[]]>([
    ["one text", `age: ${A}`, [`age ${A}`]],
    ["a comma list", `age: ${A}, ${B}`, [`age ${A}`, `age ${B}`]],
    ["a trailing comma", `age: "${A}, , ${B},"`, [`age ${A}`, `age ${B}`]],
    ["folded lines", `age: >-\n  ${A},\n  ${B}`, [`age ${A}`, `age ${B}`]],
    ["a list", `age: [${A}, ${B}]`, [`age ${A}`, `age ${B}`]],
    ["a list with a comma list", `age: ["${A}, ${B}"]`, [`age ${A}`, `age ${B}`]],
    ["duplicates", `age: [${A}, ${A}]`, [`age ${A}`, `age ${A}`]],
    ["a fingerprint with spaces", "pgp: AB CD, EF!", ["pgp ABCD", "pgp EF!"]],
    ["digits as their text", "pgp: 0012", ["pgp 0012"]],
    [
      "an ARN with a role",
      `kms: ${ARN}+arn:aws:iam::1:role/r`,
      [`kms ${ARN}+arn:aws:iam::1:role/r`],
    ],
    ["a profile", `kms: ${ARN}\naws_profile: p`, [`kms ${ARN}||p`]],
    ["hckms as a list", "hckms: [r:1, r:2]", ["hckms r:1", "hckms r:2"]],
    ["hckms as a text", "hckms: r:1", ["hckms r:1"]],
    ["nothing", "path_regex: a", []],
    ["null and empty", "age:\npgp: ''\nkms: []", []],
    [
      "all kinds in the order of rules",
      `hc_vault_transit_uri: ${VAULT}\nazure_keyvault: ${AZURE}/keys/k/1\nhckms: [r:1]\ngcp_kms: projects/p\n` +
        `kms: ${ARN}\npgp: AB\nage: ${A}`,
      [
        `age ${A}`,
        "pgp AB",
        `kms ${ARN}`,
        "gcp_kms projects/p",
        "hckms r:1",
        `azure_kv ${AZURE}/keys/k/1`,
        `hc_vault ${VAULT}`,
      ],
    ],
    ["beside an empty list of groups", `age: ${A}\nkey_groups: []`, [`age ${A}`]],
  ])("make one group of %s", (_name, rule, expected) => {
    expect(shown(rule)).toEqual([expected]);
  });

  it("take the encryption context of the command line", () => {
    const [[key] = []] = groupsOf(`kms: ${ARN}`, new Map([["app", "web"]]));
    expect(key?.display).toBe(`${ARN}|app:web`);
  });

  it.each([
    [
      "age: {a: b}",
      "invalid age key configuration: age must be a text or a list of texts, not a mapping",
    ],
    ["pgp: [123, [a]]", "invalid pgp key configuration: an item must be a text, not a list"],
    ["kms: [~]", "invalid kms key configuration: an item must be a text, not null"],
    [
      "gcp_kms: [{resource_id: a}]",
      "invalid gcp_kms key configuration: an item must be a text, not a mapping",
    ],
  ])("refuse %j", (rule, message) => {
    expect(() => groupsOf(rule)).toThrow(message);
  });

  it.each<[string, string]>([
    ["an unknown recipient", "age: ecdsa"],
    ["an empty item of a list", `age: ["${A}", ""]`],
    ["an empty part of an item", `age: ["${A},"]`],
    ["a Vault address without path", "hc_vault_transit_uri: https://vault.test"],
    ["a Huawei key without region", "hckms: [abc]"],
  ])("refuse %s with file and line", (_name, rule) => {
    let thrown: unknown;
    try {
      groupsOf(rule);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(SopsError);
    expect(thrown).toMatchObject({ code: "INVALID_RECIPIENT", exitCode: 1, details: { line: 3 } });
    expect((thrown as SopsError).message).toMatch(
      /^error loading config: \.sops\.yaml: line 3: ./u,
    );
  });
});

/** config.md §5 */
describe("key_groups", () => {
  it.each<[string, string, readonly (readonly string[])[]]>([
    ["one group", `key_groups: [{age: [${A}]}]`, [[`age ${A}`]]],
    ["several", `key_groups: [{age: [${A}]}, {pgp: [AB]}]`, [[`age ${A}`], ["pgp AB"]]],
    ["instead of flat keys", `age: ${A}\nkey_groups: [{age: [${B}]}]`, [[`age ${B}`]]],
    ["an empty group", `age: ${A}\nkey_groups: [{}]`, [[]]],
    ["a null group", "key_groups: [~]", [[]]],
    ["empty lists", "key_groups: [{age: [], pgp: ~}]", [[]]],
    ["a comma list in an item", `key_groups: [{age: ["${A}, ${B}"]}]`, [[`age ${A}`, `age ${B}`]]],
    [
      "a text where a list is due",
      `key_groups: [{age: ${A}, kms: ${ARN}}]`,
      [[`age ${A}`, `kms ${ARN}`]],
    ],
    ["a text where a mapping is due", `key_groups: [{kms: ["${ARN}"]}]`, [[`kms ${ARN}`]]],
    [
      "mappings",
      `key_groups: [{kms: [{arn: "${ARN}", role: r, aws_profile: p, context: {b: 1, a: yes}}], ` +
        `gcp_kms: [{resource_id: projects/p}], hckms: [{key_id: r:1}], ` +
        `azure_keyvault: [{vaultUrl: "${AZURE}", key: k, version: 1}], hc_vault: ["${VAULT}"]}]`,
      [
        [
          `kms ${ARN}+r|a:yes,b:1|p`,
          "gcp_kms projects/p",
          "hckms r:1",
          `azure_kv ${AZURE}/keys/k/1`,
          `hc_vault ${VAULT}`,
        ],
      ],
    ],
    [
      "a null context value",
      `key_groups: [{kms: [{arn: "${ARN}", context: {a: ~}}]}]`,
      [[`kms ${ARN}|a:`]],
    ],
    [
      "merged groups first, depth first",
      `key_groups: [{pgp: [1], merge: [{pgp: [2], merge: [{pgp: [3]}]}, {pgp: [4]}]}]`,
      [["pgp 3", "pgp 2", "pgp 4", "pgp 1"]],
    ],
    [
      "the order of kinds",
      `key_groups: [{hc_vault: ["${VAULT}"], kms: [{arn: a}], pgp: [AB], age: ["${A}"]}]`,
      [[`age ${A}`, "pgp AB", "kms a", `hc_vault ${VAULT}`]],
    ],
    [
      "no duplicates, the first stays",
      `key_groups: [{pgp: [AB, CD, A B], merge: [{pgp: [CD]}]}]`,
      [["pgp CD", "pgp AB"]],
    ],
    [
      "duplicates in different groups",
      `key_groups: [{pgp: [AB]}, {pgp: [AB]}]`,
      [["pgp AB"], ["pgp AB"]],
    ],
    [
      "fields that mean nothing there",
      `key_groups: [{pgp: [AB], aws_profile: p, hc_vault_transit_uri: x}]`,
      [["pgp AB"]],
    ],
  ])("give %s", (_name, rule, expected) => {
    expect(shown(rule)).toEqual(expected);
  });

  it("do not take the profile and the context of flat keys", () => {
    const [[key] = []] = groupsOf(
      `aws_profile: p\nkey_groups: [{kms: [{arn: a}]}]`,
      new Map([["a", "b"]]),
    );
    expect(key?.display).toBe("a");
  });

  it("bear merged groups that are shared", () => {
    const lines = Array.from({ length: 100 }, (_, step) => `&g${step + 1} {merge: [*g${step}]}`);
    const rule = `x-groups: [&g0 {pgp: [AB]}, ${lines.join(", ")}]\nkey_groups: [*g100]`;
    expect(shown(rule)).toEqual([["pgp AB"]]);
  });

  it("refuse a bad item with its line", () => {
    expect(() => groupsOf(`key_groups:\n  - age:\n      - ${A}\n      - bad`)).toThrow(
      /^error loading config: \.sops\.yaml: line 6: /u,
    );
  });
});
