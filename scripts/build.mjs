// Makes dist/ from src/ anew: nothing of an earlier build can stay behind.
// dist/ is the library as the compiler emits it; dist/program/ is the program, bundled into a few files, because
// loading a hundred small modules costs more than a small file takes to decrypt.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Each in a file of its own name, so that one can see which of them a command loads. */
function keyClients() {
  return readdirSync(`${root}src/keys`)
    .map((type) => `src/keys/${type}/client.ts`)
    .filter((file) => existsSync(`${root}${file}`));
}

rmSync(`${root}dist`, { recursive: true, force: true });
const tsc = `${root}node_modules/typescript/bin/tsc`;
const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
if (status === 0) {
  await build({
    absWorkingDir: root,
    entryPoints: ["src/cli/main.ts", "src/support/node-runtime.ts", ...keyClients()],
    outbase: "src",
    outdir: "dist/program",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    // Packages stay packages: replaceable, with their own licences, loaded by the code that needs them.
    packages: "external",
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: "warning",
  });
  chmodSync(`${root}bin/leafseal.js`, 0o755);
}
process.exitCode = status ?? 1;
