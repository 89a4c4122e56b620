/** security.md I8, I11: metadata and inputs that are nothing like what they should be. */
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";

import { ERROR_CODES } from "../../src/support/error-codes.js";
import { runCli } from "../support/cli.js";
import { temporaryDirectories } from "../support/directory.js";
import { IDENTITY_ENV, seal, withoutKeyCost } from "../support/sealing.js";
import { AGE_RECIPIENT } from "../support/vectors.js";

withoutKeyCost();
const makeDirectory = temporaryDirectories();

interface Outcome {
  readonly exit: number;
  readonly code: string;
  readonly stdout: string;
  readonly message: string;
}

async function attempt(args: readonly string[], cwd: string): Promise<Outcome> {
  const start = Date.now();
  const { exitCode, stdout, stderr } = await runCli([...args, "--json"], {
    cwd,
    env: { HOME: cwd, ...IDENTITY_ENV },
  });
  expect(Date.now() - start).toBeLessThan(8000);
  expect(stderr.length).toBeLessThan(200_000);
  const errors = stderr
    .split("\n")
    .filter((line) => line.startsWith('{"code"'))
    .map((line) => JSON.parse(line) as { code: string; message: string });
  const { code = "", message = "" } = errors.at(-1) ?? {};
  if (exitCode !== 0) {
    expect(Object.keys(ERROR_CODES), stderr).toContain(code);
    expect(code, stderr).not.toBe("INTERNAL");
  }
  return { exit: exitCode, code, stdout: stdout.toString(), message };
}

const ODD: readonly unknown[] = [
  null, 0, -1, 1, 1.5, 2 ** 53 + 2, true, false, "", "x", "\u0000", "\u001b[31m", [], {}, "y".repeat(100_000), [null], [{}], [[]], [[[]]], ["x"], [{ enc: "x" }], [{ enc: null, recipient: 7 }], [{ enc: [], recipient: {} }], [{ recipient: AGE_RECIPIENT }], [{ recipient: AGE_RECIPIENT, enc: "" }],
  { a: "b" }, { enc: "x", recipient: "y" }, { __proto__: null, constructor: 1 }, "2026-01-01T00:00:00Z", "ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]", "^(", "(a+)+$", "1.2", "v", "-1", "1e9", Array.from({ length: 300 }, () => ({ enc: "x", recipient: "y" })),
  [{ arn: "arn:aws:kms:us-east-1:1:key/x", enc: "x", created_at: "2026-01-01T00:00:00Z", context: [] }], [{ age: [{ enc: "x", recipient: "y" }] }, { pgp: [{}] }],
]; // prettier-ignore

const FIELDS = [
  "age", "lastmodified", "mac", "version", "unencrypted_suffix", "encrypted_suffix", "unencrypted_regex", "encrypted_regex", "unencrypted_comment_regex", "encrypted_comment_regex", "mac_only_encrypted", "shamir_threshold", "key_groups", "kms", "gcp_kms", "azure_kv", "hc_vault", "hckms", "pgp", "leafseal_layout", "MAC", "__proto__", "unknown",
]; // prettier-ignore

type Json = { sops: Record<string, unknown> };

