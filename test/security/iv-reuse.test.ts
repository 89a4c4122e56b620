/** lossless.md point 5, security.md C7: no write puts two plaintexts under one key and IV, whatever came before. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { seal as sealValue } from "../../src/document/value-cipher.js";
import { ciphertextOf, replaced } from "../support/attacks.js";
import { runCli } from "../support/cli.js";
import { temporaryDirectories } from "../support/directory.js";
import { createRandom } from "../support/random.js";
import {
  EXTENSIONS,
  IDENTITY_ENV,
  LAYOUTS,
  open,
  seal,
  withoutKeyCost,
} from "../support/sealing.js";
import { isMissing, runRealSops } from "../support/tools.js";
import { AGE_RECIPIENT } from "../support/vectors.js";

const { dataKeyOf } = withoutKeyCost();
const makeDirectory = temporaryDirectories();

interface Ciphertext {
  readonly text: string;
  readonly iv: string;
}

function ciphertexts(file: string): Ciphertext[] {
  return [...file.matchAll(/ENC\[AES256_GCM,data:[^,\]]*,iv:([^,\]]*),[^\]]*\]/g)].map(
    ([text, iv = ""]) => ({ text, iv }),
  );
}

/** All that was ever written under one data key: an IV belongs to one ciphertext, tag and so AAD included. */
class Ledger {
  readonly #textOfIv = new Map<string, string>();

  add(file: string): void {
    for (const { text, iv } of ciphertexts(file)) {
      const known = this.#textOfIv.get(iv);
      if (known !== undefined && known !== text) throw new Error("one IV for two ciphertexts");
      this.#textOfIv.set(iv, text);
    }
  }
}

const EQUAL = {
  yaml: "# c\n# c\na: same # c\nb: same\nl: [same, same, same]\nm: {l: [same, same], k: same}\n# c\n",
  json: '{"a": "same", "b": "same", "l": ["same", "same"], "a": "same"}',
  env: "#c\n#c\nA=same\nA=same\nB=same\n",
  ini: "[s]\n; c\na = same\n; c\nb = same\n[t]\na = same\n",
  bin: "same",
} as const;

describe("one encryption", () => {
  test.each(EXTENSIONS)(
    "equal values and comments get IVs of their own (%s)",
    async (extension) => {
      for (const layout of LAYOUTS) {
        const found = ciphertexts((await seal(EQUAL[extension], extension, { layout })).toString());
        expect(new Set(found.map(({ iv }) => iv)).size).toBe(found.length);
        for (const { iv } of found) expect(Buffer.from(iv, "base64")).toHaveLength(32);
      }
    },
  );

  test.each(EXTENSIONS)("twice the same file shares nothing (%s)", async (extension) => {
    const now = new Date("2026-11-24T10:00:00Z");
    const [a, b] = [await seal(EQUAL[extension], extension, { now }), await seal(EQUAL[extension], extension, { now })];
    const ivs = new Set(ciphertexts(a.toString()).map(({ iv }) => iv));
    expect(ciphertexts(b.toString()).filter(({ iv }) => ivs.has(iv))).toEqual([]);
  }); // prettier-ignore
});

const PATHS = ['["a"]', '["b"]', '["l"][0]', '["l"][1]', '["l"][2]', '["m"]["k"]', '["m"]["l"][0]', '["m"]', '["l"]', '["new"]']; // prettier-ignore
const VALUES = ['"same"', '"other"', '""', "0", "-0.0", "1", "1.0", "true", '"True"', '"1"', "null", '["same","same"]', '{"k":"same","l":["other","same"]}']; // prettier-ignore

