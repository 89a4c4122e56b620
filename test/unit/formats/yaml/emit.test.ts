import { describe, expect, test } from "vitest";
import { parse } from "yaml";

import {
  type Comment,
  type ListItem,
  type MapItem,
  type MapValue,
  stringValue,
  type TreeValue,
} from "../../../../src/document/tree.js";
import { emitPairText, emitYaml } from "../../../../src/formats/yaml/emit.js";
import { emitYamlValue } from "../../../../src/formats/yaml/emit-value.js";
import { parseYaml } from "../../../../src/formats/yaml/parse.js";
import { resolvePlain } from "../../../../src/formats/yaml/resolve.js";
import { decodeText, encodeText } from "../../../../src/support/text.js";
import { treeFromJson, treeToJson, withoutComments } from "../../../support/tree-json.js";
import { unitTable } from "../../../support/vectors.js";

const map = (...items: MapItem[]): MapValue => ({ kind: "map", items });
const list = (...items: ListItem[]): TreeValue => ({ kind: "list", items });
const pair = (key: string, value: TreeValue | string): MapItem => ({
  kind: "pair",
  key,
  value: typeof value === "string" ? stringValue(value) : value,
});
const comment = (text: string, inline = false): Comment => ({ kind: "comment", text, inline });

interface StringRow {
  readonly s: string;
  readonly key: string;
  readonly out: string;
  readonly reparses: boolean;
}
interface CommentRow {
  readonly id: string;
  readonly docs: unknown;
  readonly out: string;
}

function emitString(text: string): string {
  const value = stringValue(text);
  const nested = list(value, map(pair("o", value)), list(value));
  return emitYaml([map(pair("k", value), pair("m", map(pair("n", value))), pair("l", nested))], {});
}

function emitKey(key: string): string {
  return emitYaml([map(pair("m", map(pair(key, "v"))), pair(`${key}2`, map(pair("x", "y"))))], {});
}

describe("strings", () => {
  const table = unitTable("yaml-strings") as unknown as StringRow[];

  test("the table is complete", () => {
    expect(table).toHaveLength(502);
  });

  test("a string stands in every place as sops writes it", () => {
    for (const { s, out } of table.filter((row) => row.reparses)) {
      expect(emitString(s), JSON.stringify(s)).toBe(out);
    }
  });

  test("where sops's text reads back as something else, ours does not", () => {
    const defects = table.filter((row) => !row.reparses);
    expect(defects.length).toBeGreaterThan(10);
    for (const { s } of defects) {
      expect(parse(emitString(s))).toEqual({ k: s, m: { n: s }, l: [s, { o: s }, [s]] });
    }
    // Outside lists sops is right, but for a tab at the start.
    for (const { s, out } of defects.filter((row) => !row.s.startsWith("\t"))) {
      expect(emitString(s).split("\nl:")[0]).toBe(out.split("\nl:")[0]);
    }
  });
});

describe("keys", () => {
  const table = unitTable("yaml-keys") as unknown as StringRow[];

  test("the table is complete", () => {
    expect(table).toHaveLength(301);
  });

  test("a key stands as sops writes it", () => {
    for (const { key, out } of table.filter((row) => row.reparses)) {
      expect(emitKey(key), JSON.stringify(key)).toBe(out);
    }
  });

  test("where sops's text reads back as something else, ours does not", () => {
    for (const { key } of table.filter((row) => !row.reparses)) {
      expect(parse(emitKey(key))).toEqual({ m: { [key]: "v" }, [`${key}2`]: { x: "y" } });
    }
  });

  test.each([
    ["a map", map(pair("a", "b")), "!!merge <<:\n    a: b\n"],
    ["an empty map", map(), "!!merge <<: {}\n"],
    [
      "a list of maps",
      list(comment(" c"), map(pair("a", "b"))),
      "!!merge <<:\n    # c\n    - a: b\n",
    ],
    ["a text", stringValue("x"), '"<<": x\n'],
    ["a list of texts", list(stringValue("x")), '"<<":\n    - x\n'],
    ["a list of a map and a text", list(map(), stringValue("x")), '"<<":\n    - {}\n    - x\n'],
  ])("`<<` with %s", (_, value, text) => {
    expect(emitYaml([map(pair("<<", value))], {})).toBe(text);
  });

  test("a key that is no string keeps its canonical text", () => {
    const key: MapItem = { kind: "pair", key: "1", keyType: "int", value: stringValue("x") };
    expect(emitYaml([map(key)], {})).toBe("1: x\n");
  });

  test("length counts in bytes", () => {
    expect(emitYaml([map(pair("é".repeat(64), "v"))], {})).toMatch(/^é/);
    expect(emitYaml([map(pair("é".repeat(65), "v"))], {})).toMatch(/^\? é/);
  });
});

