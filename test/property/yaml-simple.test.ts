import { readFileSync } from "node:fs";

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { ParseError } from "../../src/support/errors.js";
import type { YamlNode } from "../../src/support/yaml-data.js";
import { parseSimpleYaml } from "../../src/support/yaml-simple.js";
import { parseWithLibrary } from "../../src/support/yaml.js";
import { vectorCases } from "../support/vectors.js";

/** Everything of a node, lines and order included. */
function dump(node: YamlNode): unknown {
  switch (node.kind) {
    case "scalar":
      return [node.text, node.isPlain, node.line];
    case "list":
      return { list: node.items.map(dump), line: node.line };
    case "map":
      return { map: [...node.entries].map(([key, value]) => [key, dump(value)]), line: node.line };
  }
}

function viaLibrary(text: string): unknown {
  try {
    return dump(parseWithLibrary(text));
  } catch (error) {
    expect(error).toBeInstanceOf(ParseError);
    return "refused";
  }
}

/** True when the text is in the subset. */
function agrees(text: string): boolean {
  const simple = parseSimpleYaml(text);
  if (simple !== null) {
    expect(JSON.stringify({ read: dump(simple), text })).toBe(
      JSON.stringify({ read: viaLibrary(text), text }),
    );
  }
  return simple !== null;
}

const CONFIGS: readonly string[] = [
  readFileSync(new URL("../../.sops.yaml.example", import.meta.url), "utf8"),
  ...vectorCases("options").flatMap(({ files }) => {
    const config = files.get("sops-config.yaml");
    return config === undefined ? [] : [Buffer.from(config).toString("utf8")];
  }),
  `---
# comment é
keys:
  - &users
    - &ops age1ops # who
    - &ci   age1ci
  - hosts: &hosts [a, "b c", *ops]
creation_rules:
- path_regex: ^secrets/[^/]+\\.(yaml|json|env|ini)$
  key_groups:
  - age:
    - *ops
    - *ci
    pgp: [ABCD, 'x y']
  -  age: *ops
- path_regex: (?i)(password|secret):x
  age: >-
    age1a,
    age1b

  mac_only_encrypted: yes
-
  shamir_threshold: 2
  unencrypted_suffix: ''
  aws_profile:
  kms: ~
- >-
  text
stores: { yaml: {}, json: }
layout: {indent: 2, x: arn:aws:kms:r:1:key/a}
`,
];

describe("everyday configurations", () => {
  it("are read without the library", () => {
    const outside = CONFIGS.slice(0, -1).filter((text) => !agrees(text));
    expect(outside).toEqual([]);
  });

  it("are read alike in all their variants", () => {
    agrees(CONFIGS.at(-1) ?? "");
    for (const line of (CONFIGS.at(-1) ?? "").split("\n")) {
      agrees(`${line.trim()}\n`);
    }
    expect(agrees((CONFIGS.at(-1) ?? "").replace("{ yaml: {}, json: }", "x"))).toBe(true);
  });

  it.each([
    "", "# only\n", "a: b: c", "a: 'it''s'", 'a: "\\x41"', "a: |\n  x", "a: *x", "<<: {a: b}", "a: !t b", "a: [[b]]", "a: b\n c",
    "a: b\n---\n", "a:\tb", "a: \u00e9", "a: b\r\n", "a: 1\na: 2", "? a\n: b", "- a\nb: c", "a: >-\n  x\n\n  y", "a: @b", "a: [b",
    "a: &x [*x]", "a: &x [1]\nb: *x",
  ])("leave %j to the library", (text) => {
    expect(parseSimpleYaml(text)).toBeNull();
  }); // prettier-ignore
});

const piece = fc.constantFrom(
  "a", "b: ", "c:", "- ", "-", " ", "  ", "    ", "\n", "\n  ", "\n    ", "\n- ", "\nk: ", "#", " # x", "'", '"', "[", "]", "{", "}", ",",
  ", ", ":", "&x ", "*x", ">-", ">", "|", "!", "?", "? ", "~", "---", "\n---\n", "...", "%", "@", "\\", "=", "<<: ", "\t", "\u00e9", "\u00a0", "\u2028", "\ufeff", "\r", "1", "null", ".",
); // prettier-ignore

describe("the subset agrees with the library", () => {
  it("on texts of YAML's pieces", () => {
    let inside = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        inside += agrees(pieces.join("")) ? 1 : 0;
      }),
      { numRuns: 20_000 },
    );
    expect(inside).toBeGreaterThan(500);
  });

  it("on configurations with changes", () => {
    let inside = 0;
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      removed: fc.oneof(fc.constant(0), fc.nat({ max: 10 })),
      added: fc.array(piece, { maxLength: 3 }).map((pieces) => pieces.join("")),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...CONFIGS),
        fc.array(change, { minLength: 1, maxLength: 2 }),
        (config, changes) => {
          let text = config;
          for (const { at, removed, added } of changes) {
            const position = Math.floor(at * text.length);
            text = text.slice(0, position) + added + text.slice(position + removed);
          }
          inside += agrees(text) ? 1 : 0;
        },
      ),
      { numRuns: 4000 },
    );
    expect(inside).toBeGreaterThan(500);
  });
});
