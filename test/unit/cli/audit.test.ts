import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { runRecorded as run } from "../../support/recorded-run.js";

describe("auditing (keys.md §14)", () => {
  let directory = "";
  let auditFile = "";
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "leafseal-audit-"));
    auditFile = join(directory, "audit.yaml");
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  test.each([
    [
      "a backend that nobody knows",
      "backends: {mysql: []}\n",
      "line 1: the backend mysql is not known",
    ],
    [
      "no connection string",
      "backends:\n  postgres:\n    - {}\n",
      "line 3: connection_string is missing",
    ],
    ["a wrong kind", "backends: {postgres: x}\n", "postgres must be a list"],
    ["no YAML", "backends: {\n", "audit.yaml: "],
    [
      "a mode that may be unencrypted",
      "backends: {postgres: [{connection_string: 'host=h password=geheim sslmode=prefer'}]}\n",
      "sslmode must be one of",
    ],
    [
      "no connection string at all",
      "backends: {postgres: [{connection_string: 'geheim'}]}\n",
      "neither an address nor a list of key=value",
    ],
  ])("%s is refused before anything is done", async (_, text, reason) => {
    writeFileSync(auditFile, text);
    for (const argv of [["encrypt", "f"], ["decrypt"], ["filestatus", "f"], ["-d", "f"]]) {
      const { exit, stderr, calls } = await run(argv, { auditFile });
      expect(exit).toBe(1);
      expect(stderr).toContain(reason);
      expect(stderr).not.toContain("geheim");
      expect(calls).toEqual([]);
    }
  });

  test.each(["", "backends:\n", "backends: {}\n", "backends: {postgres: []}\n"])(
    "%j orders nothing",
    async (text) => {
      writeFileSync(auditFile, text);
      expect((await run(["decrypt", "f"], { auditFile })).exit).toBe(0);
    },
  );

  test.each([[["--version"]], [["--help"]], [["help", "encrypt"]]])(
    "%j touches no file, so it is not audited",
    async (argv) => {
      writeFileSync(auditFile, "backends: {mysql: []}\n");
      expect((await run(argv, { auditFile })).exit).toBe(0);
    },
  );

  test("an order that cannot be read is not skipped", async () => {
    const refused = (() => {
      throw Object.assign(new Error("EACCES: permission denied, open"), { code: "EACCES" });
    }) as never;
    const unreadable = { lstatSync: refused, readFileSync: refused };
    const { exit, stderr } = await run(["decrypt", "f"], { fs: unreadable });
    expect(exit).toBe(1);
    expect(stderr).toContain("cannot be read: permission denied (EACCES)");
  });
});
