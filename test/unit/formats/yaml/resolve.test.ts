import { describe, expect, test } from "vitest";

import { type CoreTag, resolvePlain, resolveTagged } from "../../../../src/formats/yaml/resolve.js";
import { ParseError } from "../../../../src/support/errors.js";
import { valueToJson } from "../../../support/tree-json.js";
import { unitTable } from "../../../support/vectors.js";

describe("plain scalars", () => {
  const table = unitTable("yaml-resolution");

  test("the table is complete", () => {
    expect(table).toHaveLength(168);
  });

  test.each(table.map((row) => [row["text"] as string, row["tree"]]))("%j", (text, tree) => {
    // A lone `!` is no scalar but a tag without one.
    expect(valueToJson(resolvePlain(text === "!" ? "" : text))).toEqual(tree);
  });

  test.each([
    ["01234567", { t: "int", v: "342391" }],
    ["+9223372036854775808", { t: "float", v: "9223372036854776000" }],
    ["-0x8000000000000000", { t: "int", v: "-9223372036854775808" }],
    ["000000000000000000000000000000000000000007", { t: "int", v: "7" }],
    [".5_0", { t: "float", v: "0.5" }],
    [".5_0e1_0", { t: "float", v: "5000000000" }],
    [".5__0", { t: "str", v: ".5__0" }],
    [".5_", { t: "str", v: ".5_" }],
    ["._5", { t: "str", v: "._5" }],
    [".5e_3", { t: "str", v: ".5e_3" }],
    ["0b-1", { t: "int", v: "-1" }],
    ["0o+7", { t: "int", v: "7" }],
    ["0_b-1", { t: "int", v: "-1" }],
    ["0o-1000000000000000000000", { t: "int", v: "-9223372036854775808" }],
    ["0o+1777777777777777777777", { t: "str", v: "0o+1777777777777777777777" }],
    ["0x-1", { t: "str", v: "0x-1" }],
    ["0B-1", { t: "str", v: "0B-1" }],
    ["-0b-1", { t: "str", v: "-0b-1" }],
    ["0b-", { t: "str", v: "0b-" }],
    ["-._5", { t: "float", v: "-0.5" }],
    ["2001-12-14 \t21:59:43", { t: "str", v: "2001-12-14 \t21:59:43" }],
    ["2001-12-14   1:2:3", { t: "time", v: "2001-12-14T01:02:03Z" }],
    ["2001-12-14T 1:2:3Z", { t: "str", v: "2001-12-14T 1:2:3Z" }],
    ["2001-12-14T21:59:43.1000Z", { t: "time", v: "2001-12-14T21:59:43.1Z" }],
    ["2001-12-14T21:59:43.000Z", { t: "time", v: "2001-12-14T21:59:43Z" }],
    ["2001-12-14T21:59:43.1234567899Z", { t: "time", v: "2001-12-14T21:59:43.123456789Z" }],
    ["2001-12-14T21:59:43.Z", { t: "str", v: "2001-12-14T21:59:43.Z" }],
    ["2001-12-14t21:59:43-00:00", { t: "time", v: "2001-12-14T21:59:43Z" }],
    ["2001-12-14T21:59:43", { t: "str", v: "2001-12-14T21:59:43" }],
    ["2001-12-14T21:59Z", { t: "str", v: "2001-12-14T21:59Z" }],
    ["2001-12-14 21:59:43 -5", { t: "str", v: "2001-12-14 21:59:43 -5" }],
    ["2000-02-29", { t: "time", v: "2000-02-29T00:00:00Z" }],
    ["1900-02-29", { t: "str", v: "1900-02-29" }],
    ["2001-00-10", { t: "str", v: "2001-00-10" }],
    ["2001-012-1", { t: "str", v: "2001-012-1" }],
    ["2001-12-14T", { t: "str", v: "2001-12-14T" }],
  ])("%j", (text, tree) => {
    expect(valueToJson(resolvePlain(text))).toEqual(tree);
  });

  test.each([
    ["123456789012345678901234567890", true],
    ["-9223372036854775809", true],
    ["18446744073709551616", undefined],
    ["1844674407370955161_7", true],
    ["+9223372036854775808", undefined],
    ["1844674407370955161.7", undefined],
    ["184467440737095516170e0", undefined],
    ["08", undefined],
  ])("%s is marked inexact: %s", (text, inexact) => {
    const value = resolvePlain(text);
    expect(value.kind).toBe("float");
    expect("inexact" in value ? value.inexact : undefined).toBe(inexact);
  });

  test("long runs of digits cost little", () => {
    const million = "9".repeat(1_000_000);
    expect(resolvePlain(million).kind).toBe("string");
    expect(resolvePlain(`0x${million}`).kind).toBe("string");
    expect(resolvePlain(`${"1_".repeat(500_000)}x`).kind).toBe("string");
  });
});

describe("tagged scalars", () => {
  test.each<[CoreTag, string, unknown]>([
    ["str", "42", { t: "str", v: "42" }],
    ["str", "", { t: "str", v: "" }],
    ["int", "42", { t: "int", v: "42" }],
    ["int", "18446744073709551615", { t: "other:uint64", v: "18446744073709551615" }],
    ["float", "1", { t: "float", v: "1" }],
    ["float", "1.5", { t: "float", v: "1.5" }],
    ["bool", "True", { t: "bool", v: true }],
    ["null", "", { t: "null" }],
    ["null", "~", { t: "null" }],
    ["timestamp", "2001-12-14", { t: "time", v: "2001-12-14T00:00:00Z" }],
    ["binary", "gIGC/w==", { t: "str", b64: "gIGC/w==" }],
    ["binary", "aGVs\nbG8=\n", { t: "str", v: "hello" }],
    ["binary", "", { t: "str", v: "" }],
  ])("!!%s %j", (tag, text, tree) => {
    expect(valueToJson(resolveTagged(tag, text))).toEqual(tree);
  });

  test("a whole number that a float cannot hold is marked", () => {
    expect(resolveTagged("float", "9007199254740993")).toEqual({
      kind: "float",
      value: 9007199254740992,
      inexact: true,
    });
    expect(resolveTagged("float", "9007199254740992")).toEqual({
      kind: "float",
      value: 9007199254740992,
    });
  });

  test.each<[CoreTag, string, string]>([
    ["int", "geheim", "cannot decode !!str as a !!int"],
    ["int", "1.5", "cannot decode !!float as a !!int"],
    ["int", "2001-12-14", "cannot decode !!str as a !!int"],
    ["float", "18446744073709551615", "cannot decode !!int as a !!float"],
    ["bool", "yes", "cannot decode !!str as a !!bool"],
    ["null", "geheim", "cannot decode !!str as a !!null"],
    ["timestamp", "5", "cannot decode !!int as a !!timestamp"],
    ["binary", "a", "!!binary value contains invalid base64 data"],
    ["binary", "====", "!!binary value contains invalid base64 data"],
    ["binary", "ab==cd==", "!!binary value contains invalid base64 data"],
    ["binary", "ab-_", "!!binary value contains invalid base64 data"],
  ])("!!%s %j is refused", (tag, text, message) => {
    let error: unknown;
    try {
      resolveTagged(tag, text, 7);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ParseError);
    expect(error).toMatchObject({ message, line: 7 });
    expect((error as Error).message).not.toContain("geheim");
  });
});
