// `npm test`: brings the tools, builds, runs every gate, then all tests; the last line counts tests and failed gates.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const report = `${root}.cache/vitest.json`;
const isCI = process.env["CI"] === "true";

function run(title, command, args) {
  console.log(`\n== ${title}`);
  const start = Date.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  console.log(`== ${title}: ${status === 0 ? "ok" : "FAILED"} (${seconds} s)`);
  return status === 0;
}

const npmRun = (script) => run(script, "npm", ["run", "--silent", script]);

function generatedDocs() {
  const names = readdirSync(`${root}docs`).filter((name) => name.endsWith(".md"));
  return names.map((name) => `${name}\n${readFileSync(`${root}docs/${name}`, "utf8")}`).join("\n");
}

/** Generated pages are committed; a page that differs from what the code says is a failure. */
function checkGeneratedDocs() {
  const before = generatedDocs();
  if (!npmRun("docs:gen")) return false;
  const isCurrent = generatedDocs() === before;
  if (!isCurrent) console.log("== docs/ was not current: commit what docs:gen has written");
  return isCurrent;
}

function runTests() {
  mkdirSync(`${root}.cache`, { recursive: true });
  rmSync(report, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const isOk = run("tests", process.execPath, [
    "node_modules/vitest/vitest.mjs",
    "run",
    ...reporters,
  ]);
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } =
      JSON.parse(readFileSync(report, "utf8"));
    // A file that cannot be loaded has no tests of its own to fail.
    const broken = testResults.filter(
      ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
    ).length;
    const failed = numFailedTests + broken;
    const skipped = numPendingTests + numTodoTests;
    return { passed: numPassedTests, failed: isOk ? failed : Math.max(failed, 1), skipped };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const failedGates = [];
const gate = (title, check) => {
  if (!check()) failedGates.push(title);
};

gate("tools", () => run("tools", process.execPath, ["scripts/setup-tools.mjs"]));
gate("build", () => npmRun("build"));
for (const script of ["format", "lint", "typecheck", "arch", "knip", "package:check"]) {
  gate(script, () => npmRun(script));
}
gate("generated docs", checkGeneratedDocs);
const { passed, failed, skipped } = runTests();
if (isCI && skipped > 0) failedGates.push(`${skipped} skipped tests`);

if (failedGates.length > 0) console.log(`\nfailed gates: ${failedGates.join(", ")}`);
const failures = failed + failedGates.length;
if (failures > 0 || passed === 0) process.exitCode = 1;
console.log(`\n${passed} passed, ${failures} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
