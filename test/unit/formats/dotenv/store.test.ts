import { describe, expect, test } from "vitest";

import type { ScalarValue, TreeBranch, TreeValue } from "../../../../src/document/tree.js";
import { findPair, mapOf, stringValue } from "../../../../src/document/tree.js";
import { dotenvStore } from "../../../../src/formats/dotenv/store.js";
import { ParseError, SopsError } from "../../../../src/support/errors.js";
import { treeFromJson, treeToJson } from "../../../support/tree-json.js";
import { unitTable, vectorCases } from "../../../support/vectors.js";

function emitText(branches: readonly TreeBranch[]): string {
  return Buffer.from(dotenvStore.emit(branches, {})).toString("latin1");
}

function thrownBy(run: () => unknown): SopsError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(SopsError);
    return error as SopsError;
  }
  throw new Error("accepted");
}

describe("vectors", () => {
  const cases = vectorCases("dotenv").map(({ name, result, files }) => ({
    name,
    exit: result.encrypt?.exit,
    plain: files.get("plain.env") ?? Buffer.alloc(0),
    tree: files.get("tree.json"),
    decrypted: files.get("decrypted.env"),
    encrypted: files.get("encrypted.env"),
  }));

  test.each(cases.filter(({ tree }) => tree === undefined))(
    "$name is refused as by sops, without the line's text",
    ({ plain, exit }) => {
      const error = thrownBy(() => dotenvStore.parse(plain));
      expect(error).toBeInstanceOf(ParseError);
      expect(error.exitCode).toBe(exit);
      expect(error.message).toMatch(/^invalid dotenv input line: line \d+$/);
    },
  );

  test.each(cases.filter(({ tree }) => tree !== undefined))(
    "$name gives sops's tree",
    ({ plain, tree }) => {
      const { branches } = dotenvStore.parse(plain);
      expect(treeToJson(branches)).toEqual(JSON.parse(Buffer.from(tree ?? []).toString()));
    },
  );

  test.each(cases.filter(({ decrypted }) => decrypted !== undefined))(
    "$name is written as sops does",
    ({ tree, decrypted }) => {
      const branches = treeFromJson(JSON.parse(Buffer.from(tree ?? []).toString()));
      expect(emitText(branches)).toBe(Buffer.from(decrypted ?? []).toString("latin1"));
    },
  );

  test.each(cases.filter(({ encrypted }) => encrypted !== undefined))(
    "$name: sops's encrypted file is written as it was read",
    ({ encrypted }) => {
      const source = encrypted ?? Buffer.alloc(0);
      const split = dotenvStore.splitMetadata(dotenvStore.parse(source).branches);
      expect(split.metadata).not.toBeNull();
      const joined = dotenvStore.joinMetadata(split.branches, split.metadata ?? mapOf([]));
      expect(emitText(joined)).toBe(Buffer.from(source).toString("latin1"));
    },
  );

  test.each(unitTable("dotenv-strings"))("$s", ({ s, out, reparses }) => {
    const branch = mapOf([
      ["K", stringValue(String(s))],
      ["L", stringValue("z")],
    ]);
    const bytes = dotenvStore.emit([branch], {});
    expect(Buffer.from(bytes).toString()).toBe(out);
    const again = treeToJson(dotenvStore.parse(bytes).branches);
    expect(JSON.stringify(again) === JSON.stringify(treeToJson([branch]))).toBe(reparses);
  });

  test.each(unitTable("floats"))(
    "$json_in is written as $dotenv",
    ({ json_in: source, dotenv }) => {
      const value = Number(source);
      const isInt = /^-?\d+$/.test(String(source)) && Number.isSafeInteger(value);
      const scalar: ScalarValue = isInt
        ? { kind: "int", value: BigInt(value) }
        : { kind: "float", value };
      expect(emitText([mapOf([["a", scalar]])])).toBe(`a=${String(dotenv)}\n`);
    },
  );
});

test("the refused line is named, its text is not", () => {
  const error = thrownBy(() => dotenvStore.parse(Buffer.from("A=1\n\n#c\nhunter2\nB=2\n")));
  expect(error).toMatchObject({ line: 4, column: 1, code: "CANNOT_PARSE" });
  expect(error.message).toBe("invalid dotenv input line: line 4");
});

test("an assignment does not reach into the next line", () => {
  expect(thrownBy(() => dotenvStore.parse(Buffer.from("A\nB=1\n")))).toMatchObject({ line: 1 });
});

test("all bytes but the line feed stand for themselves", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index).filter((byte) => byte !== 10);
  const line = Buffer.concat([Buffer.from("K="), bytes, Buffer.from("\n#"), bytes]);
  const { branches } = dotenvStore.parse(line);
  expect(Buffer.from(dotenvStore.emit(branches, {}))).toEqual(
    Buffer.concat([line, Buffer.from("\n")]),
  );
});

