/** security.md §5: no message tells a secret, whole or in part (M1, M2), none has control characters (M3) or a stack (M4). */
/* oxlint-disable vitest/expect-expect -- refuse() and expectSafe() assert */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";

import { attacksOn } from "../support/attacks.js";
import { type CliResult, runCli } from "../support/cli.js";
import { temporaryDirectories } from "../support/directory.js";
import { EXTENSIONS, IDENTITY_ENV, seal, withoutKeyCost } from "../support/sealing.js";
import { AGE_RECIPIENT, AGE_RECIPIENT_2 } from "../support/vectors.js";

withoutKeyCost();
const makeDirectory = temporaryDirectories();

/** Parts of it would be told as well: every run of five characters of it is looked for. */
const SECRET = "Zq7Kx9Wv3JpRt5";
const PARTS = Array.from({ length: SECRET.length - 4 }, (_, at) => SECRET.slice(at, at + 5));

const UNSAFE =
  // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

/** Log lines of sops have one tab behind their tag. */
function expectSafe({ exitCode, stdout, stderr }: CliResult, what: string): void {
  expect(exitCode, what).not.toBe(0);
  const output = stdout.toString() + stderr;
  for (const part of PARTS) expect(output.includes(part), `${what}: ${output}`).toBe(false);
  expect(output.match(UNSAFE), `${what}: ${JSON.stringify(output)}`).toBeNull();
  expect(output, what).not.toMatch(/INTERNAL|^\s+at .*:\d+:\d+\)?$|node:internal|nhandled/m);
  expect(output.trim(), what).not.toBe("");
}

async function refuse(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = IDENTITY_ENV,
  stdin = "",
): Promise<void> {
  for (const more of [[], ["--json"], ["--verbose"]]) {
    const result = await runCli([...args, ...more], { cwd, env, stdin });
    expectSafe(result, `${args.join(" ")} ${more.join(" ")}`);
    if (more[0] === "--json") {
      for (const line of result.stderr.trimEnd().split("\n")) {
        expect(() => JSON.parse(line) as unknown, line).not.toThrow();
      }
    }
  }
}

