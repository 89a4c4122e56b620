import { describe, expect, test } from "vitest";

import { parseArgv } from "../../../src/cli/argv.js";
import { decrypt, toDecryptOptions } from "../../../src/cli/commands/decrypt.js";
import { encrypt, toEncryptOptions } from "../../../src/cli/commands/encrypt.js";
import { resolveFlags } from "../../../src/cli/flags.js";
import type { OptionTable } from "../../../src/cli/options/option.js";

type Environment = Readonly<Record<string, string>>;

function flagsOf(options: OptionTable, line: readonly string[], env: Environment = {}) {
  return resolveFlags(options, parseArgv(line, options, "anywhere").given, env);
}

function encryptInput(line: readonly string[], env?: Environment) {
  const flags = flagsOf(encrypt.options, line, env);
  return toEncryptOptions(flags as Parameters<typeof toEncryptOptions>[0], ["f"]);
}

function decryptInput(line: readonly string[], env?: Environment) {
  const flags = flagsOf(decrypt.options, line, env);
  return toDecryptOptions(flags as Parameters<typeof toDecryptOptions>[0], ["f"]);
}

test("encrypt without flags asks for nothing", () => {
  expect(encryptInput([])).toEqual({
    files: ["f"],
    inputType: undefined,
    outputType: undefined,
    filenameOverride: undefined,
    config: undefined,
    indent: undefined,
    layout: undefined,
    enableLocalKeyService: true,
    keyServices: [],
    inPlace: false,
    output: undefined,
    outputDir: undefined,
    recipients: new Map(),
    awsProfile: undefined,
    encryptionContext: undefined,
    threshold: 0,
    selection: {},
    macOnlyEncrypted: false,
    allowPlaintext: false,
    allowInexact: false,
  });
});

test("decrypt without flags asks for nothing", () => {
  expect(decryptInput([])).toEqual({
    files: ["f"],
    inputType: undefined,
    outputType: undefined,
    filenameOverride: undefined,
    config: undefined,
    indent: undefined,
    layout: undefined,
    enableLocalKeyService: true,
    keyServices: [],
    inPlace: false,
    output: undefined,
    outputDir: undefined,
    extract: undefined,
    ignoreMac: false,
    decryptionOrder: undefined,
    stream: false,
  });
});

describe("every flag reaches the operation", () => {
  test.each<[string[], Record<string, unknown>]>([
    [["-i"], { inPlace: true }],
    [["--output", "o"], { output: "o" }],
    [["--output-dir", "d"], { outputDir: "d" }],
    [["--input-type", "yaml"], { inputType: "yaml" }],
    [["--output-type", "json"], { outputType: "json" }],
    [["--filename-override", "n"], { filenameOverride: "n" }],
    [["--aws-profile", "p"], { awsProfile: "p" }],
    [["--encryption-context", "a:b"], { encryptionContext: "a:b" }],
    [["--shamir-secret-sharing-threshold", "2"], { threshold: 2 }],
    [["--unencrypted-suffix", "x"], { selection: { unencryptedSuffix: "x" } }],
    [["--encrypted-suffix", "x"], { selection: { encryptedSuffix: "x" } }],
    [["--unencrypted-regex", "x"], { selection: { unencryptedRegex: "x" } }],
    [["--encrypted-regex", "x"], { selection: { encryptedRegex: "x" } }],
    [["--unencrypted-comment-regex", "x"], { selection: { unencryptedCommentRegex: "x" } }],
    [["--encrypted-comment-regex", "x"], { selection: { encryptedCommentRegex: "x" } }],
    [["--unencrypted-suffix", ""], { selection: { unencryptedSuffix: undefined } }],
    [["--mac-only-encrypted"], { macOnlyEncrypted: true }],
    [["--allow-plaintext"], { allowPlaintext: true }],
    [["--allow-inexact"], { allowInexact: true }],
    [["--enable-local-keyservice=false"], { enableLocalKeyService: false }],
    [["--keyservice", "u"], { keyServices: ["u"] }],
    [["--config", "c"], { config: "c" }],
    [["--indent", "0"], { indent: 0 }],
    [["--layout", "source"], { layout: "source" }],
    [
      ["--pgp", "F", "--age", "A"],
      {
        recipients: new Map([
          ["pgp", "F"],
          ["age", "A"],
        ]),
      },
    ],
  ])("encrypt %j", (line, expected) => {
    expect(encryptInput(line)).toMatchObject(expected);
  });

  test.each<[string[], Record<string, unknown>]>([
    [["-i"], { inPlace: true }],
    [["--output", "o"], { output: "o" }],
    [["--output-dir", "d"], { outputDir: "d" }],
    [["--stream"], { stream: true }],
    [["--extract", '["a"]'], { extract: '["a"]' }],
    [["--extract", ""], { extract: undefined }],
    [["--ignore-mac"], { ignoreMac: true }],
    [["--decryption-order", "age,pgp"], { decryptionOrder: "age,pgp" }],
    [["--layout", "sops"], { layout: "sops" }],
  ])("decrypt %j", (line, expected) => {
    expect(decryptInput(line)).toMatchObject(expected);
  });

  test("variables too", () => {
    const env = {
      LEAFSEAL_LAYOUT: "sops",
      SOPS_DECRYPTION_ORDER: "pgp",
      SOPS_KEYSERVICE: "a, b",
      SOPS_CONFIG: "c",
    };
    expect(decryptInput([], env)).toMatchObject({
      layout: "sops",
      decryptionOrder: "pgp",
      keyServices: ["a", "b"],
      config: "c",
    });
  });
});