test.each<[string, ScalarValue, string]>([
  ["whole", { kind: "int", value: -7n }, "-7"],
  ["boolean", { kind: "bool", value: true }, "true"],
  ["null", { kind: "null" }, "<nil>"],
  ["float", { kind: "float", value: 1e21 }, "1E+21"],
  [
    "timestamp",
    { kind: "timestamp", value: "2024-01-01T10:00:00.25+02:00" },
    "2024-01-01T10:00:00+02:00",
  ],
  ["bytes", { kind: "bytes", value: Uint8Array.of(0xff, 0x0a) }, "\xff\\n"],
])("a value of another type: %s", (_name, value, text) => {
  expect(emitText([mapOf([["K", value]])])).toBe(`K=${text}\n`);
});

test.each<[string, TreeValue]>([
  ["list", { kind: "list", items: [] }],
  ["map", mapOf([])],
])("a %s has no dotenv form", (_name, value) => {
  const error = thrownBy(() => emitText([mapOf([["K\u001b", value]])]));
  expect(error.message).toBe("cannot use complex value in dotenv file; offending key K\\x1b");
  expect(error.code).toBe("CANNOT_EMIT");
});

test.each(["a\nB", "a=b", "#a", "\n"])("the key %j would be another entry: refused", (key) => {
  const error = thrownBy(() => emitText([mapOf([[key, stringValue("v")]])]));
  expect(error.code).toBe("CANNOT_EMIT");
});

test("a comment of several lines would be another entry: refused", () => {
  const comment = { kind: "comment", text: " c\nEVIL=1", inline: false } as const;
  expect(thrownBy(() => emitText([{ kind: "map", items: [comment] }])).code).toBe("CANNOT_EMIT");
});

test("only the first document is written", () => {
  expect(emitText([mapOf([["A", stringValue("1")]]), mapOf([["B", stringValue("2")]])])).toBe(
    "A=1\n",
  );
  expect(emitText([])).toBe("");
});

describe("one value", () => {
  test("a string raw, its line feeds too", () => {
    const bytes = dotenvStore.emitValue(stringValue("a\nb\udcff"), {});
    expect(Buffer.from(bytes).toString("latin1")).toBe("a\nb\xff");
  });

  test("a map as a document", () => {
    const bytes = dotenvStore.emitValue(mapOf([["A", stringValue("1")]]), {});
    expect(Buffer.from(bytes).toString()).toBe("A=1\n");
  });

  test.each<TreeValue>([{ kind: "int", value: 1n }, { kind: "null" }, { kind: "list", items: [] }])(
    "nothing else: %o",
    (value) => {
      expect(thrownBy(() => dotenvStore.emitValue(value, {})).code).toBe("CANNOT_EMIT");
    },
  );
});

describe("metadata", () => {
  const split = (text: string): ReturnType<typeof dotenvStore.splitMetadata> =>
    dotenvStore.splitMetadata(dotenvStore.parse(Buffer.from(text)).branches);

  test("every sops_ name, wherever it stands", () => {
    const { metadata, branches } = split(
      "sops_age__list_0__map_enc=a\\nb\nA=1\n#c\nsops_version=3\nsops=x\n",
    );
    expect(metadata === null ? null : findPair(metadata, "version")?.value).toMatchObject({
      value: "3",
    });
    expect(emitText(branches)).toBe("A=1\n#c\nsops=x\n");
    expect(treeToJson(metadata === null ? [] : [metadata])).toMatchObject([
      { v: [{ k: "age", v: { v: [{ v: [{ k: "enc", v: { v: "a\nb" } }] }] } }, { k: "version" }] },
    ]);
  });

  test("none", () => {
    expect(split("A=1\n#sops_x=1\nSOPS_X=1\n").metadata).toBeNull();
  });

  test.each(
    vectorCases("metadata").filter(
      ({ name, result }) =>
        name.startsWith("metadata/env-") &&
        result.steps?.[0]?.stderr_key.startsWith("Error while unflattening"),
    ),
  )("$name", ({ files, result }) => {
    const encrypted = Buffer.from(files.get("encrypted.env") ?? []).toString();
    const error = thrownBy(() => split(encrypted));
    expect(error.code).toBe("METADATA_INVALID");
    expect(error.message).toBe(result.steps?.[0]?.stderr_key);
  });

  test("reserved are sops_ names", () => {
    const isReserved = (text: string): boolean =>
      dotenvStore.isReserved(dotenvStore.parse(Buffer.from(text)).branches);
    expect(isReserved("A=1\nsops_x=1\n")).toBe(true);
    expect(isReserved("sops=1\n#sops_x=1\nxsops_=1\n")).toBe(false);
  });
});
