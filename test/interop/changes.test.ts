/** A file changed by one program is opened, and changed again, by the other: the real sops 3.11 and ours. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { temporaryDirectories } from "../support/directory.js";
import { runWithKeys, writeEncrypted } from "../support/encrypted.js";
import { isMissing, runRealSops } from "../support/tools.js";
import { AGE_RECIPIENT, AGE_RECIPIENT_2, VECTOR_KEYS_DIR } from "../support/vectors.js";

const makeDirectory = temporaryDirectories();

type Program = (args: readonly string[], cwd: string) => Promise<Buffer>;

const PROGRAMS: Readonly<Record<"ours" | "theirs", (layout: string) => Program>> = {
  ours: (layout) => async (args, cwd) => {
    const env = { LEAFSEAL_LAYOUT: layout };
    const { exitCode, stdout, stderr } = await runWithKeys(args, cwd, {
      env,
      identities: "both.txt",
    });
    expect(exitCode, `ours ${args.join(" ")}: ${stderr}`).toBe(0);
    return stdout;
  },
  theirs: () => async (args, cwd) => {
    const env = { HOME: cwd, SOPS_AGE_KEY_FILE: join(VECTOR_KEYS_DIR, "both.txt") };
    const { exitCode, stdout, stderr } = await runRealSops(args, { cwd, env });
    expect(exitCode, `theirs ${args.join(" ")}: ${stderr}`).toBe(0);
    return stdout;
  },
};

interface Sample {
  readonly file: string;
  readonly plain: string;
  /** Path of the text `v`. */
  readonly path: string;
  /** Path of something else; none in a binary file. */
  readonly other: string | null;
}

const SAMPLES: readonly Sample[] = [
  {
    file: "a.yaml",
    plain: '# head\nm:   # who\n    k: "v"\n    n: [1, x]\nl: {a: b}\n',
    path: '["m"]["k"]',
    other: '["m"]["n"][0]',
  },
  {
    file: "a.json",
    plain: '{"m": {"k": "v", "n": [1.5, "x"]}, "t": true}\n',
    path: '["m"]["k"]',
    other: '["m"]["n"]',
  },
  { file: "a.env", plain: "# c\nK=v\nL=w\n", path: '["K"]', other: '["L"]' },
  { file: "a.ini", plain: "; c\n[m]\nk = v\nl = w\n", path: '["m"]["k"]', other: '["m"]["l"]' },
  { file: "a.txt", plain: "v", path: '["data"]', other: null },
];

/** What a change does to the value at the path: `null` where it stays. */
interface Change {
  readonly name: string;
  /** `null` where the file has nothing to do it on. */
  readonly args: (sample: Sample) => string[] | null;
  readonly value: string | null;
}

const CHANGES: readonly Change[] = [
  { name: "set", args: ({ file, path }) => ["set", file, path, '"new value"'], value: "new value" },
  {
    name: "unset",
    args: ({ file, other }) => (other === null ? null : ["unset", file, other]),
    value: null,
  },
  {
    name: "rotate",
    args: ({ file }) => ["rotate", "-i", "--add-age", AGE_RECIPIENT_2, file],
    value: null,
  },
  { name: "updatekeys", args: ({ file }) => ["updatekeys", "-y", file], value: null },
  {
    name: "groups add",
    args: ({ file }) => ["groups", "add", "-i", "-f", file, "--age", AGE_RECIPIENT_2],
    value: null,
  },
];

describe.skipIf(isMissing("sops"))("changed by one, opened and changed by the other", () => {
  describe.each(["source", "sops"])("layout %s", (layout) => {
    describe.each(SAMPLES)("$file", (sample) => {
      const { file, plain, path } = sample;
      const changes = CHANGES.flatMap(({ name, args, value }) => {
        const line = args(sample);
        return line === null
          ? []
          : ([
              { name, line, value, first: "ours", second: "theirs" },
              { name, line, value, first: "theirs", second: "ours" },
            ] as const);
      });
      test.each(changes)("$name by $first, then by $second", async (change) => {
        const cwd = makeDirectory();
        await writeEncrypted(cwd, { [file]: plain });
        writeFileSync(
          join(cwd, ".sops.yaml"),
          `creation_rules:\n  - age: ${AGE_RECIPIENT},${AGE_RECIPIENT_2}\n`,
        );
        const one = PROGRAMS[change.first](layout);
        const other = PROGRAMS[change.second](layout);
        // A binary file has one value, which is all of it.
        const read = file === "a.txt" ? ["decrypt", file] : ["decrypt", "--extract", path, file];
        await one(change.line, cwd);
        expect((await other(read, cwd)).toString()).toBe(change.value ?? "v");
        await other(["set", file, path, '"again"'], cwd);
        for (const program of [one, other]) {
          expect((await program(read, cwd)).toString()).toBe("again");
        }
      });
    });
  });
});
