/** The built program, for tests that need it as a process of its own or under both of its names. */
import { spawnSync } from "node:child_process";
import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const PROJECT_ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

/** The program to start; `LEAFSEAL_PROGRAM` names another build of it. */
export const PROGRAM: string =
  process.env["LEAFSEAL_PROGRAM"] ?? join(PROJECT_ROOT, "bin/leafseal.js");

/** Builds only where nothing is built yet: `npm test` has done it anew before. */
export function ensureBuilt(): void {
  if (process.env["LEAFSEAL_PROGRAM"] !== undefined) return;
  if (existsSync(join(PROJECT_ROOT, "dist/program/cli/main.js"))) return;
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(PROJECT_ROOT, "scripts/build.mjs")],
    {
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`the build failed: ${stderr}`);
}

/** Puts `leafseal` and `sops` into a folder, as an installation does. */
export function installInto(folder: string): void {
  for (const name of ["leafseal", "sops"]) {
    symlinkSync(PROGRAM, join(folder, name));
  }
}
