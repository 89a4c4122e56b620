import { describe, expect, it } from "vitest";

import { findCreationRule } from "../../../src/config/creation-rules.js";
import { matchedPath } from "../../../src/config/paths.js";
import { configOf } from "./config-text.js";

const posix = { platform: "linux" as const };
const windows = { platform: "win32" as const };

/** config.md §4.2 */
describe("matchedPath", () => {
  it.each([
    ["below the configuration", "/repo", "/repo", "prod/a.yaml", "prod/a.yaml"],
    ["from a sub-directory", "/repo/prod", "/repo", "a.yaml", "prod/a.yaml"],
    ["absolute", "/elsewhere", "/repo", "/repo/prod/a.yaml", "prod/a.yaml"],
    ["with . and ..", "/repo/x", "/repo", "./../prod/./b/../a.yaml", "prod/a.yaml"],
    ["outside", "/repo", "/repo", "/tmp/x.yaml", "/tmp/x.yaml"],
    ["above", "/repo/a", "/repo/a", "../x.yaml", "/repo/x.yaml"],
    ["beside, with the same start", "/repo", "/repo", "/repository/a.yaml", "/repository/a.yaml"],
    ["the directory itself", "/repo", "/repo", ".", "/repo"],
    ["configuration in /", "/", "/", "f.yaml", "/f.yaml"],
    ["standard input by name", "/repo", "/repo", "/dev/stdin", "/dev/stdin"],
    ["with a symbolic link's name", "/link/sub", "/link", "a.yaml", "sub/a.yaml"],
    ["with a backslash in its name", "/repo", "/repo", "a\\b.yaml", "a\\b.yaml"],
  ])("gives a path %s", (_name, cwd, directory, file, expected) => {
    expect(matchedPath({ ...posix, cwd }, directory, file)).toBe(expected);
  });

  it("keeps the separators of Windows", () => {
    const place = { ...windows, cwd: "C:\\repo\\prod" };
    expect(matchedPath(place, "C:\\repo", "a.yaml")).toBe("prod\\a.yaml");
    expect(matchedPath(place, "C:\\repo", "..\\dev/b.yaml")).toBe("dev\\b.yaml");
    expect(matchedPath(place, "C:\\repo", "D:\\b.yaml")).toBe("D:\\b.yaml");
  });
});

function lineOfRule(text: string, path: string): number | null {
  return findCreationRule(configOf(text).creationRules ?? [], path)?.line ?? null;
}

/** config.md §4 */
describe("findCreationRule", () => {
  const rules =
    "creation_rules:\n  - path_regex: ^prod/\n  - path_regex: one\\.yaml$\n  - age: x\n";

  it.each<[string, string, string, number | null]>([
    ["the first that matches", rules, "prod/one.yaml", 2],
    ["one in the middle", rules, "one.yaml", 3],
    ["without anchors of its own", rules, "dev/none.yaml", 3],
    ["the rest", rules, "other", 4],
    ["a null pattern", "creation_rules:\n  - path_regex:\n  - age: x\n", "a", 2],
    ["an empty pattern", "creation_rules:\n  - path_regex: ''\n", "a", 2],
    ["a number as its text", "creation_rules:\n  - path_regex: 0x7B\n", "a0x7B", 2],
    ["a number's text, not its value", "creation_rules:\n  - path_regex: 0x7B\n", "123", null],
    ["a boolean as its text", "creation_rules:\n  - path_regex: yes\n", "yes", 2],
    ["a list of one", "creation_rules:\n  - path_regex: [^a]\n", "a", 2],
    [
      "only fields that mean nothing: every file",
      "creation_rules:\n  - filename_regex: ^b\n",
      "a",
      2,
    ],
    ["none", "creation_rules:\n  - path_regex: ^b\n", "a", null],
    ["none of none", "creation_rules: []\n", "a", null],
    ["a merged pattern", "x: &x {path_regex: ^b}\ncreation_rules:\n  - <<: *x\n", "b", 3],
  ])("takes %s", (_name, text, path, line) => {
    expect(lineOfRule(text, path)).toBe(line);
  });

  it("refuses an invalid pattern before the rule that matches", () => {
    const text = "creation_rules:\n  - path_regex: hunter2(\n  - age: x\n";
    expect(() => lineOfRule(text, "a")).toThrow(
      "error loading config: can not compile regexp: path_regex of the rule at line 2: " +
        "not a valid RE2 pattern: missing closing )",
    );
  });

  it("does not see an invalid pattern after it", () => {
    expect(lineOfRule("creation_rules:\n  - age: x\n  - path_regex: (\n", "a")).toBe(2);
  });

  it("knows the fields that mean nothing", () => {
    const text = `creation_rules:
  - {path_regex: a, age: a, pgp: a, kms: a, gcp_kms: a, azure_keyvault: a, hc_vault_transit_uri: a, hckms: [a],
     aws_profile: a, key_groups: [], shamir_threshold: 0, unencrypted_suffix: a, encrypted_suffix: '',
     unencrypted_regex: '', encrypted_regex: '', unencrypted_comment_regex: '', encrypted_comment_regex: '',
     mac_only_encrypted: no, x-owner: a, filename_regex: a, hc_vault_uris: a}`;
    expect(configOf(text).creationRules?.[0]?.unknownFields).toEqual([
      "filename_regex",
      "hc_vault_uris",
    ]);
  });
});