const S = SECRET;
/** Broken in every way that a scanner tells apart, with the secret where it breaks. */
const BROKEN: Readonly<Record<string, readonly string[]>> = {
  yaml: [
    `a: [${S}`, `a: {${S}`, `a: "${S}`, `a: '${S}`, `a: "${S}\\q"`, `a: "${S}\\x4"`, `a: "\\u${S}"`, `a: ${S}: x`, `${S}\n${S}: x`, `- ${S}`, S, `"${S}"`, `a: b\n\t${S}: x`,
    `a: @${S}`, `a: \`${S}\``, `a: %${S}`, `a: *${S}`, `a: &${S} &${S} x`, `a: !<${S}`, `a: !${S}!x y`, `a: !!${S}`.replace("!!", "!!int "), `a: !!float ${S}`, `a: !!bool ${S}`, `a: !!null ${S}`, `a: !!timestamp ${S}`, `a: !!binary "${S}*"`,
    `a: |0\n  ${S}`, `a: |x${S}`, `a: >99\n  ${S}`, `%${S} x\n---\na: b`, `%YAML ${S}\n---\na: b`, `%TAG ${S}\n---\na: b`, `%YAML 9.9 ${S}\n---\na: b`, `a: b\n${S}`, `a: b\n ${S}: c`, `a:\n  b: c\n ${S}: d`,
    `a: ${S}\u0000`, `a: ${S}\u0007`, `${S}: 1\n${S}: 2`.replaceAll(S, "dup"), `a: 1\nb: ${S}\na: ${S}`, `<<: ${S}`, `<<: [${S}]`, `? [${S}]\n: x`, `? {${S}: x}\n: y`, `{${S}: x}: y`, `a: &x [${S}, *x]`, `--- ${S}\n--- [${S}]`, `a: b\n--- ${S}`, `a: b\n...\n${S}`, `a: - ${S}`, `- a\nb: ${S}`, `a: ]${S}`, `a: ${"9".repeat(30)} # ${S}`, `${"[".repeat(10_100)}${S}`, `? ${S}\n? - ${S}\n  b`, `a: "x" ${S}`, `a: 'x'${S}`,
  ],
  json: [
    S, `"${S}"`, `[${S}]`, `{${S}}`, `{"a": ${S}}`, `{"a": "${S}}`, `{"a": "${S}\\q"}`, `{"a": "${S}\\u00"}`, `{"a": "${S}\n"}`, `{"a": "${S}\\ud800"}`, `{"${S}": }`.replace(S, "k"), `{"a": "${S}"`, `{"a": "${S}",}`, `{"a": "${S}"} ${S}`, `{"a": ["${S}"`,
    `{"a": tru${S}}`, `{"a": 1${S}}`, `{"a": 0${S}}`, `{"a": 1.${S}}`, `{"a": 1e${S}}`, `{"a": -${S}}`, `{"a" "${S}"}`, `{'a': '${S}'}`, `{"a": "b" "${S}"}`, `// ${S}\n{}`, `{"a": 1e999, "b": "${S}"}`, `{"a": "${S}\u0001"}`, `{"a": ${"1".repeat(40)}, "b": "${S}"}`, `\ufeff{"a": "${S}"}`, `{"a": ${"[".repeat(10_100)}"${S}"`,
  ],
  env: [S, ` ${S}`, `a=b\n${S}`, `a=b\n ${S}\n`, `\r\n${S}`, `a=b\r\n\r\nc=${S}`, `export ${S}`],
  ini: [
    `[${S}`, `[]\na = ${S}`, S, `[s]\n${S}`, `[s]\n= ${S}`, `[s]\na = \`${S}`, `[s]\na = """${S}`, `[s]\n"k = ${S}`, `[s]\n\`k = ${S}`, `[s]\n"""k = ${S}`, `[s]\n"k" ${S}`, `[s]\na = b\n: ${S}`,
  ],
}; // prettier-ignore

describe("syntax errors (M1)", () => {
  const cases = Object.entries(BROKEN).flatMap(([extension, texts]) =>
    texts.map((text) => ({ extension, text, shown: JSON.stringify(text).slice(0, 60) })),
  );
  test.each(cases)("$extension: $shown", async ({ extension, text }) => {
    const cwd = makeDirectory();
    const name = `f.${extension}`;
    writeFileSync(join(cwd, name), text);
    await refuse(["encrypt", "--age", AGE_RECIPIENT, name], cwd);
    await refuse(["decrypt", name], cwd);
    await refuse(["set", name, '["a"]', JSON.stringify(SECRET)], cwd);
    // As an encrypted file whose text broke.
    writeFileSync(join(cwd, name), `${text}\n${(await seal("{}", "json")).toString()}`);
    await refuse(["decrypt", name], cwd);
    await refuse(["rotate", "-i", name], cwd);
  });

  test.each(["yaml", "json", "env", "ini"])("%s text cut, or with a wrong byte, anywhere", async (extension) => {
    const plain = {
      yaml: `# ${S}\na: "${S}" # ${S}\nb: [${S}, {c: '${S}'}]\nd: |\n  ${S}\n`,
      json: `{"a": "${S}", "b": ["${S}", {"c": "${S}"}]}`,
      env: `# ${S}\na=${S}\nb=${S}\n`,
      ini: `; ${S}\n[s]\na = ${S} ; ${S}\nb = \`${S}\n${S}\`\n`,
    }[extension] ?? "";
    for (let at = 0; at <= plain.length; at += 1) {
      for (const text of [plain.slice(0, at), `${plain.slice(0, at)}\u0001"\`[${plain.slice(at)}`]) {
        const args = ["encrypt", "--age", AGE_RECIPIENT, "--filename-override", `f.${extension}`];
        const result = await runCli(args, { cwd: "/", env: IDENTITY_ENV, stdin: text });
        if (result.exitCode !== 0) expectSafe(result, JSON.stringify(text));
      }
    }
  }); // prettier-ignore
});

