import { describe, expect, test } from "vitest";

import { setAt, unsetAt } from "../../../../src/document/tree-edit.js";
import type { ListValue, TreeBranch, TreeValue } from "../../../../src/document/tree.js";
import { mapOf, stringValue } from "../../../../src/document/tree.js";
import { jsonStore } from "../../../../src/formats/json/store.js";
import { joinPieces } from "../../../support/leaves.js";
import { treeToJson, valueFromJson } from "../../../support/tree-json.js";

type Path = (string | number)[];

const METADATA = mapOf([["mac", stringValue("ENC[m]")]]);

function parse(text: string): readonly TreeBranch[] {
  return jsonStore.parse(Buffer.from(text)).branches;
}

function valueOf(json: string): TreeValue {
  return valueFromJson(
    (treeToJson(parse(`{"v":${json}}`)) as { v: { v: unknown }[] }[])[0]?.v[0]?.v,
  );
}

function change(
  text: string,
  edit: (branches: readonly TreeBranch[]) => readonly TreeBranch[],
): string {
  const document = jsonStore.parse(Buffer.from(text));
  const changed = edit(document.branches);
  const rendered = joinPieces(jsonStore.render(document, changed, "keep"));
  expect(treeToJson(parse(rendered))).toEqual(treeToJson(changed));
  return rendered;
}

describe("what is removed leaves with its comma and its line", () => {
  test.each<[string, Path, string]>([
    ['{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}\n', ["a"], '{\n  "b": 2,\n  "c": 3\n}\n'],
    ['{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}\n', ["b"], '{\n  "a": 1,\n  "c": 3\n}\n'],
    ['{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}\n', ["c"], '{\n  "a": 1,\n  "b": 2\n}\n'],
    ['{\r\n\t"a": 1,\r\n\t"b": 2\r\n}', ["b"], '{\r\n\t"a": 1\r\n}'],
    ['{\n  "a": 1\n}', ["a"], "{\n}"],
    ['{"a": 1, "b": 2}', ["a"], '{"b": 2}'],
    ['{"a": 1, "b": 2}', ["b"], '{"a": 1}'],
    ['{ "a": 1, "b": 2, "c": 3 }', ["b"], '{ "a": 1, "c": 3 }'],
    ['{ "a": 1 }', ["a"], "{ }"],
    ['{"a":[1,2,3]}', ["a", 0], '{"a":[2,3]}'],
    ['{"a":[1,2,3]}', ["a", 2], '{"a":[1,2]}'],
    ['{\n  "a": [\n    [1, 2],\n    [3, 4]\n  ]\n}', ["a", 0], '{\n  "a": [\n    [3, 4]\n  ]\n}'],
    [
      '{\n  "a": [\n    [1, 2],\n    [3, 4]\n  ]\n}',
      ["a", 1, 1],
      '{\n  "a": [\n    [1, 2],\n    [3]\n  ]\n}',
    ],
    // Empty lines are nobody's.
    ['{\n  "a": 1,\n\n  "b": 2,\n  "c": 3\n}', ["b"], '{\n  "a": 1,\n\n  "c": 3\n}'],
    // Others on its line stay on it.
    ['{"a": [\n  1, 2,\n  3, 4\n]}', ["a", 1], '{"a": [\n  1,\n  3, 4\n]}'],
    ['{"a": [\n  1, 2,\n  3, 4\n]}', ["a", 2], '{"a": [\n  1, 2,\n  4\n]}'],
    ['{"a": [\n  1, 2,\n  3, 4\n]}', ["a", 0], '{"a": [\n  2,\n  3, 4\n]}'],
    ['{ "a": 1\n, "b": 2\n, "c": 3\n}', ["b"], '{ "a": 1\n, "c": 3\n}'],
    ['{ "a": 1\n, "b": 2\n, "c": 3\n}', ["c"], '{ "a": 1\n, "b": 2\n}'],
    ['{"a": {\n  "x": 1\n}, "b": [ ]}', ["a"], '{"b": [ ]}'],
    ['{"a":1,"a":2}', ["a"], '{"a":2}'],
  ])("%j without %j", (text, path, expected) => {
    expect(change(text, (branches) => unsetAt(branches, path))).toBe(expected);
  });
});

