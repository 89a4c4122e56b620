import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import ts from "typescript";
import { afterAll } from "vitest";

/**
 * A folder of `src/` as JavaScript in a fresh directory, for tests that need a process of their own. Only folders that
 * need no package.
 *
 * @returns the directory that stands for `src/`
 */
export function compileFolder(folder: string): string {
  const out = mkdtempSync(join(tmpdir(), "leafseal-compiled-"));
  afterAll(() => {
    rmSync(out, { recursive: true, force: true });
  });
  writeFileSync(join(out, "package.json"), '{"type":"module"}');
  const root = join(import.meta.dirname, "../../src");
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  for (const name of names.filter((entry) => entry.endsWith(".ts"))) {
    const target = join(out, folder, name.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(target), { recursive: true });
    const { outputText } = ts.transpileModule(readFileSync(join(root, folder, name), "utf8"), {
      compilerOptions: {
        module: ts.ModuleKind.ES2022,
        target: ts.ScriptTarget.ES2023,
        verbatimModuleSyntax: true,
      },
    });
    writeFileSync(target, outputText);
  }
  return out;
}
