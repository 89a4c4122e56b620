/**
 * Files of the kind that people keep in Git: each comes back byte for byte, its encrypted form can be read and
 * compared by people, and the real sops reads the same values from it as from its own encryption.
 */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { runCli } from "../support/cli.js";
import { heavyYaml, largeDotenv, largeIni, largeJson, largeYaml } from "../../bench/generators.mjs";
import { maskEncrypted } from "../support/masking.js";
import { isMissing, runRealSops } from "../support/tools.js";
import { valuesOf } from "../support/values.js";
import { AGE_RECIPIENT, VECTOR_KEYS_DIR } from "../support/vectors.js";

const PLAIN = fileURLToPath(new URL("../../fixtures/plain/", import.meta.url));
const ENV = { SOPS_AGE_KEY_FILE: join(VECTOR_KEYS_DIR, "age.txt") };

const stored = readdirSync(PLAIN, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(PLAIN, join(entry.parentPath, entry.name)))
  .toSorted();

const generated: Readonly<Record<string, () => string>> = {
  "heavy-1mb.yaml": () => heavyYaml(1_000_000),
  "leaves-20000.yaml": () => largeYaml(20_000),
  "leaves-20000.json": () => largeJson(20_000),
  "leaves-20000.env": () => largeDotenv(20_000),
  "leaves-20000.ini": () => largeIni(20_000),
};

let folder = "";

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "leafseal-fixtures-")));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function plainBytes(name: string): Buffer {
  const make = generated[name];
  return make === undefined ? readFileSync(join(PLAIN, name)) : Buffer.from(make());
}

async function encrypt(
  name: string,
  plain: Uint8Array,
  extra: Readonly<Record<string, string>> = {},
): Promise<string> {
  const home = join(folder, name.replaceAll("/", "-"));
  mkdirSync(home, { recursive: true });
  const path = join(home, basename(name));
  writeFileSync(path, plain);
  const args = ["encrypt", "--age", AGE_RECIPIENT, basename(name)];
  const result = await runCli(args, { cwd: home, env: { ...ENV, ...extra } });
  expect(result.stderr).toBe("");
  expect(result.exitCode).toBe(0);
  writeFileSync(path, result.stdout);
  return path;
}

async function decrypt(
  path: string,
  extra: Readonly<Record<string, string>> = {},
  warnings: "none" | "any" = "none",
): Promise<Buffer> {
  const result = await runCli(["decrypt", basename(path)], {
    cwd: join(path, ".."),
    env: { ...ENV, ...extra },
  });
  expect(warnings === "none" ? result.stderr : "").toBe("");
  expect(result.exitCode).toBe(0);
  return result.stdout;
}

const names = [...stored, ...Object.keys(generated)];

describe("comes back byte for byte", () => {
  test.each(names)("%s", async (name) => {
    const plain = plainBytes(name);
    const decrypted = await decrypt(await encrypt(name, plain));
    expect(decrypted.equals(plain), "the decrypted bytes differ").toBe(true);
  });
});