describe("metadata (I8)", () => {
  const plain = { json: '{"a": "b", "c": [1]}\n', yaml: "a: b\nc: [1]\n" };
  const sealed = { json: "", yaml: "" };
  beforeAll(async () => {
    sealed.json = (await seal(plain.json, "json")).toString();
    sealed.yaml = (await seal(plain.yaml, "yaml")).toString();
  });

  /** The metadata with one field replaced, as JSON text: a file of its own, or a flow map in YAML. */
  function damaged(field: string, value: unknown, extension: "json" | "yaml"): string {
    const { sops } = JSON.parse(sealed.json) as Json;
    const own = extension === "json" ? sops : yamlMetadata();
    const pairs = [...Object.entries(own).filter(([name]) => name !== field), [field, value] as const];
    const text = pairs.map(([name, item]) => `${JSON.stringify(name)}: ${JSON.stringify(item)}`).join(", ");
    return extension === "json"
      ? `${sealed.json.slice(0, sealed.json.indexOf('"sops"'))}"sops": {${text}}}\n`
      : `${sealed.yaml.slice(0, sealed.yaml.indexOf("sops:"))}sops: {${text}}\n`;
  } // prettier-ignore

  function yamlMetadata(): Record<string, unknown> {
    const field = (name: string): string =>
      new RegExp(`^ {4}${name}: "?([^"\\n]*)`, "m").exec(sealed.yaml)?.[1] ?? "";
    const enc = /-----BEGIN[\s\S]*END AGE ENCRYPTED FILE-----\n/
      .exec(sealed.yaml)?.[0]
      .replaceAll(/^ +/gm, "");
    return {
      age: [{ recipient: AGE_RECIPIENT, enc }],
      lastmodified: field("lastmodified"),
      mac: field("mac"),
      leafseal_layout: field("leafseal_layout"),
      unencrypted_suffix: "_unencrypted",
      version: "3.13.2",
    };
  }

  describe.each(["json", "yaml"] as const)("%s", (extension) => {
    test("the metadata as it was opens", async () => {
      const cwd = makeDirectory();
      writeFileSync(join(cwd, `f.${extension}`), damaged("nothing", null, extension));
      const { exit, stdout } = await attempt(["decrypt", `f.${extension}`], cwd);
      expect([exit, stdout]).toEqual([0, plain[extension]]);
    });

    test.each(FIELDS)("%s", async (field) => {
      const cwd = makeDirectory();
      const name = `f.${extension}`;
      let refused = 0;
      for (const value of ODD) {
        const text = damaged(field, value, extension);
        writeFileSync(join(cwd, name), text);
        const opened = await attempt(["decrypt", name], cwd);
        // Whatever else is said, it is what was encrypted; sops's layout where the layout field is gone.
        if (opened.exit === 0) expect(opened.stdout.replaceAll(/[\s-]/g, "")).toMatch(/^\{?"?a"?:"?b"?,?"?c"?:\[?1\]?\}?$/);
        else {
          refused += 1;
          expect([1, 25, 51, 128]).toContain(opened.exit);
          expect(opened.stdout).toBe("");
        }
        await attempt(["filestatus", name], cwd);
        const rotated = await attempt(["rotate", "-i", name], cwd);
        if (rotated.exit !== 0) expect(readFileSync(join(cwd, name), "utf8") === text).toBe(true);
      }
      const isKnown = !["MAC", "__proto__", "unknown", "leafseal_layout"].includes(field);
      expect(refused > 0).toBe(isKnown || (field === "MAC" && refused > 0) || (field === "leafseal_layout" && refused > 0));
    }); // prettier-ignore
  });

  test.each([null, 0, true, "x", "", [], [{}], { a: 1 }, {}])("%j instead of all of it", async (value) => {
    const cwd = makeDirectory();
    for (const extension of ["json", "yaml"] as const) {
      writeFileSync(join(cwd, `f.${extension}`), JSON.stringify({ a: "b", sops: value }));
      expect((await attempt(["decrypt", `f.${extension}`], cwd)).exit).toBe(1);
      await attempt(["filestatus", `f.${extension}`], cwd);
      const { exit } = await attempt(["encrypt", "-i", "--age", AGE_RECIPIENT, `f.${extension}`], cwd);
      expect(exit).toBe(203);
    }
  }); // prettier-ignore

  test.each(["env", "ini"])("flat names that fit nothing (%s)", async (extension) => {
    const flat = (await seal(extension === "env" ? "a=b\n" : "[s]\na = b\n", extension)).toString();
    const prefix = extension === "env" ? "sops_" : "";
    const cwd = makeDirectory();
    const name = `f.${extension}`;
    for (const line of [
      "age=x", "age__list_0=x", "age__list_1__map_enc=x", "age__list_x__map_enc=x", "age__list_-1__map_enc=x", "age__list_0__map_enc__map_x=y", "age__list_0__list_0=x", "mac__map_x=y", "mac__list_0=y", "version__list_0=x", "__map_x=y", "__list_0=y", "__proto__=x", "__proto____map_x=y", "__map___proto__=x", "constructor__map_prototype=x", "age__list_0__map___proto__=x", "lastmodified=x", "shamir_threshold=x", "mac_only_encrypted=x", "=x", "kms__list_0=x", "key_groups__list_0__map_age__list_0=x", "age__list_0__map_recipient=x", "version=x",
    ]) {
      writeFileSync(join(cwd, name), `${flat}${prefix}${line}\n`);
      const opened = await attempt(["decrypt", name], cwd);
      if (opened.exit !== 0) expect([1, 25, 51, 128]).toContain(opened.exit);
      else expect(opened.stdout.replaceAll(/\s/g, "")).toBe(extension === "env" ? "a=b" : "[s]a=b");
      await attempt(["filestatus", name], cwd);
    }
  }); // prettier-ignore
});