describe("many changes of one file", () => {
  test.each(LAYOUTS)("layout %s", async (layout) => {
    const cwd = makeDirectory();
    const file = join(cwd, "f.yaml");
    for (let seed = 0; seed < 6; seed += 1) {
      const random = createRandom(seed);
      const ledger = new Ledger();
      writeFileSync(file, await seal(EQUAL.yaml, "yaml", { layout }));
      ledger.add(readFileSync(file, "utf8"));
      const versions = [readFileSync(file)];
      for (let step = 0; step < 15; step += 1) {
        // Now and then somebody puts an old version back, and the history branches.
        if (random.below(5) === 0) writeFileSync(file, random.pick(versions));
        const args =
          random.below(4) === 0
            ? ["unset", "f.yaml", random.pick(PATHS)]
            : ["set", "f.yaml", random.pick(PATHS), random.pick(VALUES)];
        const { stderr } = await runCli(args, {
          cwd,
          env: IDENTITY_ENV,
          now: new Date(Date.UTC(2026, 10, 24, 10, 0, random.below(3))),
        });
        expect(stderr).not.toMatch(/INTERNAL|rotate/);
        ledger.add(readFileSync(file, "utf8"));
        versions.push(readFileSync(file));
      }
      await open(readFileSync(file), "yaml");
    }
  });

  test("rotate shares no IV with the file before", async () => {
    const cwd = makeDirectory();
    const file = join(cwd, "f.yaml");
    writeFileSync(file, await seal(EQUAL.yaml, "yaml"));
    const before = new Set(ciphertexts(readFileSync(file, "utf8")).map(({ iv }) => iv));
    await runCli(["rotate", "-i", "f.yaml"], { cwd, env: IDENTITY_ENV });
    const after = ciphertexts(readFileSync(file, "utf8"));
    expect(after.filter(({ iv }) => before.has(iv))).toEqual([]);
  });
});

describe("a file in which one IV already stands over two values", () => {
  async function collision(cwd: string): Promise<string> {
    const sealed = (await seal("a: one\nb: two\nc: three\n", "yaml")).toString();
    const iv = Buffer.from(/iv:([^,]*)/.exec(ciphertextOf(sealed, "a"))?.[1] ?? "", "base64");
    const twin = sealValue(Buffer.from("two"), "str", dataKeyOf(sealed), "b:", iv);
    const text = replaced(sealed, ciphertextOf(sealed, "b"), twin);
    writeFileSync(join(cwd, "f.yaml"), text);
    return text;
  }

  test.each([
    ["set", ["set", "f.yaml", '["d"]', '"new"']],
    ["unset", ["unset", "f.yaml", '["c"]']],
  ])("%s gives both fresh ones, and advises to rotate", async (_, args) => {
    const cwd = makeDirectory();
    const before = await collision(cwd);
    expect((await open(before, "yaml")).toString()).toBe("a: one\nb: two\nc: three\n");
    const { exitCode, stderr } = await runCli(args, { cwd, env: IDENTITY_ENV });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/rotate/);
    const after = readFileSync(join(cwd, "f.yaml"), "utf8");
    for (const key of ["a", "b"]) {
      expect(ciphertexts(ciphertextOf(after, key))[0]?.iv).not.toBe(
        ciphertexts(ciphertextOf(before, key))[0]?.iv,
      );
    }
    const found = ciphertexts(after).map(({ iv }) => iv);
    expect(new Set(found).size).toBe(found.length);
  });
});

describe.skipIf(isMissing("sops"))("in turn with the real sops", () => {
  test("no IV of ours ever stands over another value", async () => {
    const cwd = makeDirectory();
    const file = join(cwd, "f.yaml");
    writeFileSync(file, EQUAL.yaml);
    const options = { cwd, env: IDENTITY_ENV };
    const byClient = { cwd, env: { ...IDENTITY_ENV, HOME: cwd } };
    await runRealSops(["encrypt", "-i", "--age", AGE_RECIPIENT, "f.yaml"], byClient);
    const steps: readonly (readonly [ours: boolean, path: string, value: string])[] = [
      [true, '["l"][0]', '"x"'], [false, '["l"][1]', '"x"'], [true, '["l"][2]', '"x"'], [false, '["b"]', '"y"'], [true, '["b"]', '"same"'], [true, '["l"][0]', '"same"'], [false, '["a"]', '"z"'], [true, '["l"][3]', '"same"'],
    ]; // prettier-ignore
    for (const [isOurs, path, value] of steps) {
      const before = readFileSync(file, "utf8");
      const args = ["set", "f.yaml", path, value];
      const { exitCode, stderr } = isOurs ? await runCli(args, options) : await runRealSops(args, byClient);
      expect(exitCode, stderr).toBe(0);
      if (!isOurs) continue;
      const known = new Set(ciphertexts(before).map(({ text }) => text));
      const taken = new Set(ciphertexts(before).map(({ iv }) => iv));
      for (const { text, iv } of ciphertexts(readFileSync(file, "utf8"))) {
        expect(known.has(text) || !taken.has(iv), path).toBe(true);
      }
    }
  }); // prettier-ignore
});