describe("values that cannot be kept or published (M1)", () => {
  test.each([
    ["yaml", `a: ${"8".repeat(25)}\nb: ${S}\n`, []],
    ["yaml", `1: ${S}\n`, []],
    ["yaml", `a: {2: ${S}}\n`, []],
    ["yaml", `a: &x ${S}\nb_unencrypted: *x\n`, []],
    ["yaml", `a: ${S}\n`, ["--encrypted-regex", "^no$"]],
    ["yaml", `a: {b: ${S}}\n`, ["--output-type", "dotenv"]],
    ["yaml", `a: ${S}\n`, ["--output-type", "ini"]],
    ["yaml", `sops: ${S}\n`, []],
    ["yaml", `a: b\n---\nsops: ${S}\n`, []],
    ["json", `{"a": ["${S}"]}`, ["--output-type", "dotenv"]],
    ["env", `sops_a=${S}\n`, []],
    ["ini", `[sops]\na = ${S}\n`, []],
    ["yaml", `a: ${S}\n`, ["--encrypted-regex", "("]],
  ] as const)("%s %j %j", async (extension, text, args) => {
    const cwd = makeDirectory();
    writeFileSync(join(cwd, `f.${extension}`), text);
    await refuse(["encrypt", "-i", "--age", AGE_RECIPIENT, ...args, `f.${extension}`], cwd);
  });
});

describe("encrypted files that were changed (M1, M2)", () => {
  const PLAIN: Readonly<Record<string, string>> = {
    yaml: `one: ${S}\ntwo: ${S}2\nlist:\n- ${S}\n- l2\nmap: {deep: ${S}}\nnote_clear: hello${S}\n`,
    json: `{\n"one": "${S}",\n"two": "${S}2",\n"list": [\n"${S}",\n"l2"\n],\n"map": {"deep": "${S}"},\n"note_clear": "hello${S}"}\n`,
    env: `one=${S}\ntwo=${S}2\nnote_clear=hello${S}\n`,
    ini: `[s]\none=${S}\ntwo=${S}2\nnote_clear=hello${S}\n`,
    bin: S,
  }; // prettier-ignore

  test.each(EXTENSIONS)("%s", async (extension) => {
    const make = async (): Promise<string> =>
      (await seal(PLAIN[extension] ?? "", extension, { args: ["--unencrypted-suffix", "_clear"] })).toString();
    const [sealed, other] = [await make(), await make()];
    const cwd = makeDirectory();
    // "Older" needs the same data key; tampering.test.ts has it.
    for (const attack of attacksOn(extension).filter(({ name }) => !name.startsWith("an older"))) {
      const text = attack
        .edit({ sealed, older: sealed, stranger: other }, extension)
        .replaceAll("evil", SECRET);
      writeFileSync(join(cwd, `f.${extension}`), text);
      for (const args of [["decrypt"], ["decrypt", "--json"], ["rotate", "-i"]]) {
        const result = await runCli([...args, `f.${extension}`], { cwd, env: IDENTITY_ENV });
        expectSafe(result, attack.name);
        expect(result.stderr).not.toMatch(/[0-9A-Fa-f]{32}/);
      }
    }
  }); // prettier-ignore
});

