import { chmodSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { createConfigLoader, type ConfigLoader } from "../../../src/config/load.js";
import { SopsError } from "../../../src/support/errors.js";
import { temporaryDirectories } from "../../support/directory.js";
import { createTestRuntime } from "../../support/runtime.js";

const makeDirectory = temporaryDirectories();

interface Scene {
  readonly root: string;
  readonly loader: ConfigLoader;
  readonly warnings: string[];
  readonly opened: string[];
}

function scene(content?: string | Uint8Array): Scene {
  const root = makeDirectory();
  if (content !== undefined) {
    writeFileSync(join(root, ".sops.yaml"), content);
  }
  const warnings: string[] = [];
  const opened: string[] = [];
  const real = createTestRuntime({ cwd: root });
  const openSync: typeof real.fs.openSync = (path, ...rest) => {
    opened.push(String(path));
    return real.fs.openSync(path, ...rest);
  };
  const machine = { ...real, fs: { ...real.fs, openSync } };
  return {
    root,
    warnings,
    opened,
    loader: createConfigLoader(machine, (text) => warnings.push(text)),
  };
}

function failure(load: () => unknown): SopsError {
  try {
    load();
  } catch (error) {
    expect(error).toBeInstanceOf(SopsError);
    return error as SopsError;
  }
  throw new Error("no error");
}

describe("createConfigLoader", () => {
  it("reads each file once", () => {
    const { loader, opened } = scene("creation_rules: []\n");
    expect(loader.load()).toBe(loader.load());
    expect(loader.load("")).toBe(loader.load());
    expect(loader.load(".sops.yaml")).toBe(loader.load(".sops.yaml"));
    expect(opened).toHaveLength(2);
  });

  it("finds nothing", () => {
    const { root, loader, opened } = scene();
    writeFileSync(join(root, ".git"), "");
    expect(loader.load()).toBeNull();
    expect(opened).toEqual([]);
  });

  it("knows path and directory", () => {
    const { root, loader } = scene("{}");
    expect(loader.load()).toMatchObject({ path: ".sops.yaml", directory: root });
    expect(loader.load(join(root, ".sops.yaml"))).toMatchObject({ directory: root });
  });

  it("takes any name when it is given", () => {
    const { root, loader, warnings } = scene();
    writeFileSync(join(root, ".sops.yml"), "creation_rules: [{age: x}]");
    expect(loader.load(".sops.yml")?.creationRules).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  it("warns once about a file that everybody can write, unless it was named", () => {
    const { root, loader, warnings } = scene("{}");
    chmodSync(join(root, ".sops.yaml"), 0o666);
    loader.load(".sops.yaml");
    expect(warnings).toEqual([]);
    loader.load();
    loader.load();
    expect(warnings).toEqual([
      ".sops.yaml can be written by everybody: they decide who can decrypt",
    ]);
  });

  it.each([
    [
      "a missing file",
      "gone.yaml",
      "could not read config file: gone.yaml: no such file or directory (ENOENT)",
    ],
    [
      "a directory",
      ".",
      "could not read config file: .: illegal operation on a directory (EISDIR)",
    ],
  ])("refuses %s", (_name, path, message) => {
    const error = failure(() => scene().loader.load(path));
    expect(error).toMatchObject({ code: "CONFIG_UNREADABLE", exitCode: 1, message });
  });

  it("does not follow a link to an endless device forever", () => {
    const { root, loader } = scene();
    symlinkSync("/dev/zero", join(root, ".sops.yaml"));
    expect(failure(() => loader.load()).message).toBe(
      "error loading config: .sops.yaml: larger than 4 MiB",
    );
  });

  it.each([
    [
      "creation_rules: [\n",
      "error loading config: .sops.yaml: line 2, column 1: the indentation does not fit",
    ],
    [
      "- a\n",
      "error loading config: .sops.yaml: line 1: the configuration must be a mapping, not a list",
    ],
    [
      "text",
      "error loading config: .sops.yaml: line 1: the configuration must be a mapping, not a text",
    ],
    [
      "a: 1\na: hunter2\n",
      "error loading config: .sops.yaml: line 2, column 1: duplicate key in a mapping",
    ],
  ])("refuses %j with file and line", (content, message) => {
    const error = failure(() => scene(content).loader.load());
    expect(error).toMatchObject({ code: "CONFIG_INVALID", exitCode: 1, message });
  });

  it.each<[string, string, number | null]>([
    ["an empty file", "", null],
    ["a null file", "~", null],
    ["no rules", "stores: {}\n", null],
    ["null rules", "creation_rules:\n", null],
    ["an empty list", "creation_rules: []\n", 0],
    ["null items", "creation_rules: [~, {age: x}, null]\n", 1],
    ["unknown keys everywhere", "keys: [1]\nx: {y: z}\ncreation_rules: [{filename_regex: a}]\n", 1],
    ["key names in another case", "Creation_Rules: [{}]\n", null],
    ["later documents", "creation_rules: [{}]\n---\n[\n", 1],
    ["anchors and merge keys", "keys: [&a {age: x}]\ncreation_rules: [{<<: *a}, *a]\n", 2],
  ])("reads %s", (_name, content, rules) => {
    expect(scene(content).loader.load()?.creationRules?.length ?? null).toBe(rules);
  });

  // config.md §3: kinds are checked at once, for every command.
  it.each([
    ["creation_rules: {path_regex: a}", "line 1: creation_rules must be a list, not a mapping"],
    ["creation_rules: text", "line 1: creation_rules must be a list, not a text"],
    [
      "creation_rules:\n  - text",
      "line 2: an item of creation_rules must be a mapping, not a text",
    ],
    ["creation_rules:\n  - path_regex: {a: b}", "line 2: path_regex must be a text, not a mapping"],
    ["creation_rules:\n  - path_regex: [a, b]", "line 2: path_regex must be a text, not a list"],
    [
      "creation_rules:\n  - {}\n  - shamir_threshold: '2'",
      "line 3: shamir_threshold must be a whole number, without quotes, not a text",
    ],
    [
      "creation_rules:\n  - shamir_threshold: 2.5",
      "line 2: shamir_threshold must be a whole number, without quotes, not a text",
    ],
    [
      "creation_rules:\n  - shamir_threshold: [2]",
      "line 2: shamir_threshold must be a whole number, without quotes, not a list",
    ],
    [
      "creation_rules:\n  - mac_only_encrypted: 'true'",
      "line 2: mac_only_encrypted must be true or false, without quotes, not a text",
    ],
    [
      "creation_rules:\n  - mac_only_encrypted: 1",
      "line 2: mac_only_encrypted must be true or false, without quotes, not a text",
    ],
    [
      "creation_rules:\n  - key_groups: {age: [x]}",
      "line 2: key_groups must be a list, not a mapping",
    ],
    [
      "creation_rules:\n  - key_groups: [x]",
      "line 2: an item of key_groups must be a mapping, not a text",
    ],
    [
      "creation_rules:\n  - key_groups: [{age: {a: b}}]",
      "line 2: age must be a list, not a mapping",
    ],
    [
      "creation_rules:\n  - key_groups: [{age: [[a, b]]}]",
      "line 2: an item of age must be a text, not a list",
    ],
    [
      "creation_rules:\n  - key_groups: [{merge: {}}]",
      "line 2: merge must be a list, not a mapping",
    ],

    [
      "creation_rules:\n  - key_groups: [{kms: [{arn: x, context: {a: [1, 2]}}]}]",
      "line 2: a value of context must be a text, not a list",
    ],
    ["stores: text", "line 1: stores must be a mapping, not a text"],
    [
      "stores: {yaml: {indent: two}}",
      "line 1: indent must be a whole number, without quotes, not a text",
    ],
    ["stores: {dotenv: 1}", "line 1: dotenv must be a mapping, not a text"],
    ["layout: pretty", "line 1: layout must be source or sops"],
    ["destination_rules: {}", "line 1: destination_rules must be a list, not a mapping"],
    [
      "destination_rules: [{omit_extensions: maybe}]",
      "line 1: omit_extensions must be true or false, without quotes, not a text",
    ],
    [
      "destination_rules: [{recreation_rule: [a]}]",
      "line 1: recreation_rule must be a mapping, not a list",
    ],
  ])("checks the kinds of %j", (content, reason) => {
    const { loader } = scene(content);
    const { message } = failure(() => loader.load());
    expect(message).toBe(`error loading config: .sops.yaml: ${reason}`);
  });
});
