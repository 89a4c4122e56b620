import * as fc from "fast-check";
import { expect, it } from "vitest";
import { stringify } from "yaml";

import { matchedPath } from "../../src/config/paths.js";
import { resolveEncryption } from "../../src/config/resolve.js";
import { parseConfigContent } from "../../src/config/schema.js";
import { SopsError } from "../../src/support/errors.js";
import type { YamlNode } from "../../src/support/yaml-data.js";
import { parseYaml } from "../../src/support/yaml.js";
import { AGE_RECIPIENT } from "../support/vectors.js";

const EXAMPLE = Buffer.from(`keys:
  - &ops ${AGE_RECIPIENT}
x: &x {path_regex: ^b}
creation_rules:
  - path_regex: ^(a|b)/.*\\.ya?ml$
    shamir_threshold: 2
    key_groups:
      - age: [*ops]
        merge: [{kms: [{arn: "arn:aws:kms:r:1:key/x", context: {app: web}}]}]
  - <<: *x
    encrypted_regex: "(?i)secret"
    mac_only_encrypted: yes
    age: >-
      *ops,
destination_rules: [{s3_bucket: b}]
stores: {yaml: {indent: 2}}
layout: source
`);

/** Reads a configuration to the end. Only a typed refusal may be thrown. */
function readAll(bytes: Uint8Array): string {
  try {
    const content = parseConfigContent(parseYaml(bytes));
    const config = { ...content, path: ".sops.yaml", directory: "/r" };
    const input = {
      machine: { cwd: "/r", platform: "linux" as const },
      file: "b/c.yaml",
      isBinary: false,
      recipients: new Map(),
      selection: {},
      macOnlyEncrypted: false,
      shamirThreshold: 0,
    };
    resolveEncryption(input, config);
    return "read";
  } catch (error) {
    expect(error).toBeInstanceOf(SopsError);
    return "refused";
  }
}

it("refuses or reads any bytes", () => {
  expect.hasAssertions();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) =>
      ["read", "refused"].includes(readAll(bytes)),
    ),
    { numRuns: 500 },
  );
});

const indicators = fc.constantFrom(
  ...Array.from("[]{}:,-?&*!|>'\"%@`# \t\r\n\\~0<="),
  "a",
  "age",
  "<<",
  "*ops",
  "---",
  "\u0000",
);

it("refuses or reads any mutation of a configuration", () => {
  const results = new Set<string>();
  const splice = fc.record({
    at: fc.nat({ max: EXAMPLE.length }),
    removed: fc.nat({ max: 12 }),
    added: fc.array(indicators, { maxLength: 4 }).map((parts) => parts.join("")),
  });
  fc.assert(
    fc.property(fc.array(splice, { minLength: 1, maxLength: 3 }), (splices) => {
      let bytes = EXAMPLE;
      for (const { at, removed, added } of splices) {
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(added),
          bytes.subarray(at + removed),
        ]);
      }
      results.add(readAll(bytes));
    }),
    { numRuns: 1500 },
  );
  expect(results).toEqual(new Set(["read", "refused"]));
});

/** security.md I5 */
const keyName = fc.oneof(
  fc.string(),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
    "length",
    "then",
    "10",
    "2",
    "<<",
  ),
);
const data: fc.Memo<unknown> = fc.memo((depth) =>
  depth <= 1
    ? fc.string()
    : fc.oneof(fc.string(), fc.array(data(depth - 1), { maxLength: 3 }), mapping(depth - 1)),
);

function mapping(depth: number): fc.Arbitrary<Map<string, unknown>> {
  return fc
    .uniqueArray(fc.tuple(keyName, data(depth)), { maxLength: 4, selector: ([key]) => key })
    .map((entries) => new Map(entries));
}

function toData(node: YamlNode): unknown {
  switch (node.kind) {
    case "scalar":
      return node.text;
    case "list":
      return node.items.map(toData);
    case "map":
      return new Map([...node.entries].map(([key, value]) => [key, toData(value)]));
  }
}

it("reads what the library writes, whatever the names, in order", () => {
  fc.assert(
    fc.property(mapping(3), fc.constantFrom("QUOTE_DOUBLE", "QUOTE_SINGLE"), (value, style) => {
      const text = stringify(value, {
        defaultStringType: style,
        defaultKeyType: style,
        lineWidth: 0,
      });
      expect(toData(parseYaml(Buffer.from(text)))).toEqual(value);
    }),
    { numRuns: 300 },
  );
});

it("gives every file below the configuration its relative path, wherever it is named from", () => {
  const segment = fc.constantFrom("a", "b.yaml", "c d", "..x", ".h");
  const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
  fc.assert(
    fc.property(path, fc.array(segment, { maxLength: 3 }), (relative, below) => {
      const cwd = ["/r", ...below].join("/");
      const named = `${"../".repeat(below.length)}${relative}`;
      const place = { cwd, platform: "linux" as const };
      expect(matchedPath(place, "/r", named)).toBe(relative);
      expect(matchedPath(place, "/r", `/r/./x/../${relative}`)).toBe(relative);
      expect(matchedPath(place, "/", `/r/${relative}`)).toBe(`/r/${relative}`);
    }),
  );
});
