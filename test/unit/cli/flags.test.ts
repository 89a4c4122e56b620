import { describe, expect, test } from "vitest";

import { checkBoolVariables, resolveFlags } from "../../../src/cli/flags.js";
import { layoutOptions } from "../../../src/cli/options/general.js";
import {
  keyServiceOptions,
  recipientOptions,
  toRecipients,
} from "../../../src/cli/options/keys.js";
import { ROOT_OPTIONS } from "../../../src/cli/options/root.js";

const NOTHING = new Map<string, never>();

describe("variables feed defaults (cli.md §2.2, §14)", () => {
  test.each([
    [{}, true],
    [{ SOPS_ENABLE_LOCAL_KEYSERVICE: "" }, false],
    [{ SOPS_ENABLE_LOCAL_KEYSERVICE: "f" }, false],
    [{ SOPS_ENABLE_LOCAL_KEYSERVICE: "1" }, true],
  ])("%j: local key service %s", (env, expected) => {
    const flags = resolveFlags(keyServiceOptions, NOTHING, env);
    expect(flags.enableLocalKeyService).toBe(expected);
  });

  test("a comma list is trimmed and empty items fall out", () => {
    const env = { SOPS_KEYSERVICE: " tcp://a:1 ,,unix:///b" };
    expect(resolveFlags(keyServiceOptions, NOTHING, env).keyServices).toEqual([
      "tcp://a:1",
      "unix:///b",
    ]);
  });

  test("flags replace the variable", () => {
    const env = { SOPS_KEYSERVICE: "tcp://a:1", SOPS_ENABLE_LOCAL_KEYSERVICE: "true" };
    const given = new Map<string, boolean | readonly string[]>([
      ["keyServices", ["tcp://c:1"]],
      ["enableLocalKeyService", false],
    ]);
    expect(resolveFlags(keyServiceOptions, given, env)).toEqual({
      enableLocalKeyService: false,
      keyServices: ["tcp://c:1"],
    });
  });

  test.each([
    "SOPS_DISABLE_VERSION_CHECK",
    "SOPS_ENABLE_LOCAL_KEYSERVICE",
    "LEAFSEAL_ALLOW_PLAINTEXT",
  ])("%s must be a bool", (name) => {
    expect(() => {
      checkBoolVariables(ROOT_OPTIONS, { [name]: "maybe" });
    }).toThrow(expect.objectContaining({ code: "INVALID_ENVIRONMENT", exitCode: 1 }));
    checkBoolVariables(ROOT_OPTIONS, { [name]: "" });
  });

  test("a layout that does not exist is refused, wherever it comes from", () => {
    expect(() => resolveFlags(layoutOptions, NOTHING, { LEAFSEAL_LAYOUT: "pretty" })).toThrow(
      expect.objectContaining({ code: "INVALID_ENVIRONMENT" }),
    );
    expect(() => resolveFlags(layoutOptions, new Map([["layout", "pretty"]]), {})).toThrow(
      expect.objectContaining({ code: "USAGE" }),
    );
    expect(resolveFlags(layoutOptions, new Map([["layout", ""]]), {}).layout).toBe("");
  });
});

test("recipients come in the order of one group, empty ones are not given", () => {
  const env = { SOPS_PGP_FP: "F", SOPS_AGE_RECIPIENTS: "age1x", SOPS_KMS_ARN: "" };
  const given = new Map([["recipients.kms", "arn"]]);
  const flags = resolveFlags(recipientOptions, given, env);
  expect([...toRecipients(flags)]).toEqual([
    ["kms", "arn"],
    ["pgp", "F"],
    ["age", "age1x"],
  ]);
});

test("an empty flag beats its variable", () => {
  const flags = resolveFlags(recipientOptions, new Map([["recipients.age", ""]]), {
    SOPS_AGE_RECIPIENTS: "age1x",
  });
  expect(toRecipients(flags).size).toBe(0);
});