describe("identities (M1)", () => {
  const KEY = `AGE-SECRET-KEY-1${S.toUpperCase()}`;
  const parts = [...PARTS, ...PARTS.map((part) => part.toUpperCase())];
  let sealed: Buffer = Buffer.alloc(0);
  beforeAll(async () => {
    const cwd = "/";
    // With a real age key: the identities must be read.
    const args = ["encrypt", "--age", AGE_RECIPIENT_2, "--filename-override", "f.yaml"];
    sealed = (await runCli(args, { cwd, stdin: "a: b\n" })).stdout;
    sealed = Buffer.from(
      sealed.toString().replace(/(?<=AGE ENCRYPTED FILE-----\n\s*)\S\S\S\S/, "YWdl"),
    );
  });

  const texts: readonly string[] = [
    S, KEY, `${KEY}\n${KEY}`, KEY.toLowerCase(), `# ${S}\n${S}`, `AGE-SECRET-KEY-PQ-1${S}`, `AGE-PLUGIN-${S}-1QQQQ`, `AGE-PLUGIN-../${S}-1QQQQ`,
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${S}\n-----END OPENSSH PRIVATE KEY-----`, `-----BEGIN AGE ENCRYPTED FILE-----\n${S}\n-----END AGE ENCRYPTED FILE-----`, `age-encryption.org/v1\n-> scrypt ${S} 18\n${S}\n--- ${S}\n`, `ssh-ed25519 ${S}`, `AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ${S}`,
  ]; // prettier-ignore

  test.each(texts.map((text) => [JSON.stringify(text).slice(0, 50), text]))("%s", async (_, text) => {
    const cwd = makeDirectory();
    writeFileSync(join(cwd, "keys.txt"), text, { mode: 0o600 });
    writeFileSync(join(cwd, "f.yaml"), sealed);
    const script = join(cwd, "print.sh");
    writeFileSync(script, `#!/bin/sh\ncat '${join(cwd, "keys.txt")}'\necho ${S} >&2\n`, { mode: 0o700 });
    const environments: readonly Record<string, string>[] = [
      { SOPS_AGE_KEY: text },
      { SOPS_AGE_KEY_FILE: "keys.txt" },
      { SOPS_AGE_KEY_CMD: script },
      { SOPS_AGE_SSH_PRIVATE_KEY_FILE: "keys.txt" },
      { SOPS_AGE_SSH_PRIVATE_KEY_CMD: script },
    ];
    for (const env of environments) {
      for (const args of [["decrypt", "f.yaml"], ["decrypt", "--json", "f.yaml"]]) {
        const result = await runCli(args, { cwd, env: { HOME: cwd, ...env } });
        expect(result.exitCode).toBe(128);
        const output = result.stdout.toString() + result.stderr;
        for (const part of parts) {
          expect(output.includes(part), `${Object.keys(env).join()}: ${output}`).toBe(false);
        }
        expect(output).not.toMatch(/INTERNAL/);
      }
    }
  }); // prettier-ignore
});

describe("command lines (M1)", () => {
  test.each([
    ["a path that is none", ["decrypt", "--extract", S, "f.yaml"]],
    ["a path that ends early", ["decrypt", "--extract", `["${S}`, "f.yaml"]],
    ["a bad index", ["decrypt", "--extract", `[${S}]`, "f.yaml"]],
    ["a value that is no JSON", ["set", "f.yaml", '["a"]', S]],
    ["a value that ends early", ["set", "f.yaml", '["a"]', `"${S}`]],
    ["a path into a value", ["decrypt", "--extract", '["a"]["b"]', "f.yaml"]],
  ])("%s", async (_, args) => {
    const cwd = makeDirectory();
    writeFileSync(join(cwd, "f.yaml"), await seal(`a: ${S}\n`, "yaml"));
    await refuse(args, cwd);
  });

  test("values on standard input and in files", async () => {
    const cwd = makeDirectory();
    writeFileSync(join(cwd, "f.yaml"), await seal("a: b\n", "yaml"));
    for (const text of [S, `"${S}`, `{"a": ${S}}`, `["${S}", `, `"${S}" x`]) {
      writeFileSync(join(cwd, "value"), text);
      await refuse(["set", "--value-stdin", "f.yaml", '["a"]'], cwd, IDENTITY_ENV, text);
      await refuse(["set", "--value-file", "f.yaml", '["a"]', "value"], cwd);
    }
  });
});

/** ESC, bell, delete, C1, a right-to-left override, line ends, a byte order mark. */
const NASTY = "x\u001b[31m\u0007\u007f\u009b\u202e\r\n\u2028\ufeffy";

