import { readFileSync } from "node:fs";

import { expect, it } from "vitest";

import { resolveEncryption } from "../../../src/config/resolve.js";
import { configOf } from "./config-text.js";
import { inputOf } from "./resolve-input.js";

const text = readFileSync(new URL("../../../.sops.yaml.example", import.meta.url), "utf8");

it.each<[string, readonly number[], number, object, boolean]>([
  ["prod/critical/db.yaml", [1, 1, 1], 2, { unencryptedSuffix: "_unencrypted" }, false],
  ["k8s/web/db.secret.yml", [2], 0, { encryptedRegex: "^(data|stringData)$" }, false],
  ["settings/web.json", [2], 0, { encryptedRegex: "(?i)(password|secret|token)" }, true],
  ["other.env", [2], 0, { unencryptedSuffix: "_unencrypted" }, false],
])("the example says how to encrypt %s", (file, sizes, threshold, selection, macOnlyEncrypted) => {
  const plan = resolveEncryption(inputOf({ file }), configOf(text));
  expect(plan.groups.map((group) => group.length)).toEqual(sizes);
  expect(plan).toMatchObject({ threshold, selection, macOnlyEncrypted, warnings: [] });
});

it("the example keeps the layout of its source", () => {
  expect(configOf(text).stores).toEqual({ layout: "source", indent: new Map() });
});
