/** The vectors in `fixtures/vectors` (see fixtures/README.md): files made by the real sops, and unit tables. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const VECTOR_GROUPS = [
  "binary",
  "dotenv",
  "ini",
  "json",
  "yaml",
  "options",
  "tamper",
  "metadata",
  "edit",
  "convert",
  "extract",
] as const;

export type VectorGroup = (typeof VECTOR_GROUPS)[number];

/** `exact`: as recorded. `error`: same refusal. `output-exact`, `defect`: where ours must be better. */
type Conformance = "exact" | "error" | "output-exact" | "defect";

/** One command of the real sops and what happened; placeholders such as `{AGE1}` stand for keys and folders. */
export interface VectorStep {
  readonly args: readonly string[];
  readonly exit: number;
  readonly stderr: string;
  /** First line of standard error. */
  readonly stderr_key: string;
  /** Name of the case's file that holds the standard output; only where the command succeeded. */
  readonly stdout_file?: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly what?: string;
  /** The version that ran the step, where it was not the 3.13.2 of all others. */
  readonly sops_version?: string;
  readonly upstream_defect?: string;
  readonly expected_of_new_implementation?: string;
}

export interface VectorResult {
  readonly case: string;
  readonly description: string;
  readonly conformance: Conformance;
  readonly encrypt?: VectorStep;
  readonly decrypt?: VectorStep;
  readonly decrypt_ignore_mac?: VectorStep;
  readonly decrypted_equals_plain?: boolean;
  readonly steps?: readonly VectorStep[];
  readonly data_key_hex?: string;
  /** Of the `edit` group: what sops changed in the file. */
  readonly lines_removed?: readonly string[];
  readonly encrypted_values_reused?: number;
  readonly shamir_shares_hex?: readonly string[];
  readonly shamir_threshold?: number;
  readonly upstream_defect?: string;
  readonly expected_of_new_implementation?: string;
  readonly notes?: string;
}

export interface VectorCase {
  /** `group/case`, as in the overrides list. */
  readonly name: string;
  readonly result: VectorResult;
  /** File name to content: `plain.yaml`, `encrypted.yaml`, `decrypted.yaml`, `tree.json`, … */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

interface PackedCase {
  readonly name: string;
  readonly result: VectorResult;
  readonly files: Readonly<Record<string, { readonly text: string } | { readonly base64: string }>>;
}

const VECTORS = new URL("../../fixtures/vectors/", import.meta.url);

/** The keys as tracked are readable by all, which a program rightly warns about: tests use private copies. */
function privateKeys(): string {
  const folder = mkdtempSync(join(tmpdir(), "leafseal-keys-"));
  process.on("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const tracked = fileURLToPath(new URL("keys/", VECTORS));
  for (const name of readdirSync(tracked)) {
    writeFileSync(join(folder, name), readFileSync(join(tracked, name)), { mode: 0o600 });
  }
  return folder;
}

/** Folder with the throw-away identities `age.txt`, `age2.txt`, `both.txt` and the PGP key pair. */
export const VECTOR_KEYS_DIR: string = privateKeys();

function recipientOf(file: string): string {
  const recipient = /public key: (age1[a-z0-9]+)/.exec(
    readFileSync(join(VECTOR_KEYS_DIR, file), "utf8"),
  )?.[1];
  if (recipient === undefined) throw new Error(`no recipient in ${file}`);
  return recipient;
}

/** Public sides of the throw-away identities `age.txt` and `age2.txt`. */
export const AGE_RECIPIENT: string = recipientOf("age.txt");
export const AGE_RECIPIENT_2: string = recipientOf("age2.txt");

function readLines(path: string): unknown[] {
  const lines = readFileSync(new URL(path, VECTORS), "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as unknown);
}

/** Rows of `fixtures/vectors/unit/<name>.jsonl`, e.g. `cipher`, `mac`, `yaml-strings`. */
export function unitTable(name: string): Record<string, unknown>[] {
  return readLines(`unit/${name}.jsonl`) as Record<string, unknown>[];
}

/** All cases of one group; `tamper-base` has the untouched files of `tamper` and `metadata` as its one case. */
export function vectorCases(group: VectorGroup | "tamper-base"): VectorCase[] {
  return (readLines(`${group}.jsonl`) as PackedCase[]).map(({ name, result, files }) => ({
    name,
    result,
    files: new Map(
      Object.entries(files).map(([file, content]) => [
        file,
        "text" in content
          ? Buffer.from(content.text, "utf8")
          : Buffer.from(content.base64, "base64"),
      ]),
    ),
  }));
}