describe("what is new looks as its neighbours do", () => {
  test.each<[string, Path, string, string]>([
    ['{\n  "a": 1\n}\n', ["b"], "2", '{\n  "a": 1,\n  "b": 2\n}\n'],
    [
      '{\r\n\t"a" : 1\r\n}',
      ["b"],
      '{"x":[]}',
      '{\r\n\t"a" : 1,\r\n\t"b" : {\r\n\t\t"x" : []\r\n\t}\r\n}',
    ],
    ['{"a":1}', ["b"], '{"x":[1,2]}', '{"a":1,"b":{"x":[1,2]}}'],
    ['{"a": 1}', ["b"], '{"x":[1,2]}', '{"a": 1, "b": {"x": [1, 2]}}'],
    ['{ "a": 1 }', ["b"], '{"x":[1]}', '{ "a": 1, "b": { "x": [1] } }'],
    ['{ "a": [ 1 ] }', ["a", 1], "[2]", '{ "a": [ 1, [ 2 ] ] }'],
    ['{\n    "a": {}\n}', ["a", "x"], "1", '{\n    "a": {\n        "x": 1\n    }\n}'],
    ['{\n  "a": []\n}', ["a", 0], "1", '{\n  "a": [\n    1\n  ]\n}'],
    ['{\n  "a": {\n  }\n}', ["a", "x"], "1", '{\n  "a": {\n    "x": 1\n  }\n}'],
    ['{\n  "a": [1, 2]\n}', ["a", 2], "3", '{\n  "a": [1, 2, 3]\n}'],
    ['{\n  "a": [1,2]\n}', ["a", 2], "3", '{\n  "a": [1,2,3]\n}'],
    [
      '{\n  "a": [{\n    "x": 1\n  }]\n}',
      ["a", 1],
      '{"x":2}',
      '{\n  "a": [{\n    "x": 1\n  }, {\n    "x": 2\n  }]\n}',
    ],
    ['{"l": [\n  1\n]}', ["l", 1], "[2]", '{"l": [\n  1,\n  [\n    2\n  ]\n]}'],
    ['{ "a": 1\n, "b": 2\n}', ["c"], "3", '{ "a": 1\n, "b": 2\n, "c": 3\n}'],
    ['{ "a": 1,\n  "b": 2 }', ["c"], "3", '{ "a": 1,\n  "b": 2,\n  "c": 3 }'],
    ['{\n  "a": 1,\n\n  "b": 2\n}', ["c"], "3", '{\n  "a": 1,\n\n  "b": 2,\n  "c": 3\n}'],
    ['{\n"a": 1\n}', ["b"], "{}", '{\n"a": 1,\n"b": {}\n}'],
    ["{}", ["a"], "1", '{\n\t"a": 1\n}'],
    ["{ }\n", ["a", "b"], "1", '{\n\t"a": {\n\t\t"b": 1\n\t}\n}\n'],
    ['{\n  "a": 1\n}', ["b"], '"<\\u2028>"', '{\n  "a": 1,\n  "b": "<\u2028>"\n}'],
  ])("%j with %j", (text, path, value, expected) => {
    expect(change(text, (branches) => setAt(branches, path, valueOf(value)))).toBe(expected);
  });

  test("in front and between", () => {
    const insert = (text: string, index: number): string =>
      change(text, ([root]) => {
        const items = root?.items ?? [];
        const added = { kind: "pair", key: "n", value: { kind: "null" } } as const;
        return [{ ...mapOf([]), items: items.toSpliced(index, 0, added) }];
      });
    expect(insert('{\n  "a": 1,\n  "b": 2\n}', 0)).toBe('{\n  "n": null,\n  "a": 1,\n  "b": 2\n}');
    expect(insert('{\n  "a": 1,\n  "b": 2\n}', 1)).toBe('{\n  "a": 1,\n  "n": null,\n  "b": 2\n}');
    expect(insert('{"a": 1, "b": 2}', 0)).toBe('{"n": null, "a": 1, "b": 2}');
    expect(insert('{ "a":1 }', 0)).toBe('{ "n":null,"a":1 }');
    expect(insert('{"a":1,\n"b":2}', 1)).toBe('{"a":1,\n"n":null,\n"b":2}');
  });
});

describe("a value of another kind takes the place of the old one", () => {
  const text = '{\n  "a": "x",\n  "b": [1, 1.50, 3],\n  "c": {\n    "x": 1.50,\n    "y": 2\n  }\n}';
  test.each<[Path, string, string, string]>([
    [["a"], '{"k":1}', '"a": "x"', '"a": {\n    "k": 1\n  }'],
    [["b"], "null", '"b": [1, 1.50, 3]', '"b": null'],
    [["b"], "{}", '"b": [1, 1.50, 3]', '"b": {}'],
    [["b"], "[]", '"b": [1, 1.50, 3]', '"b": []'],
    [["b"], "[1,1.5]", "[1, 1.50, 3]", "[1, 1.50]"],
    [["b"], "[2,1.5,3,[4]]", "[1, 1.50, 3]", "[2, 1.50, 3, [4]]"],
    [["b", 1], '{"k":[]}', "1.50, 3", '{"k": []}, 3'],
    [
      ["c"],
      '{"x":1.5,"z":{},"y":3}',
      '"x": 1.50,\n    "y": 2',
      '"x": 1.50,\n    "z": {},\n    "y": 3',
    ],
    [["c"], '{"y":2}', '    "x": 1.50,\n', ""],
    [["c", "x", "n", 7], "1", '"x": 1.50', '"x": {\n      "n": [\n        1\n      ]\n    }'],
  ])("%j becomes %s", (path, value, old, expected) => {
    const rendered = change(text, (branches) => setAt(branches, path, valueOf(value)));
    expect(rendered).toBe(text.replace(old, expected));
  });
});

