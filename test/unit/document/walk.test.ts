import { describe, expect, test } from "vitest";

import { compileSelection, type SelectionSettings } from "../../../src/document/selection.js";
import {
  mapOf,
  stringValue,
  type Comment,
  type ListValue,
  type MapValue,
  type TreeValue,
} from "../../../src/document/tree.js";
import { formatTreePath, MAX_DEPTH, walkTree } from "../../../src/document/walk.js";

const comment = (text: string): Comment => ({ kind: "comment", text, inline: false });
const list = (...items: ListValue["items"][number][]): ListValue => ({ kind: "list", items });
const map = (...items: MapValue["items"][number][]): MapValue => ({ kind: "map", items });
const pair = (key: string, value: TreeValue): MapValue["items"][number] => ({
  kind: "pair",
  key,
  value,
});

interface Visit {
  readonly leaf: string;
  readonly aad: string;
  readonly path: string;
  readonly isSelected: boolean;
}

function visits(branch: MapValue, settings: SelectionSettings = {}): Visit[] {
  const seen: Visit[] = [];
  walkTree(
    [branch],
    compileSelection(settings),
    {
      scalar(value, at) {
        const leaf = value.kind === "string" ? value.value : value.kind;
        seen.push({
          leaf,
          aad: at.aad,
          path: formatTreePath(at.path()),
          isSelected: at.isSelected,
        });
        return value;
      },
      comment(value, at) {
        seen.push({
          leaf: `#${value.text}`,
          aad: at.aad,
          path: formatTreePath(at.path()),
          isSelected: at.isSelected,
        });
        return value;
      },
    },
    (message) => new Error(message) as never,
  );
  return seen;
}

const selected = (branch: MapValue, settings: SelectionSettings): string[] =>
  visits(branch, settings)
    .filter((visit) => visit.isSelected)
    .map((visit) => visit.leaf);

describe("AAD and paths (crypto.md §5)", () => {
  test("are the keys with a colon each; lists add none, a comment has that of its container", () => {
    const tree = map(
      comment("top"),
      pair("a", stringValue("1")),
      pair(
        "b",
        map(
          comment("in b"),
          pair("c", list(stringValue("2"), comment("in c"), map(pair("d", stringValue("3"))))),
        ),
      ),
    );
    expect(visits(tree).map(({ leaf, aad, path }) => [leaf, aad, path])).toEqual([
      ["#top", ":", ""],
      ["1", "a:", '["a"]'],
      ["#in b", "b:", '["b"]'],
      ["2", "b:c:", '["b"]["c"][0]'],
      ["#in c", "b:c:", '["b"]["c"]'],
      ["3", "b:c:d:", '["b"]["c"][1]["d"]'],
    ]);
  });
});

describe("path rules (crypto.md §7)", () => {
  const tree = map(
    pair("data", map(pair("user", stringValue("u")), pair("list", list(stringValue("l"))))),
    pair("plain_unencrypted", map(pair("x", stringValue("p")))),
    pair("other", stringValue("o")),
  );

  test.each<[string, SelectionSettings, string[]]>([
    ["none", {}, ["u", "l", "p", "o"]],
    ["unencrypted_suffix", { unencryptedSuffix: "_unencrypted" }, ["u", "l", "o"]],
    ["encrypted_suffix", { encryptedSuffix: "a" }, ["u", "l"]],
    ["unencrypted_regex", { unencryptedRegex: "^(data|other)$" }, ["p"]],
    ["encrypted_regex", { encryptedRegex: "^us" }, ["u"]],
    ["encrypted_regex that matches nothing", { encryptedRegex: "^none$" }, []],
  ])("%s", (_, settings, expected) => {
    expect(selected(tree, settings)).toEqual(expected);
  });

  test("an invalid pattern is refused, two settings are refused", () => {
    expect(() => compileSelection({ encryptedRegex: "(" })).toThrowError(
      expect.objectContaining({ code: "INVALID_REGEX" }) as Error,
    );
    expect(() => compileSelection({ encryptedRegex: "a", encryptedSuffix: "b" })).toThrowError(
      expect.objectContaining({ code: "CONFLICTING_SELECTION" }) as Error,
    );
  });
});

describe("comment rules (crypto.md §7.1)", () => {
  const tree = map(
    comment("secret"),
    comment("second line"),
    pair("a", map(comment("inside"), pair("b", stringValue("1")))),
    pair("c", stringValue("2")),
    pair("d", list(comment("secret"), stringValue("3"), stringValue("4"))),
  );

  test("encrypted_comment_regex leaves the marker clear and covers what follows it, once", () => {
    expect(selected(tree, { encryptedCommentRegex: "secret" })).toEqual([
      "#second line",
      "#inside",
      "1",
      "3",
    ]);
  });

  test("unencrypted_comment_regex leaves the marker clear too", () => {
    expect(selected(tree, { unencryptedCommentRegex: "secret" })).toEqual(["2", "4"]);
  });
});

test("places, order and duplicate keys survive", () => {
  const tree: MapValue = {
    kind: "map",
    place: 7,
    items: [
      { kind: "pair", key: "x", value: { kind: "string", value: "1", place: 3 }, place: 1 },
      {
        kind: "pair",
        key: "x",
        value: { kind: "list", items: [{ kind: "null", place: 5 }], place: 4 },
        place: 2,
      },
    ],
  };
  const [copy] = walkTree(
    [tree],
    compileSelection({}),
    { scalar: (value) => value, comment: (value) => value },
    () => {
      throw new Error("refused");
    },
  );
  expect(copy).toEqual(tree);
});

test("keys that are no strings are refused with their type", () => {
  const tree: MapValue = {
    kind: "map",
    items: [{ kind: "pair", key: "1", keyType: "int", value: stringValue("x") }],
  };
  expect(() => visits(tree)).toThrowError(/non-string key \(type int\)/);
});

test("the walk goes as deep as the limit and refuses more", () => {
  const nested = (depth: number): MapValue => {
    let value: TreeValue = stringValue("x");
    for (let level = 0; level < depth; level += 1) {
      value = mapOf([["k", value]]);
    }
    return value as MapValue;
  };
  expect(visits(nested(MAX_DEPTH))).toHaveLength(1);
  expect(() => visits(nested(MAX_DEPTH + 1))).toThrowError(/nested deeper/);
});
