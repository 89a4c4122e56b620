/** What the stores of nested and flat metadata make of the damaged entries in the vectors (formats.md §4.4). */
import { describe, expect, test } from "vitest";

import { detectFormat } from "../../../src/formats/detect.js";
import { dotenvStore } from "../../../src/formats/dotenv/store.js";
import { jsonStore } from "../../../src/formats/json/store.js";
import { SopsError } from "../../../src/support/errors.js";
import { vectorCases } from "../../support/vectors.js";

/** The encrypted side of a binary file is JSON. */
const STORES = [
  ["encrypted.json", jsonStore],
  ["encrypted.txt", jsonStore],
  ["encrypted.env", dotenvStore],
] as const;

const CASES = vectorCases("metadata").flatMap(({ name, files, result }) =>
  STORES.filter(([file]) => files.has(file)).map(([file, store]) => {
    const source = files.get(file) ?? Buffer.alloc(0);
    const stderr = result.steps?.[0]?.stderr_key ?? "";
    return { name, file, store, source, stderr };
  }),
);

/** Refusals of the metadata as an entry; what its fields say is judged elsewhere. */
const ENTRY_ERROR = /^(Found |Error while unflattening|Could not unmarshal)/;
const NOT_FOUND = "sops metadata not found";

function split({ store, source }: (typeof CASES)[number]): unknown {
  return store.splitMetadata(store.parse(source).branches).metadata;
}

describe("vectors", () => {
  test("there are cases of every store", () => {
    expect(new Set(CASES.map(({ file }) => detectFormat(undefined, file)))).toEqual(
      new Set(["json", "binary", "dotenv"]),
    );
  });

  test.each(CASES.filter(({ stderr }) => ENTRY_ERROR.test(stderr)))("$name: $stderr", (damaged) => {
    expect(() => split(damaged)).toThrow(SopsError);
    expect(() => split(damaged)).toThrow(damaged.stderr);
  });

  test.each(CASES.filter(({ stderr }) => stderr === NOT_FOUND))("$name: none", (without) => {
    expect(split(without)).toBeNull();
  });

  test.each(CASES.filter(({ stderr }) => !ENTRY_ERROR.test(stderr) && stderr !== NOT_FOUND))(
    "$name: a map",
    (present) => {
      expect(split(present)).toMatchObject({ kind: "map" });
    },
  );
});