describe("inputs that are no such file (I11)", () => {
  const VERBS: readonly (readonly string[])[] = [
    ["encrypt", "--age", AGE_RECIPIENT], ["encrypt", "-i", "--age", AGE_RECIPIENT], ["decrypt"], ["decrypt", "-i"], ["filestatus"], ["rotate", "-i"], ["edit"], ["exec-env"],
  ]; // prettier-ignore

  async function messages(cwd: string, file: string): Promise<string[]> {
    const told: string[] = [];
    for (const verb of VERBS) {
      const words = verb[0] === "exec-env" ? [file, "true"] : [file];
      const { exit, message, stdout } = await attempt([...verb, ...words], cwd);
      expect(exit, `${verb.join(" ")} ${file}`).not.toBe(0);
      expect(stdout).not.toContain("done");
      told.push(message);
    }
    return told;
  }

  test.each([
    ["missing", /non-existent|no such file|does not exist/],
    ["missing/inside", /non-existent|no such file|does not exist/],
    ["file/inside", /non-existent|no such file|not a directory/],
    ["directory", /directory|not a regular file/],
    ["dangling", /non-existent|no such file|does not exist/],
    ["loop", /too many|symbolic links/],
    ["/dev/zero", /device|not a regular file/],
    ["endless", /device|not a regular file/],
    ["/dev/full", /device|not a regular file/],
    [`${"n".repeat(256)}.yaml`, /name too long/],
  ])("%s", async (file, message) => {
    const cwd = makeDirectory();
    mkdirSync(join(cwd, "directory"));
    writeFileSync(join(cwd, "file"), "x");
    symlinkSync("nowhere", join(cwd, "dangling"));
    symlinkSync("loop", join(cwd, "loop"));
    symlinkSync("/dev/zero", join(cwd, "endless"));
    // `edit` makes a new file of a missing one, and lacks a rule for it.
    const told = (await messages(cwd, file)).filter((text) => !text.startsWith("config file not"));
    for (const text of told) expect(text).toMatch(message);
    expect(told.length).toBeGreaterThanOrEqual(VERBS.length - 1);
  });

  test.each(["loop", "file/inside", "n".repeat(300)])("%s as an output", async (name) => {
    const cwd = makeDirectory();
    writeFileSync(join(cwd, "file"), "x");
    symlinkSync("loop", join(cwd, "loop"));
    for (const [flag, value] of [["--output", name], ["--output", `${name}/x`], ["--output-dir", name]] as const) {
      const { exit } = await attempt(["encrypt", "--age", AGE_RECIPIENT, flag, value, "file"], cwd);
      expect(exit, `${flag} ${value}`).toBe(3);
    }
  }); // prettier-ignore

  test("a value that never ends", async () => {
    const cwd = makeDirectory();
    const sealed = await seal("a: b\n", "yaml");
    writeFileSync(join(cwd, "f.yaml"), sealed);
    symlinkSync("/dev/zero", join(cwd, "value"));
    for (const file of ["/dev/zero", "value"]) {
      const { exit, message } = await attempt(
        ["set", "--value-file", "f.yaml", '["a"]', file],
        cwd,
      );
      expect(exit).toBe(1);
      expect(message).toMatch(/device/);
    }
    expect(readFileSync(join(cwd, "f.yaml")).equals(sealed)).toBe(true);
  });

  test("a configuration that never ends, and one that is a directory", async () => {
    const cwd = makeDirectory();
    writeFileSync(join(cwd, "f.yaml"), "a: b\n");
    mkdirSync(join(cwd, "d"));
    for (const config of ["/dev/zero", "/dev/null", "d", "missing", "f.yaml/x", "n".repeat(256)]) {
      const { exit } = await attempt(["encrypt", "-i", "--config", config, "f.yaml"], cwd);
      expect(exit, config).not.toBe(0);
    }
    symlinkSync("/dev/zero", join(cwd, ".sops.yaml"));
    expect((await attempt(["encrypt", "-i", "f.yaml"], cwd)).exit).toBe(1);
    expect(readFileSync(join(cwd, "f.yaml"), "utf8")).toBe("a: b\n");
  });

  test.each([
    ["yaml", 92],
    ["json", 2],
    ["env", 0],
    ["ini", 0],
    ["bin", 0],
  ])("empty %s files: %i", async (extension, expected) => {
    const cwd = makeDirectory();
    const name = `f.${extension}`;
    writeFileSync(join(cwd, name), "");
    expect((await attempt(["decrypt", name], cwd)).exit).not.toBe(0);
    expect((await attempt(["encrypt", "-i", "--age", AGE_RECIPIENT, name], cwd)).exit).toBe(expected);
    expect(statSync(join(cwd, name)).size === 0).toBe(expected !== 0);
    if (expected !== 0) return;
    expect((await attempt(["decrypt", "-i", name], cwd)).exit).toBe(0);
    expect(statSync(join(cwd, name)).size).toBe(0);
  }); // prettier-ignore

  test("a file without metadata is refused by all that need some", async () => {
    const cwd = makeDirectory();
    for (const [extension, text] of Object.entries({ yaml: "a: b\n", json: "{}", env: "a=b\n", ini: "[s]\n", bin: "x" })) {
      writeFileSync(join(cwd, `f.${extension}`), text);
      for (const args of [["decrypt"], ["rotate", "-i"], ["updatekeys", "--yes"]]) {
        const { exit, code } = await attempt([...args, `f.${extension}`], cwd);
        expect(exit, `${extension} ${args.join(" ")} ${code}`).not.toBe(0);
      }
      expect(readFileSync(join(cwd, `f.${extension}`), "utf8")).toBe(text);
    }
  }); // prettier-ignore
});
