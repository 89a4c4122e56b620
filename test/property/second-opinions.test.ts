/** Other readers of the same formats: where they agree by design, they see in our output what we see in it. */
import { parse as parseDotenv } from "dotenv";
import fc from "fast-check";
import { parse as parseIni } from "ini";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";

import type { ScalarValue, TreeValue } from "../../src/document/tree.js";
import { loadStore } from "../../src/formats/registry.js";
import type { FormatId } from "../../src/formats/store.js";
import { jsonText } from "../support/file-arbitraries.js";
import { LAYOUTS, open, trySeal, withoutKeyCost } from "../support/sealing.js";
import { yamlText } from "../support/yaml-file-arbitrary.js";

withoutKeyCost();

/** Pairs in order, so that duplicates and the order of keys count. */
type Plain = string | number | boolean | null | { list: Plain[] } | { pairs: [string, Plain][] };

function plainScalar(value: ScalarValue): Plain {
  switch (value.kind) {
    case "null":
      return null;
    case "int":
    case "uint":
      return Number(value.value);
    case "bytes":
      return Buffer.from(value.value).toString("latin1");
    default:
      return value.value;
  }
}

function plain(value: TreeValue): Plain {
  if (value.kind === "map") {
    return {
      pairs: value.items.flatMap((item): [string, Plain][] =>
        item.kind === "pair" ? [[item.key, plain(item.value)]] : [],
      ),
    };
  }
  if (value.kind === "list") {
    return { list: value.items.flatMap((item) => (item.kind === "comment" ? [] : [plain(item)])) };
  }
  return plainScalar(value);
}

async function oursOf(text: string, format: FormatId): Promise<Plain[]> {
  return (await loadStore(format)).parse(Buffer.from(text)).branches.map(plain);
}

function fromMap(value: unknown): Plain {
  if (value instanceof Map) {
    return {
      pairs: [...value].map(([key, item]): [string, Plain] => [String(key), fromMap(item)]),
    };
  }
  return Array.isArray(value) ? { list: value.map(fromMap) } : value === 0 ? 0 : (value as Plain);
}

/**
 * With a line end behind a last block scalar, without texts that are numbers, booleans or dates to other readers, or the other way
 * round, and without tags.
 */
const agreeable = yamlText.map((text) =>
  text
    .replace(/%YAML 1\.1\r?\n/, "")
    .replaceAll(
      /0o7|012|1_000|1__0|\b00\b|0x1F|08|2001-12-14|12:30:45|\.inf|<<|\\N\\_\\L\\P|\ttab/g,
      "w",
    )
    .replaceAll(/!t |!<tag:x,1> /g, "")
    .replace(/\n?$/, "\n"),
);

describe("yaml", () => {
  test("what goes in, and what comes out in either layout, reads alike", async () => {
    let agreed = 0;
    await fc.assert(
      fc.asyncProperty(agreeable, async (text) => {
        const sealed = await trySeal(text, "yaml");
        if (sealed.exitCode !== 0) return;
        for (const layout of LAYOUTS) {
          const output = (await open(sealed.stdout, "yaml", { layout })).toString();
          const documents = parseAllDocuments(output, { version: "1.2", uniqueKeys: false });
          const list = "empty" in documents ? [] : documents;
          // The package is stricter about the indentation of some comments and flow collections.
          if (list.some(({ errors }) => errors.length > 0)) return;
          const theirs = list.map((document) => fromMap(document.toJS({ mapAsMap: true })));
          const ours = await oursOf(output, "yaml");
          expect(theirs.map((value) => value ?? { pairs: [] })).toEqual(ours);
          agreed += 1;
        }
      }),
      { numRuns: 150 },
    );
    expect(agreed).toBeGreaterThan(40);
  });

  test("encrypted files are YAML to other readers, every value a ciphertext", async () => {
    let read = 0;
    await fc.assert(
      fc.asyncProperty(yamlText, async (text) => {
        const sealed = await trySeal(text, "yaml");
        if (sealed.exitCode !== 0) return;
        const documents = parseAllDocuments(sealed.stdout.toString(), { uniqueKeys: false });
        const [first] = "empty" in documents ? [] : documents;
        if (first === undefined || first.errors.length > 0) return;
        read += 1;
        const metadata = first.get("sops") as { has(key: string): boolean };
        expect(["age", "mac", "lastmodified", "version"].map((key) => metadata.has(key))).toEqual([true, true, true, true]);
      }),
      { numRuns: 60 },
    );
    expect(read).toBeGreaterThan(30);
  }); // prettier-ignore
});

