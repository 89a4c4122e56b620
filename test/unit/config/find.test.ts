import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import {
  explicitPlace,
  ownershipWarnings,
  searchConfig,
  type ConfigMachine,
} from "../../../src/config/find.js";
import { temporaryDirectories } from "../../support/directory.js";
import { createTestRuntime } from "../../support/runtime.js";

const makeDirectory = temporaryDirectories();

/** A tree of files; names that end in `/` are directories, `a -> b` is a link. */
function scene(...names: readonly string[]): string {
  const root = makeDirectory();
  for (const name of names) {
    const [path = "", target] = name.split(" -> ");
    const full = join(root, path);
    mkdirSync(path.endsWith("/") ? full : join(full, ".."), { recursive: true });
    if (target !== undefined) {
      symlinkSync(target, full);
    } else if (!path.endsWith("/")) {
      writeFileSync(full, "");
    }
  }
  return root;
}

function machine(cwd: string): ConfigMachine {
  return createTestRuntime({ cwd });
}

describe("searchConfig", () => {
  it.each<[string, readonly string[], string, string | null, string]>([
    ["in the working directory", [".sops.yaml"], ".", ".sops.yaml", "."],
    ["in a parent", [".sops.yaml", "a/b/"], "a/b", "../../.sops.yaml", "."],
    ["the nearest one", [".sops.yaml", "a/.sops.yaml", "a/b/"], "a/b", "../.sops.yaml", "a"],
    ["a directory of that name", [".sops.yaml/"], ".", ".sops.yaml", "."],
    ["in the root of the repository", [".sops.yaml", ".git/", "a/"], "a", "../.sops.yaml", "."],
    ["past a dangling link", [".sops.yaml", "a/.sops.yaml -> gone"], "a", "../.sops.yaml", "."],
  ])("finds it %s", (_name, files, cwd, path, directory) => {
    const root = scene(...files);
    const { place, warnings } = searchConfig(machine(join(root, cwd)));
    expect(place?.path).toBe(path);
    expect(place?.directory).toBe(join(root, directory));
    expect(warnings).toEqual([]);
  });

  it.each<[string, readonly string[], string, string | null, readonly string[]]>([
    [
      "a misspelt name alone",
      [".git/", ".sops.yml"],
      ".",
      null,
      ["ignoring .sops.yml: a configuration file must be named .sops.yaml"],
    ],
    [
      "a misspelt name before the file",
      [".sops.yaml", "a/.sops.yml", "a/b/"],
      "a/b",
      "../../.sops.yaml",
      [
        "ignoring ../.sops.yml: a configuration file must be named .sops.yaml; using ../../.sops.yaml",
      ],
    ],
    [
      "the nearest of two misspelt names",
      [".sops.yaml", "a/.sops.yml", "a/b/.sops.yml"],
      "a/b",
      "../../.sops.yaml",
      ["ignoring .sops.yml: a configuration file must be named .sops.yaml; using ../../.sops.yaml"],
    ],
    ["not a misspelt name beside the file", [".sops.yaml", ".sops.yml"], ".", ".sops.yaml", []],
    ["not a misspelt name above the file", [".sops.yml", "a/.sops.yaml"], "a", ".sops.yaml", []],
  ])("warns about %s", (_name, files, cwd, path, expected) => {
    const root = scene(...files);
    const { place, warnings } = searchConfig(machine(join(root, cwd)));
    expect(place?.path ?? null).toBe(path);
    expect(warnings).toEqual(expected);
  });

  // security.md T6
  it.each([
    ["a repository", "repo/.git/"],
    ["a work tree", "repo/.git"],
  ])("stops at the root of %s and says so", (_name, marker) => {
    const root = scene(".sops.yaml", marker, "repo/a/");
    const { place, warnings } = searchConfig(machine(join(root, "repo/a")));
    expect(place).toBeNull();
    expect(warnings).toEqual([
      `ignoring ../../.sops.yaml: it is outside the repository ${join(root, "repo")}; pass --config to use it`,
    ]);
  });

  it("looks into 100 levels and no further", () => {
    const root = scene(".sops.yaml");
    const levels = (count: number): string =>
      join(root, ...Array.from({ length: count }, () => "d"));
    mkdirSync(levels(100), { recursive: true });
    expect(searchConfig(machine(levels(99))).place?.directory).toBe(root);
    expect(searchConfig(machine(levels(100))).place).toBeNull();
  });

  it("looks into physical parents and names the lexical one", () => {
    const root = scene("real/.sops.yaml", "real/deep/", "alias -> real/deep");
    const { place } = searchConfig(machine(join(root, "alias")));
    expect(place?.path).toBe("../.sops.yaml");
    expect(place?.openPath).toBe(join(root, "real/.sops.yaml"));
    expect(place?.directory).toBe(root);
  });

  it("ends quietly where nothing can be seen", () => {
    const failing = createTestRuntime({
      cwd: "/nowhere/at/all",
      fs: {
        statSync: () => {
          throw Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
        },
      },
    });
    expect(searchConfig(failing)).toEqual({ place: null, warnings: [] });
  });
});

describe("explicitPlace", () => {
  it.each([
    ["/etc/sops.yaml", "/etc/sops.yaml", "/etc"],
    ["c.yml", "/srv/here/c.yml", "/srv/here"],
    ["../c.yml", "/srv/here/../c.yml", "/srv"],
    ["~/c.yml", "/srv/here/~/c.yml", "/srv/here/~"],
    ["/a/../b/c.yml", "/a/../b/c.yml", "/b"],
  ])("places %s", (path, openPath, directory) => {
    const place = explicitPlace(createTestRuntime({ cwd: "/srv/here" }), path);
    expect(place).toEqual({ path, openPath, directory });
  });
});

describe("ownershipWarnings", () => {
  const at = (userId: number | null, platform: NodeJS.Platform = "linux"): ConfigMachine =>
    createTestRuntime({ userId, platform });

  it.each<[string, ConfigMachine, number, number, number]>([
    ["the user's own", at(1000), 1000, 0o100644, 0],
    ["root's", at(1000), 0, 0o100644, 0],
    ["another user's", at(1000), 1001, 0o100644, 1],
    ["a user's, for root", at(0), 1000, 0o100644, 1],
    ["writable by the group", at(1000), 1000, 0o100664, 0],
    ["writable by everybody", at(1000), 1000, 0o100666, 1],
    ["both", at(1000), 1001, 0o100666, 2],
    ["on Windows", at(1000, "win32"), 1001, 0o100666, 0],
    ["without user ids", at(null), 1001, 0o100666, 0],
  ])("judges a file %s", (_name, where, uid, mode, count) => {
    expect(ownershipWarnings(where, "../.sops.yaml", { uid, mode })).toHaveLength(count);
  });

  it("says nothing of a foreign owner in the working directory itself", () => {
    expect(ownershipWarnings(at(0), ".sops.yaml", { uid: 1000, mode: 0o100644 })).toEqual([]);
  });

  it("is about a file that was found", () => {
    const root = scene(".sops.yaml");
    chmodSync(join(root, ".sops.yaml"), 0o666);
    expect(searchConfig(machine(root)).warnings).toEqual([]);
  });
});