describe("comments", () => {
  const table = unitTable("yaml-comments") as unknown as CommentRow[];

  test("the table is complete", () => {
    expect(table).toHaveLength(450);
  });

  /** There sops puts a waiting comment between a key or dash and its empty brackets, which ends the value. */
  const UNREADABLE = ["c0092", "c0261"];

  test("every comment stands where sops puts it", () => {
    for (const { id, docs, out } of table.filter((row) => !UNREADABLE.includes(row.id))) {
      expect(emitYaml(treeFromJson(docs), {}), id).toBe(out);
    }
  });

  test.each(UNREADABLE)("%s: sops's text cannot be read, ours can", (id) => {
    const row = table.find((one) => one.id === id);
    const branches = treeFromJson(row?.docs);
    expect(() => parseYaml(encodeText(row?.out ?? ""))).toThrowError("could not find expected ':'");
    const reread = parseYaml(encodeText(emitYaml(branches, {}))).branches;
    expect(treeToJson(reread.map(withoutComments))).toEqual(
      treeToJson(branches.map(withoutComments)),
    );
  });

  test.each([
    [
      "two behind a literal",
      map(comment("1", true), comment("2", true), pair("a", "x\ny\n")),
      'a: "x\\ny\\n" #1\n\n#2\n',
    ],
    [
      "one that waits before empty brackets",
      map(pair("a", list(comment("1", true), list(stringValue("x")))), pair("b", list())),
      "a:\n    - - x\nb: [] #1\n",
    ],
    [
      "one that waits before a block",
      map(
        pair("a", list(comment("1", true), list(stringValue("x")))),
        pair("b", map(pair("c", "d"))),
      ),
      "a:\n    - - x\nb: #1\n    c: d\n",
    ],
    [
      "a foot that waits for the end, behind a literal with all its breaks",
      map(pair("a", list(list(list(stringValue("\n"))), comment("1")))),
      "a:\n    - - - |4+\n\n#1\n",
    ],
  ])("%s", (_, tree, text) => {
    expect(emitYaml([tree], {})).toBe(text);
    const reread = parseYaml(encodeText(text)).branches;
    expect(treeToJson(reread.map(withoutComments))).toEqual(treeToJson([withoutComments(tree)]));
  });

  test.each([
    ["LF", "a\nkey: value\n\n#b", "#a\n# key: value\n\n#b\nk: v\n"],
    ["LF at the end", "a\n", "#a\nk: v\n"],
    ["LF first", "\nkey: value", "#\n# key: value\nk: v\n"],
    ["CRLF", "a\r\nb", "#a\r\n# b\nk: v\n"],
    ["CR", "a\rb", "#a\r# b\nk: v\n"],
    ["NEL", "a\u0085b", "#a\u0085# b\nk: v\n"],
    ["LS", "a\u2028b", "#a\u2028# b\nk: v\n"],
    ["PS at the end", "a\u2029", "#a\u2029\nk: v\n"],
  ])("a comment with %s stays a comment on every line", (_, text, out) => {
    expect(emitYaml([map(comment(text), pair("k", "v"))], {})).toBe(out);
    const inner = emitYaml([map(pair("m", map(comment(text), pair("k", "v"))))], {});
    expect(inner).toBe(`m:\n${out.replaceAll(/(^|[\n\r\u0085\u2028\u2029])(?=[#k])/g, "$1    ")}`);
  });

  test("a document of comments alone", () => {
    expect(emitYaml([map(comment(" a"), comment(" b", true))], {})).toBe("# a\n# b\n{}\n");
  });
});

describe("values", () => {
  test("every resolved scalar is written as sops writes it", () => {
    for (const row of unitTable("yaml-resolution")) {
      const text = row["text"] as string;
      const value = resolvePlain(text === "!" ? "" : text);
      expect(emitYaml([map(pair("k", value))], {}), text).toBe(row["emit"]);
    }
  });

  test("every float is written as sops writes it", () => {
    const table = unitTable("floats");
    expect(table).toHaveLength(262);
    for (const row of table) {
      const value = Number(row["json_in"]);
      expect(emitYaml([map(pair("k", { kind: "float", value }))], {})).toBe(
        `k: ${row["yaml"] as string}\n`,
      );
    }
  });

  test("bytes that are no UTF-8 become binary", () => {
    const short = Uint8Array.of(0x80, 0x81, 0x82, 0xff);
    expect(emitYaml([map(pair("a", decodeText(short)))], {})).toBe("a: !!binary gIGC/w==\n");
    expect(emitYaml([map(pair("a", { kind: "bytes", value: short }))], {})).toBe(
      "a: !!binary gIGC/w==\n",
    );
    expect(emitYaml([map(pair("a", decodeText(new Uint8Array(60).fill(0xff))))], {})).toBe(
      `a: !!binary |\n    ${"/".repeat(70)}\n    ${"/".repeat(10)}\n`,
    );
  });
});