/** Names of keys that stand at the start of a line. */
const KEY = /^\s*(?:- )?["']?([A-Za-z_][\w.]*)["']?\s*[:=]/;

/** Files whose source layout cannot be kept in place; they are written in sops's form (lossless.md, point 8); and one of a single line. */
const NOT_IN_PLACE = new Set([
  "yaml/indented-root.yaml",
  "yaml/flow-root.yaml",
  "yaml/utf16le.yaml",
  "json/compact.json",
  // Its aliases stand for a map with comments (point 7).
  "rails/database.yml",
]);

describe("the encrypted file shows its keys in their order, and no secret", () => {
  const texts = stored.filter((name) => !name.startsWith("text/") && !NOT_IN_PLACE.has(name));
  test.each(texts)("%s", async (name) => {
    const plain = plainBytes(name).toString("utf8");
    const encrypted = readFileSync(await encrypt(name, Buffer.from(plain)), "utf8");
    const lines = encrypted.split("\n");
    let at = -1;
    // The keys of block scalars are text, not keys: only lines that still stand in the encrypted file are followed.
    for (const line of plain.split("\n")) {
      const key = KEY.exec(line)?.[1];
      const found = lines.findIndex((text, index) => index > at && KEY.exec(text)?.[1] === key);
      if (key !== undefined && found !== -1) at = found;
    }
    expect(at).toBeGreaterThan(0);
    expect(encrypted).toContain("ENC[AES256_GCM,data:");
    const secrets =
      plain.match(/\b(?:hunter2|s3cr3t|c0rrect-h0rse|Tr0ub4dor|AKIA\w+|ghp_\w+|glpat-\w+)/g) ?? [];
    for (const secret of secrets) expect(encrypted).not.toContain(secret);
  });
});

/** Lines above the metadata, random parts made equal. */
function maskedBody(path: string): string {
  const metadata = /^(?:sops:|sops_|\[sops\]|\s*"sops":)/m;
  return maskEncrypted(readFileSync(path)).split(metadata)[0] ?? "";
}

describe("the encrypted file keeps the shape of the plain one", () => {
  // What sops would write has another shape for these, so equal bodies mean that splicing was given up.
  const shaped = stored.filter(
    (name) => /\.(ya?ml|json|ini)$/.test(name) && !NOT_IN_PLACE.has(name),
  );
  test.each(shaped)("%s", async (name) => {
    const plain = plainBytes(name);
    const kept = maskedBody(await encrypt(name, plain));
    const canonical = maskedBody(await encrypt(name, plain, { LEAFSEAL_LAYOUT: "sops" }));
    expect(kept).not.toBe(canonical);
  });
});

describe.skipIf(isMissing("sops"))(
  "the real sops reads the same values as from its own encryption",
  () => {
    const runs = names.flatMap((name) => [[name, "source"] as const, [name, "sops"] as const]);
    test.each(runs)("%s, layout %s", async (name, layout) => {
      const plain = plainBytes(name);
      const path = await encrypt(name, plain, { LEAFSEAL_LAYOUT: layout });
      const home = join(path, "..");
      const ours = await runRealSops(["decrypt", basename(name)], { cwd: home, env: ENV });
      expect(ours.stderr).not.toContain("MAC mismatch");
      const args = ["encrypt", "--age", AGE_RECIPIENT, "--filename-override", basename(name)];
      const own = await runRealSops(args, { cwd: home, env: ENV, stdin: plain });
      expect(own.exitCode, own.stderr).toBe(0);
      writeFileSync(path, own.stdout);
      const theirs = await runRealSops(["decrypt", basename(name)], { cwd: home, env: ENV });
      expect(ours.exitCode, ours.stderr).toBe(theirs.exitCode);
      expect(valuesOf(ours.stdout, name)).toBe(valuesOf(theirs.stdout, name));
    });
  },
);

describe.skipIf(isMissing("sops"))(
  "a file made by the real sops opens in both layouts as sops opens it",
  () => {
    test.each(stored)("%s", async (name) => {
      const home = join(folder, `theirs-${name.replaceAll("/", "-")}`);
      mkdirSync(home, { recursive: true });
      const path = join(home, basename(name));
      writeFileSync(path, plainBytes(name));
      const args = ["encrypt", "-i", "--age", AGE_RECIPIENT, basename(name)];
      expect((await runRealSops(args, { cwd: home, env: ENV })).exitCode).toBe(0);
      const theirs = await runRealSops(["decrypt", basename(name)], { cwd: home, env: ENV });
      // sops itself loses its hold on comments that its own writing moves to another map, and warns.
      const kept = await decrypt(path, {}, "any");
      const canonical = await decrypt(path, { LEAFSEAL_LAYOUT: "sops" }, "any");
      expect(kept.equals(canonical), "the layouts differ").toBe(true);
      expect(valuesOf(kept, name)).toBe(valuesOf(theirs.stdout, name));
    });
  },
);
