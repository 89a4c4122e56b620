import { describe, expect, it } from "vitest";

import { resolveEncryption, type EncryptionInput } from "../../../src/config/resolve.js";
import { AGE_RECIPIENT as A, AGE_RECIPIENT_2 as B } from "../../support/vectors.js";
import { configOf } from "./config-text.js";
import { configFrom, ELSEWHERE, inputOf, type InputOverrides } from "./resolve-input.js";

/** config.md §8.3-8.5 */
describe("settings of a new file", () => {
  const rule = (fields: string): string => `creation_rules: [{age: ${A}, ${fields}}]`;

  it.each<[string, string, InputOverrides, object]>([
    [
      "the default",
      rule("path_regex: a"),
      {},
      {
        selection: { unencryptedSuffix: "_unencrypted" },
        explicitSelection: false,
        macOnlyEncrypted: false,
        threshold: 0,
      },
    ],
    [
      "a rule's",
      rule("encrypted_regex: ^data$"),
      {},
      { selection: { encryptedRegex: "^data$" }, explicitSelection: true },
    ],
    [
      "a rule's empty ones",
      rule("encrypted_regex: '', unencrypted_suffix: ~"),
      {},
      { selection: { unencryptedSuffix: "_unencrypted" }, explicitSelection: false },
    ],
    [
      "a flag of the same kind",
      rule("encrypted_regex: ^data$"),
      { selection: { encryptedRegex: "x" } },
      { selection: { encryptedRegex: "x" } },
    ],
    [
      "an empty flag",
      rule("encrypted_regex: ^data$"),
      { selection: { encryptedRegex: "" } },
      { selection: { encryptedRegex: "^data$" } },
    ],
    [
      "the default named",
      rule("unencrypted_suffix: _unencrypted"),
      {},
      { selection: { unencryptedSuffix: "_unencrypted" }, explicitSelection: true },
    ],
    [
      "each of the six",
      rule("unencrypted_comment_regex: x"),
      {},
      { selection: { unencryptedCommentRegex: "x" } },
    ],
    ["MAC by rule", rule("mac_only_encrypted: yes"), {}, { macOnlyEncrypted: true }],
    [
      "MAC by flag",
      rule("mac_only_encrypted: no"),
      { macOnlyEncrypted: true },
      { macOnlyEncrypted: true },
    ],
    ["threshold by rule", rule("shamir_threshold: 2"), {}, { threshold: 2 }],
    ["threshold by flag", rule("shamir_threshold: 2"), { shamirThreshold: 3 }, { threshold: 3 }],
    [
      "threshold by rule with given keys",
      rule("shamir_threshold: 2.0"),
      { recipients: { age: B } },
      { threshold: 2 },
    ],
    [
      "a rule's with given keys",
      rule("encrypted_suffix: _s"),
      { recipients: { age: B } },
      { selection: { encryptedSuffix: "_s" } },
    ],
    [
      "flags without a configuration",
      "-",
      { recipients: { age: B }, selection: { encryptedSuffix: "_s" }, shamirThreshold: 1 },
      { selection: { encryptedSuffix: "_s" }, threshold: 1, rule: null },
    ],
    [
      "no matching rule: nothing of it",
      ELSEWHERE,
      { recipients: { age: B } },
      { rule: null, selection: { unencryptedSuffix: "_unencrypted" } },
    ],
    [
      "binary",
      rule("mac_only_encrypted: yes, shamir_threshold: 2"),
      { isBinary: true, macOnlyEncrypted: true },
      {
        selection: {},
        macOnlyEncrypted: false,
        explicitSelection: false,
        threshold: 2,
        warnings: [],
      },
    ],
  ])("%s", (_name, text, overrides, expected) => {
    const plan = resolveEncryption(inputOf(overrides), configFrom(text));
    expect(plan).toMatchObject(expected);
    expect(plan.selection).toEqual("selection" in expected ? expected.selection : plan.selection);
  });

  it.each<[EncryptionInput["selection"], readonly string[]]>([
    [{ unencryptedSuffix: "x" }, ["an unencrypted suffix"]],
    [{ encryptedSuffix: "x" }, ["an encrypted suffix"]],
    [{ unencryptedRegex: "x" }, ["an unencrypted regex"]],
    [{ encryptedRegex: "x" }, ["an encrypted regex"]],
    [{ encryptedCommentRegex: "x" }, ["an encrypted comment regex"]],
    [{ unencryptedCommentRegex: "x" }, []],
  ])("a binary file drops %j", (selection, names) => {
    const plan = resolveEncryption(
      inputOf({ isBinary: true, recipients: { age: A }, selection }),
      null,
    );
    expect(plan.selection).toEqual({});
    expect(plan.warnings).toEqual(
      names.map(
        (name) =>
          `Using ${name} does not make sense with the input store (the binary store produces one key that ` +
          "should always be encrypted) and will be ignored.",
      ),
    );
  });

  it("warns about fields that mean nothing", () => {
    const plan = resolveEncryption(inputOf(), configOf(rule("filename_regex: a, x-note: b")));
    expect(plan.warnings).toEqual([
      "the creation rule at line 1 has fields that mean nothing: filename_regex",
    ]);
  });
});

/** config.md §11 */
describe("the worked example", () => {
  const example = configOf(
    `keys:
  - &ops ${A}
  - &ci  ${B}
creation_rules:
  - path_regex: ^prod/.*\\.enc\\.(yaml|json)$
    encrypted_regex: ^(data|stringData)$
    shamir_threshold: 2
    key_groups:
      - age: [*ops]
      - age: [*ci]
        pgp: [FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4]
      - merge:
          - kms: [{arn: "arn:aws:kms:eu-west-1:1:key/x", context: {app: web}}]
        hc_vault: ["https://vault.example/v1/transit/keys/sops"]
  - path_regex: ^dev/
    age: >-
      ${A},
      ${B}
  - pgp: FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4
stores:
  yaml: {indent: 2}
`,
  );

  it.each<[string, string, InputOverrides, readonly number[], number, string | undefined]>([
    ["/repo", "prod/a.enc.yaml", {}, [1, 2, 2], 2, "^(data|stringData)$"],
    ["/repo/prod", "a.enc.yaml", {}, [1, 2, 2], 2, "^(data|stringData)$"],
    ["/repo", "dev/x.yaml", {}, [2], 0, undefined],
    ["/repo", "/tmp/x.yaml", {}, [1], 0, undefined],
    ["/repo", "prod/a.enc.yaml", { recipients: { age: A } }, [1], 2, "^(data|stringData)$"],
  ])("in %s: %s", (cwd, file, overrides, sizes, threshold, encryptedRegex) => {
    const plan = resolveEncryption(
      inputOf({ machine: { cwd, platform: "linux" }, file, ...overrides }),
      example,
    );
    expect(plan.groups.map((group) => group.length)).toEqual(sizes);
    expect(plan.threshold).toBe(threshold);
    expect(plan.selection.encryptedRegex).toBe(encryptedRegex);
  });
});
