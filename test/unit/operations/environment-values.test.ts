import { describe, expect, test } from "vitest";

import {
  mapOf,
  stringValue,
  type ScalarValue,
  type TreeBranch,
} from "../../../src/document/tree.js";
import { environmentValues, steeringNames } from "../../../src/operations/environment-values.js";

function branchOf(key: string, value: ScalarValue): TreeBranch {
  return mapOf([[key, value]]);
}

describe("values become text", () => {
  test.each<[ScalarValue, string]>([
    [stringValue(""), ""],
    [stringValue("a\nb=c\n"), "a\nb=c\n"],
    [stringValue("$(id) `id` \" ' \\ $HOME"), "$(id) `id` \" ' \\ $HOME"],
    [stringValue("é😀"), "é😀"],
    [{ kind: "int", value: 9007199254740993n }, "9007199254740993"],
    [{ kind: "int", value: -1n }, "-1"],
    [{ kind: "float", value: 5 }, "5.0"],
    [{ kind: "float", value: 1.5 }, "1.5"],
    [{ kind: "float", value: 1e20 }, "1E+20"],
    [{ kind: "bool", value: true }, "true"],
    [{ kind: "bool", value: false }, "false"],
    [{ kind: "null" }, ""],
    [{ kind: "timestamp", value: "2020-01-02T03:04:05Z" }, "2020-01-02T03:04:05Z"],
    [{ kind: "bytes", value: new Uint8Array([0x61, 0x0a]) }, "a\n"],
  ])("value %#", (value, text) => {
    expect([...environmentValues([branchOf("K", value)])]).toEqual([["K", text]]);
  });
});

test("comments are left out, the later of two entries wins, other documents do not count", () => {
  const branch: TreeBranch = {
    kind: "map",
    items: [
      { kind: "comment", text: " note", inline: false },
      { kind: "pair", key: "A", value: stringValue("first") },
      { kind: "pair", key: "__proto__", value: stringValue("p") },
      { kind: "pair", key: "A", value: stringValue("second") },
    ],
  };
  const values = environmentValues([branch, branchOf("B", stringValue("x"))]);
  expect([...values]).toEqual([
    ["A", "second"],
    ["__proto__", "p"],
  ]);
});

test("no document is no variables", () => {
  expect([...environmentValues([])]).toEqual([]);
});

describe("what no environment can carry is refused by its key, never with its value", () => {
  const raw = "\uDCFF";
  test.each<[string, TreeBranch]>([
    ["a nested map", mapOf([["KEY", mapOf([["x", stringValue("secret")]])]])],
    ["a list", mapOf([["KEY", { kind: "list", items: [stringValue("secret")] }]])],
    ["a name with =", branchOf("KEY=secret2", stringValue("secret"))],
    ["a name with NUL", branchOf("KEY\0", stringValue("secret"))],
    ["a name that is not UTF-8", branchOf(`KEY${raw}`, stringValue("secret"))],
    ["NUL", branchOf("KEY", stringValue("secret\0"))],
    ["a value that is not UTF-8", branchOf("KEY", stringValue(`secret${raw}`))],
    ["binary", branchOf("KEY", { kind: "bytes", value: new Uint8Array([0xff, 0x41]) })],
  ])("%s", (_, branch) => {
    let message = "";
    try {
      environmentValues([branch]);
    } catch (error) {
      message = error instanceof Error ? error.message : "";
      expect(error).toMatchObject({ code: "INVALID_VARIABLE", exitCode: 1 });
    }
    expect(message).toMatch(/offending key KEY/);
    expect(message.replace("secret2", "")).not.toContain("secret");
    expect(message).not.toContain("\0");
  });
});

test("names that steer loaders and shells are found", () => {
  const names = ["A", "LD_PRELOAD", "PATH", "LDX", "DYLD_INSERT_LIBRARIES", "BASH_ENV", "path"];
  expect(steeringNames(new Map(names.map((name) => [name, ""])))).toEqual([
    "LD_PRELOAD",
    "PATH",
    "DYLD_INSERT_LIBRARIES",
    "BASH_ENV",
  ]);
});