/** Double-quoted YAML or JSON in plain ASCII: what a file may hold without being refused for its characters. */
function escaped(text: string): string {
  return JSON.stringify(text).replaceAll(
    // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
    /[^\u0020-\u007e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

describe("control characters (M3)", () => {
  test.each([
    ["key that is no text", `? !!int 1\n: {${escaped(NASTY)}: x}\n`, []],
    ["key of an inexact number", `${escaped(NASTY)}: ${"7".repeat(25)}\n`, []],
    ["keys of an alias", `${escaped(NASTY)}: &x secret\n${escaped(`${NASTY}_unencrypted`)}: *x\n`, []],
    ["key that dotenv cannot have", `${escaped(NASTY)}: {a: b}\n`, ["--output-type", "dotenv"]],
    ["duplicate key", `${escaped(NASTY)}: 1\n${escaped(NASTY)}: 2\n`, []],
    ["anchor", `a: *x\u00a0y\n`, []],
  ])("%s", async (_, text, args) => {
    const cwd = makeDirectory();
    writeFileSync(join(cwd, "f.yaml"), text);
    await refuse(["encrypt", "--age", AGE_RECIPIENT, ...args, "f.yaml"], cwd);
  }); // prettier-ignore

  test("keys of encrypted files", async () => {
    const cwd = makeDirectory();
    const sealed = (await seal(`${escaped(NASTY)}: b\n`, "yaml")).toString();
    writeFileSync(join(cwd, "f.yaml"), sealed.replace("data:", "data:AAAA"));
    await refuse(["decrypt", "f.yaml"], cwd);
    const { stderr } = await runCli(["decrypt", "f.yaml"], { cwd, env: IDENTITY_ENV });
    expect(stderr).toContain("x\\x1b[31m\\x07\\x7f\\x9b\\u202e");
    await refuse(["decrypt", "--extract", `["${NASTY}"]["z"]`, "f.yaml"], cwd);
    await refuse(["unset", "f.yaml", `["${NASTY}z"]`], cwd);
  });

  test("file names", async () => {
    const cwd = makeDirectory();
    const name = `${NASTY}.yaml`;
    await refuse(["decrypt", name], cwd);
    await refuse(["encrypt", "-i", name], cwd);
    mkdirSync(join(cwd, name));
    await refuse(["decrypt", name], cwd);
    await refuse(["filestatus", name], cwd);
    await refuse(["encrypt", "--age", AGE_RECIPIENT, "--output", join(name, "x"), "no.yaml"], cwd);
    await refuse(["decrypt", "--config", name, "f.yaml"], cwd);
  });

  test("recipients and metadata that somebody else wrote", async () => {
    const cwd = makeDirectory();
    const sealed = (await seal("a: b\n", "yaml")).toString();
    const nasty = escaped(NASTY);
    const texts = [
      sealed.replace(/recipient: .*/, `recipient: ${nasty}`).replace(/(?<=AGE ENCRYPTED FILE-----\n\s*)\S\S\S\S/, "YWdl"),
      sealed.replace(/recipient: .*/, `recipient: ${nasty}`).replace(/enc: \|[\s\S]*?(?= {10}recip)/, `enc: ${nasty}\n`),
      sealed.replace(/lastmodified: .*/, `lastmodified: ${nasty}`),
      sealed.replace(/version: .*/, `version: ${nasty}`),
      sealed.replace(/mac: .*/, `mac: ${nasty}`),
      sealed.replace("unencrypted_suffix: _unencrypted", `unencrypted_regex: ${escaped(`${NASTY}(`)}`),
      sealed.replace(/ {4}age:/, `    shamir_threshold: ${nasty}\n    age:`),
      sealed.replace(/ {4}age:[\s\S]*?(?= {4}last)/, `    pgp:\n        - fp: ${nasty}\n          enc: ${nasty}\n          created_at: "2026-01-01T00:00:00Z"\n`),
      sealed.replace(/ {4}age:[\s\S]*?(?= {4}last)/, `    kms:\n        - arn: ${nasty}\n          enc: ${nasty}\n          created_at: ${nasty}\n`),
      sealed.replace(/ {4}age:[\s\S]*?(?= {4}last)/, `    kms:\n        - arn: ${nasty}\n          enc: ${nasty}\n          created_at: "2026-01-01T00:00:00Z"\n`),
    ];
    for (const text of texts) {
      expect(text).not.toBe(sealed);
      writeFileSync(join(cwd, "f.yaml"), text);
      await refuse(["decrypt", "f.yaml"], cwd, { HOME: cwd, ...IDENTITY_ENV });
    }
  }); // prettier-ignore

  test("what updatekeys and rotate list", async () => {
    const cwd = makeDirectory();
    const sealed = (await seal("a: b\n", "yaml")).toString();
    const added = sealed.replace(
      / {4}age:\n/,
      `    age:\n        - enc: x\n          recipient: ${escaped(NASTY)}\n`,
    );
    writeFileSync(join(cwd, "f.yaml"), added);
    writeFileSync(join(cwd, ".sops.yaml"), `creation_rules:\n  - age: ${AGE_RECIPIENT_2}\n`);
    for (const args of [["updatekeys", "f.yaml"], ["updatekeys", "--json", "f.yaml"], ["rotate", "-i", "--strict-recipients", "f.yaml"]]) {
      const { stdout, stderr } = await runCli(args, { cwd, env: IDENTITY_ENV, stdin: "n\n" });
      expect((stdout.toString() + stderr).match(UNSAFE), args.join(" ")).toBeNull();
    }
  }); // prettier-ignore

  test("flags, variables and configurations", async () => {
    const cwd = makeDirectory();
    writeFileSync(join(cwd, "f.yaml"), "a: b\n");
    for (const args of [
      [`--${NASTY}`], ["encrypt", `--${NASTY}`], ["encrypt", "--age", NASTY, "f.yaml"], ["encrypt", "--pgp", NASTY, "f.yaml"], ["encrypt", "--layout", NASTY, "f.yaml"], ["encrypt", "--indent", NASTY, "f.yaml"],
      ["encrypt", "--encrypted-regex", `${NASTY}(`, "--age", AGE_RECIPIENT, "f.yaml"], ["decrypt", "--decryption-order", NASTY, "f.yaml"], ["help", NASTY], ["encrypt", "--encryption-context", NASTY, "f.yaml"],
      ["decrypt", "--keyservice", NASTY, "f.yaml"],
    ]) {
      await refuse(args, cwd);
    } // prettier-ignore
    expectSafe(await runCli([NASTY], { cwd }), "a file as the first word");
    await refuse(["encrypt", "f.yaml"], cwd, { SOPS_AGE_RECIPIENTS: NASTY });
    await refuse(["encrypt", "f.yaml"], cwd, { LEAFSEAL_LAYOUT: NASTY });
    await refuse(["encrypt", "f.yaml"], cwd, { LEAFSEAL_ALLOW_PLAINTEXT: NASTY });
    const nasty = escaped(NASTY);
    for (const config of [
      `creation_rules: ${nasty}\n`, `${nasty}: [\n`, `creation_rules:\n  - age: ${nasty}\n`, `creation_rules:\n  - path_regex: ${escaped(`${NASTY}(`)}\n    age: ${AGE_RECIPIENT}\n`,
      `creation_rules:\n  - age: ${AGE_RECIPIENT}\n    encrypted_regex: ${escaped(`${NASTY}[`)}\n`, `layout: ${nasty}\n`, `stores: {yaml: {indent: ${nasty}}}\n`, `creation_rules:\n  - key_groups:\n      - ${nasty}: [x]\n`,
      `creation_rules:\n  - age: ${AGE_RECIPIENT}\n    shamir_threshold: ${nasty}\n`,
    ]) {
      writeFileSync(join(cwd, ".sops.yaml"), config);
      const result = await runCli(["encrypt", "f.yaml"], { cwd });
      if (result.exitCode === 0) expect(result.stderr.match(UNSAFE), config).toBeNull();
      else expectSafe(result, config);
    } // prettier-ignore
  });
});
