import { describe, expect, it } from "vitest";

import { matchingRule, resolveEncryption, resolveRule } from "../../../src/config/resolve.js";
import { AGE_RECIPIENT as A, AGE_RECIPIENT_2 as B } from "../../support/vectors.js";
import { configOf } from "./config-text.js";
import { configFrom, ELSEWHERE, inputOf, type InputOverrides } from "./resolve-input.js";

function groups(text: string, overrides?: InputOverrides): string[][] {
  const plan = resolveEncryption(inputOf(overrides), configFrom(text));
  return plan.groups.map((group) => group.map((key) => `${key.type} ${key.display}`));
}

const NO_KEYS =
  "config file not found, or has no creation rules, and no keys provided through command line options";
const NO_RULE = "error loading config: no matching creation rules found";
const CONFLICT =
  "cannot use more than one of encrypted_suffix, unencrypted_suffix, encrypted_regex, unencrypted_regex, " +
  "encrypted_comment_regex, or unencrypted_comment_regex";

/** config.md §8, the table of outcomes; decisions.md "keys given by flag" */
describe("keys of a new file", () => {
  it.each<[string, string, InputOverrides, readonly (readonly string[])[]]>([
    ["no configuration, given keys", "-", { recipients: { age: A } }, [[`age ${A}`]]],
    ["no rules, given keys", "stores: {}", { recipients: { age: A } }, [[`age ${A}`]]],
    ["a rule", `creation_rules: [{age: ${B}}]`, {}, [[`age ${B}`]]],
    [
      "a rule, given keys",
      `creation_rules: [{age: ${B}}]`,
      { recipients: { age: A } },
      [[`age ${A}`]],
    ],
    [
      "a rule, given keys of another kind",
      `creation_rules: [{age: ${B}}]`,
      { recipients: { pgp: "AB" } },
      [["pgp AB"]],
    ],
    [
      "a rule, empty flags",
      `creation_rules: [{age: ${B}}]`,
      { recipients: { age: "", pgp: "" } },
      [[`age ${B}`]],
    ],
    ["no matching rule, given keys", ELSEWHERE, { recipients: { age: A } }, [[`age ${A}`]]],
    [
      "an empty list of rules, given keys",
      "creation_rules: []",
      { recipients: { age: A } },
      [[`age ${A}`]],
    ],
    ["a rule without keys", "creation_rules: [{path_regex: a}]", {}, [[]]],
    ["an empty group", `creation_rules: [{age: ${A}, key_groups: [{}]}]`, {}, [[]]],
    [
      "several groups",
      `creation_rules: [{key_groups: [{age: ${A}}, {pgp: [AB]}]}]`,
      {},
      [[`age ${A}`], ["pgp AB"]],
    ],
    [
      "several groups, given keys: one",
      `creation_rules: [{key_groups: [{age: ${A}}, {pgp: [AB]}]}]`,
      { recipients: { age: B } },
      [[`age ${B}`]],
    ],
    [
      "given keys of all kinds, in the order of flags, duplicates kept",
      "-",
      {
        recipients: {
          age: `${A},${A}`,
          hc_vault: "https://v/v1/e/keys/n",
          pgp: "AB",
          azure_kv: "https://v/keys/k/1",
          hckms: "r:1",
          gcp_kms: "g",
          kms: "k",
        },
      },
      [
        [
          "kms k",
          "gcp_kms g",
          "hckms r:1",
          "azure_kv https://v/keys/k/1",
          "pgp AB",
          "hc_vault https://v/v1/e/keys/n",
          `age ${A}`,
          `age ${A}`,
        ],
      ],
    ],
    [
      "profile and context for given keys",
      "-",
      { recipients: { kms: "k" }, awsProfile: "p", encryptionContext: new Map([["a", "b"]]) },
      [["kms k|a:b|p"]],
    ],
    [
      "context for keys of a rule",
      "creation_rules: [{kms: k}]",
      { encryptionContext: new Map([["a", "b"]]) },
      [["kms k|a:b"]],
    ],
    [
      "a file in a sub-directory",
      `creation_rules: [{path_regex: ^sub/b, age: ${A}}]`,
      { machine: { cwd: "/repo/sub", platform: "linux" }, file: "b.yaml" },
      [[`age ${A}`]],
    ],
    [
      "a rule with keys that cannot be used yet, given keys",
      "creation_rules: [{kms: 'arn:aws:kms:eu-west-1:1:key/x'}]",
      { recipients: { age: A } },
      [[`age ${A}`]],
    ],
  ])("%s", (_name, text, overrides, expected) => {
    expect(groups(text, overrides)).toEqual(expected);
  });

  it.each<[string, string, InputOverrides, string, number, string]>([
    ["no configuration, no keys", "-", {}, "CONFIG_NOT_FOUND", 1, NO_KEYS],
    ["no rules, no keys", "stores: {}", {}, "CONFIG_NOT_FOUND", 1, NO_KEYS],
    ["an empty file", "", {}, "CONFIG_NOT_FOUND", 1, NO_KEYS],
    ["no matching rule", ELSEWHERE, {}, "NO_MATCHING_RULE", 1, NO_RULE],
    ["an empty list of rules", "creation_rules: []", {}, "NO_MATCHING_RULE", 1, NO_RULE],
    [
      "a bad recipient by flag",
      "-",
      { recipients: { age: `${A},` } },
      "INVALID_RECIPIENT",
      1,
      "unknown recipient type",
    ],
    [
      "a bad recipient in a rule, although keys are given",
      "creation_rules: [{age: bad}]",
      { recipients: { age: A } },
      "INVALID_RECIPIENT",
      1,
      "error loading config: .sops.yaml: line 1: ",
    ],
    [
      "wrong kinds in a rule's keys",
      "creation_rules: [{age: {a: b}}]",
      {},
      "CONFIG_INVALID",
      1,
      "error loading config: .sops.yaml: line 1: invalid age key configuration",
    ],
    [
      "an invalid path_regex, although keys are given",
      "creation_rules: [{path_regex: (}]",
      { recipients: { age: A } },
      "INVALID_REGEX",
      1,
      "can not compile regexp",
    ],
    [
      "two settings in a rule",
      "creation_rules: [{encrypted_regex: a, encrypted_suffix: b}]",
      {},
      "CONFLICTING_SELECTION",
      1,
      `error loading config: ${CONFLICT} for the same rule`,
    ],
    [
      "two settings in a rule, although keys are given",
      "creation_rules: [{encrypted_regex: a, encrypted_suffix: b}]",
      { recipients: { age: A } },
      "CONFLICTING_SELECTION",
      1,
      `error loading config: ${CONFLICT} for the same rule`,
    ],
    [
      "two settings by flags",
      "-",
      { recipients: { age: A }, selection: { encryptedRegex: "a", unencryptedRegex: "b" } },
      "CONFLICTING_SELECTION",
      8,
      `Error: ${CONFLICT} in the same file`,
    ],
    [
      "two settings by flag and rule",
      `creation_rules: [{age: ${A}, encrypted_suffix: b}]`,
      { selection: { encryptedRegex: "a" } },
      "CONFLICTING_SELECTION",
      8,
      `Error: ${CONFLICT} in the same file`,
    ],
    [
      "two settings for a binary file",
      "-",
      {
        isBinary: true,
        recipients: { age: A },
        selection: { encryptedRegex: "a", unencryptedRegex: "b" },
      },
      "CONFLICTING_SELECTION",
      8,
      `Error: ${CONFLICT} in the same file`,
    ],
    [
      "an invalid pattern by flag",
      "-",
      { recipients: { age: A }, selection: { encryptedRegex: "(" } },
      "INVALID_REGEX",
      1,
      "encrypted_regex: not a valid RE2 pattern",
    ],
    [
      "an invalid pattern in a rule",
      `creation_rules: [{age: ${A}, unencrypted_comment_regex: "(?=a)"}]`,
      {},
      "INVALID_REGEX",
      1,
      "unencrypted_comment_regex: not a valid RE2 pattern",
    ],
    [
      "an invalid pattern in a rule, replaced by a flag",
      `creation_rules: [{age: ${A}, encrypted_regex: "("}]`,
      { selection: { encryptedRegex: "a" } },
      "INVALID_REGEX",
      1,
      "encrypted_regex: not a valid RE2 pattern",
    ],
  ])("%s: refused", (_name, text, overrides, code, exitCode, message) => {
    let thrown: unknown;
    try {
      groups(text, overrides);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({
      code,
      exitCode,
      message: expect.stringContaining(message) as string,
    });
  });
});

describe("resolveRule", () => {
  const query = { machine: { cwd: "/repo", platform: "linux" as const }, file: "a.yaml" };

  it("gives rule and groups", () => {
    const { rule, groups: found } = resolveRule(query, configOf(`creation_rules: [{age: ${A}}]`));
    expect(rule.line).toBe(1);
    expect(found.map((group) => group.map((key) => key.display))).toEqual([[A]]);
  });

  it.each([
    ["-", "CONFIG_NOT_FOUND", "config file not found"],
    [ELSEWHERE, "NO_MATCHING_RULE", NO_RULE],
    ["stores: {}", "NO_MATCHING_RULE", NO_RULE],
  ])("refuses %j", (text, code, message) => {
    expect(() => resolveRule(query, configFrom(text))).toThrow(
      expect.objectContaining({ code, message }) as Error,
    );
  });

  it("does not read the keys of a rule that is only looked up", () => {
    const config = configOf("creation_rules: [{age: bad}]");
    expect(matchingRule(query, config)?.line).toBe(1);
    expect(() => resolveRule(query, config)).toThrow("unknown recipient type");
  });
});
