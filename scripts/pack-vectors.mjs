// Packs a directory of test vectors (one folder a case) into fixtures/vectors: one JSON line a case, keys as plain files.
// Usage: node scripts/pack-vectors.mjs SOURCE_DIR
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const TARGET = fileURLToPath(new URL("../fixtures/vectors/", import.meta.url));
const NOT_A_GROUP = new Set(["unit", "keys"]);

/** Text where UTF-8 carries the bytes exactly, base64 otherwise: diffs of the packed file stay readable. */
function packFile(bytes) {
  const text = bytes.toString("utf8");
  return Buffer.from(text, "utf8").equals(bytes) ? { text } : { base64: bytes.toString("base64") };
}

function packCase(directory, name) {
  const files = {};
  let result;
  for (const file of readdirSync(directory).toSorted()) {
    const bytes = readFileSync(join(directory, file));
    if (file === "result.json") result = JSON.parse(bytes.toString("utf8"));
    else files[file] = packFile(bytes);
  }
  return { name, result, files };
}

function writeLines(name, cases) {
  writeFileSync(
    join(TARGET, `${name}.jsonl`),
    cases.map((entry) => `${JSON.stringify(entry)}\n`).join(""),
  );
  console.log(`${name}: ${cases.length}`);
}

function main(source) {
  mkdirSync(TARGET, { recursive: true });
  for (const group of readdirSync(source).toSorted()) {
    const directory = join(source, group);
    if (!statSync(directory).isDirectory() || NOT_A_GROUP.has(group)) continue;
    const names = readdirSync(directory).toSorted();
    const pack = (name) => packCase(join(directory, name), `${group}/${name}`);
    writeLines(group, names.filter((name) => !name.startsWith("_")).map(pack));
    // "_base" holds the untouched files that a group's cases were made from; it is no case itself.
    const bases = names.filter((name) => name.startsWith("_"));
    if (bases.length > 0) writeLines(`${group}-base`, bases.map(pack));
  }
  for (const folder of NOT_A_GROUP)
    cpSync(join(source, folder), join(TARGET, folder), { recursive: true });
}

const [, , source = ""] = process.argv;
if (source === "") {
  console.error("usage: node scripts/pack-vectors.mjs SOURCE_DIR");
  process.exitCode = 1;
} else {
  main(source);
}