describe("in an encrypted file", () => {
  const rewrite = (text: string, edit: (branches: TreeBranch[]) => TreeBranch[]): string =>
    change(text, (branches) =>
      jsonStore.joinMetadata(edit(jsonStore.splitMetadata(branches).branches), METADATA),
    );
  const sealed = '{\n  "a": "ENC[a]",\n\t"sops": {\n\t\t"mac": "ENC[old]"\n\t}\n}\n';

  test("entries come and go before the metadata", () => {
    const set = rewrite(sealed, (branches) => setAt(branches, ["b", "c"], stringValue("ENC[c]")));
    expect(set).toBe(
      '{\n  "a": "ENC[a]",\n  "b": {\n    "c": "ENC[c]"\n  },\n\t"sops": {\n\t\t"mac": "ENC[m]"\n\t}\n}\n',
    );
    expect(rewrite(set, (branches) => unsetAt(branches, ["b"]))).toBe(sealed.replace("old", "m"));
    expect(rewrite(sealed, (branches) => unsetAt(branches, ["a"]))).toBe(
      '{\n\t"sops": {\n\t\t"mac": "ENC[m]"\n\t}\n}\n',
    );
  });

  test("a file that holds nothing else shows sops's style", () => {
    const empty = '{\n\t"sops": {}\n}';
    expect(rewrite(empty, (branches) => setAt(branches, ["a"], stringValue("x")))).toBe(
      '{\n\t"a": "x",\n\t"sops": {\n\t\t"mac": "ENC[m]"\n\t}\n}',
    );
  });

  test("metadata that stays is left alone, wherever it stands", () => {
    expect(
      change('{"sops": {},\n "a": 1}', (branches) => setAt(branches, ["b"], valueOf("2"))),
    ).toBe('{"sops": {},\n "a": 1,\n "b": 2}');
    expect(
      change('{"a": 1,\n\t"sops": {}}', ([root]) => {
        const added = { kind: "pair", key: "b", value: { kind: "null" } } as const;
        return [{ ...mapOf([]), items: root?.items.toSpliced(1, 0, added) ?? [] }];
      }),
    ).toBe('{"a": 1, "b": null,\n\t"sops": {}}');
  });
});

test.each<[string, (root: TreeBranch) => TreeBranch]>([
  ["moved", (root) => ({ ...root, items: root.items.toReversed() })],
  ["copied", (root) => ({ ...root, items: [...root.items, ...root.items] })],
  [
    "a comment",
    (root) => ({ ...root, items: [...root.items, { kind: "comment", text: "", inline: false }] }),
  ],
  [
    "raw bytes",
    (root) => ({ ...root, items: [...root.items, ...mapOf([["c", stringValue("\udcff")]]).items] }),
  ],
  [
    "a raw key",
    (root) => ({ ...root, items: [...root.items, ...mapOf([["\udcff", stringValue("")]]).items] }),
  ],
  [
    "a key that is no text",
    (root) => ({
      ...root,
      items: [...root.items, { kind: "pair", key: "1", keyType: "int", value: { kind: "null" } }],
    }),
  ],
])("not spliced: %s", (_name, edit) => {
  const document = jsonStore.parse(Buffer.from('{"a":1,"b":{}}'));
  const [root = mapOf([])] = document.branches;
  expect(jsonStore.render(document, [edit(root)], "keep")).toBeNull();
});

test("10,000 levels are changed, and no more are written", () => {
  const text = `{"a":${"[".repeat(9_999)}1${"]".repeat(9_999)}}`;
  const document = jsonStore.parse(Buffer.from(text));
  const lists: ListValue[] = [];
  const pair = document.branches[0]?.items[0];
  for (let value = pair?.kind === "pair" ? pair.value : undefined; value?.kind === "list";) {
    lists.push(value);
    value = value.items[0] as TreeValue;
  }
  const set = (value: TreeValue): string | null => {
    const inner = lists.reduceRight<TreeValue>((item, list) => ({ ...list, items: [item] }), value);
    const pieces = jsonStore.render(document, [mapOf([["a", inner]])], "keep");
    return pieces === null ? null : joinPieces(pieces);
  };
  expect(lists).toHaveLength(9_999);
  expect(set(stringValue("x"))).toBe(text.replace("1", '"x"'));
  expect(set(mapOf([])) === null).toBe(true);
});

test("many changes cost no more than the text is long", () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => `  "k${index}": {"v": [${index}]}`);
  const document = jsonStore.parse(Buffer.from(`{\n${lines.join(",\n")}\n}`));
  const [root = mapOf([])] = document.branches;
  const items = root.items.flatMap((item, index) => {
    if (index % 3 === 0 || item.kind !== "pair" || item.value.kind !== "map") return [];
    const value = { ...item.value, items: [...item.value.items, ...METADATA.items] };
    return index % 3 === 1
      ? [item, ...mapOf([[`n${index}`, { kind: "null" }]]).items]
      : [{ ...item, value }];
  });
  const started = performance.now();
  const text = joinPieces(jsonStore.render(document, [{ ...root, items }], "keep"));
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(treeToJson(parse(text))).toEqual(treeToJson([{ ...root, items }]));
});