describe("json", () => {
  test("what JSON.parse sees comes back", async () => {
    await fc.assert(
      fc.asyncProperty(jsonText, async (text) => {
        const sealed = await trySeal(text, "json");
        if (sealed.exitCode !== 0) return;
        expect(() => JSON.parse(sealed.stdout.toString()) as unknown).not.toThrow();
        for (const layout of LAYOUTS) {
          const output = (await open(sealed.stdout, "json", { layout })).toString();
          // `-0` is 0 to sops.
          expect(JSON.parse(output.replaceAll("-0", "0"))).toEqual(
            JSON.parse(text.replaceAll("-0", "0")),
          );
        }
      }),
      { numRuns: 150 },
    );
  });
});

/** What both readers take as it stands: no quotes, hashes, backslashes, blanks at the ends, or substitutions. */
const bareText = fc
  .string({ unit: fc.constantFrom(...Array.from("abcXYZ019 _-./:,@%+éß日😀(){}")), maxLength: 12 })
  .map((text) => text.trim());
const name = fc
  .string({
    unit: fc.constantFrom(...Array.from("abcXYZ_019")),
    minLength: 1,
    maxLength: 8,
  })
  .map((text) => `k${text}`);
const entries = fc.uniqueArray(fc.tuple(name, bareText), {
  selector: ([key]) => key,
  maxLength: 8,
});

describe("dotenv", () => {
  test("bare files read alike, before and after", async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (pairs) => {
        const text = pairs.map(([key, value]) => `${key}=${value}\n`).join("# comment\n\n");
        expect(await oursOf(text, "dotenv")).toEqual([{ pairs }]);
        const sealed = await trySeal(text, "env");
        const encrypted = parseDotenv(sealed.stdout.toString());
        for (const [key, value] of pairs) {
          expect(encrypted[key]).toMatch(value === "" ? /^$/ : /^ENC\[AES256_GCM,.*\]$/);
        }
        expect(encrypted["sops_mac"]).toMatch(/^ENC\[/);
        for (const layout of LAYOUTS) {
          const output = await open(sealed.stdout, "env", { layout });
          expect(Object.entries(parseDotenv(output.toString()))).toEqual(
            Object.entries(Object.fromEntries(pairs)),
          );
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("ini", () => {
  /** What the package takes for values of other types. */
  const isText = (value: string): boolean => !/^(true|false|null|)$/.test(value);
  const sections = fc
    .uniqueArray(fc.tuple(name, entries), { selector: ([key]) => key, maxLength: 4 })
    .map((list) =>
      list.map(([key, pairs]): [string, [string, string][]] => [
        key,
        pairs.filter(([, value]) => isText(value) && !/^\W*$/.test(value) && !/^[[{(]/.test(value)),
      ]),
    );

  test("bare files read alike, before and after", async () => {
    await fc.assert(
      fc.asyncProperty(sections, async (list) => {
        const text = list
          .map(([key, pairs]) => `; comment\n[${key}]\n${pairs.map((pair) => pair.join(" = ")).join("\n")}\n`)
          .join("\n");
        const wanted = Object.fromEntries(list.map(([key, pairs]) => [key, Object.fromEntries(pairs)]));
        const [ours] = await oursOf(text, "ini");
        expect(ours).toEqual({
          pairs: [["DEFAULT", { pairs: [] }], ...list.map(([key, pairs]) => [key, { pairs }])],
        });
        const sealed = await trySeal(text, "ini");
        expect(Object.keys(parseIni(sealed.stdout.toString()))).toEqual([...Object.keys(wanted), "sops"]);
        for (const layout of LAYOUTS) {
          const output = (await open(sealed.stdout, "ini", { layout })).toString();
          expect(JSON.stringify(parseIni(output))).toBe(JSON.stringify(wanted));
        }
      }),
      { numRuns: 60 },
    );
  }); // prettier-ignore
});