describe("layout", () => {
  const nested = map(
    pair(
      "a",
      list(map(pair("b", "1 x"), pair("c", map(pair("d", list(list(map(pair("e", "f"))))))))),
    ),
  );

  test.each([
    [undefined, "a:\n    - b: 1 x\n      c:\n        d:\n            - - e: f\n"],
    [0, "a:\n    - b: 1 x\n      c:\n        d:\n            - - e: f\n"],
    [1, "a:\n  - b: 1 x\n    c:\n      d:\n        - - e: f\n"],
    [2, "a:\n  - b: 1 x\n    c:\n      d:\n        - - e: f\n"],
    [3, "a:\n   - b: 1 x\n     c:\n      d:\n         - - e: f\n"],
    [
      9,
      "a:\n         - b: 1 x\n           c:\n                  d:\n                           - - e: f\n",
    ],
    [10, "a:\n  - b: 1 x\n    c:\n      d:\n        - - e: f\n"],
  ])("indentation %s", (indent, text) => {
    expect(emitYaml([nested], { indent })).toBe(text);
  });

  test("a negative indentation is refused", () => {
    expect(() => emitYaml([nested], { indent: -1 })).toThrowError(
      expect.objectContaining({
        code: "CANNOT_EMIT",
        exitCode: 4,
        message: "YAML Negative indentation not accepted",
      }),
    );
  });

  test("documents", () => {
    expect(emitYaml([map(), map(pair("a", map())), map(), map()], {})).toBe(
      "{}\n---\na: {}\n---\n{}\n---\n{}\n",
    );
    expect(emitYaml([], {})).toBe("");
  });

  test("the digit of a literal is kept where it fits", () => {
    const text = "  lead\nx";
    expect(emitYaml([map(pair("a", text))], { indent: 3 })).toBe("a: |3-\n     lead\n   x\n");
    expect(emitYaml([map(pair("a", list(stringValue(text))))], { indent: 2 })).toBe(
      "a:\n  - |2-\n      lead\n    x\n",
    );
    expect(emitYaml([map(pair("a", list(stringValue(text))))], {})).toBe(
      'a:\n    - "  lead\\nx"\n',
    );
  });

  test("one pair", () => {
    const value = map(pair("lastmodified", "2026-01-01T00:00:00Z"), pair("enc", "-----\nx\n"));
    expect(emitPairText("sops", value, 2)).toBe(
      'sops:\n  lastmodified: "2026-01-01T00:00:00Z"\n  enc: |\n    -----\n    x\n',
    );
  });

  test.each<[TreeValue, string]>([
    [{ kind: "int", value: 5n }, "5\n"],
    [{ kind: "float", value: 1e20 }, "1e+20\n"],
    [{ kind: "null" }, "null\n"],
    [{ kind: "bool", value: true }, "true\n"],
    [{ kind: "timestamp", value: "2001-12-14T00:00:00Z" }, "2001-12-14T00:00:00Z\n"],
    [list(), "[]\n"],
    [list(stringValue("a"), map(pair("b", list(stringValue("c"))))), "- a\n- b:\n    - c\n"],
    [stringValue(" a\nb"), "|4-\n     a\n    b\n"],
  ])("a value alone: case %#", (value, text) => {
    expect(emitYamlValue(value)).toBe(text);
  });
});

function nest(depth: number, wrap: (value: TreeValue) => TreeValue): TreeValue {
  let value: TreeValue = { kind: "null" };
  for (let level = 0; level < depth; level += 1) {
    value = wrap(value);
  }
  return value;
}

describe("depth", () => {
  test("10,000 levels", () => {
    const text = emitYaml(
      [
        map(
          pair(
            "a",
            nest(9_999, (value) => list(value)),
          ),
        ),
      ],
      {},
    );
    expect(text).toBe(`a:\n    ${"- ".repeat(9_999)}null\n`);
    const maps = nest(10_000, (value) => map(pair("a", value)));
    expect(emitYamlValue(maps).endsWith(`\n${" ".repeat(39_996)}a: null\n`)).toBe(true);
  });

  test("more is refused", () => {
    const tooDeep = map(
      pair(
        "a",
        nest(10_000, (value) => list(value)),
      ),
    );
    expect(() => emitYaml([tooDeep], {})).toThrowError(
      expect.objectContaining({ code: "CANNOT_EMIT" }),
    );
  });

  test("a text beyond the longest string is refused", () => {
    const leaves = Array.from({ length: 20_000 }, () => pair("a", { kind: "null" }));
    const huge = nest(9_999, (value) =>
      map(pair("a", value.kind === "null" ? map(...leaves) : value)),
    );
    expect(() => emitYamlValue(huge)).toThrowError(
      expect.objectContaining({ code: "CANNOT_EMIT", message: "the YAML text would be too long" }),
    );
  });
});
