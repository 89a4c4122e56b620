/** Turns a recorded case into the commands that we run, and says which of them need what is not built yet. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import {
  AGE_RECIPIENT,
  AGE_RECIPIENT_2,
  VECTOR_KEYS_DIR,
  type VectorCase,
  type VectorStep,
} from "./vectors.js";

export type Layout = "source" | "sops";

/** One command of a case, with the recorded outcome that it is judged by. */
export interface Step {
  /** Place in the case; overrides name it. */
  readonly index: number;
  readonly verb: "encrypt" | "decrypt" | "change" | "other";
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly exit: number;
  readonly stderrKey: string;
  /** Name of the case's file that holds the expected output, if the command writes one. */
  readonly stdoutFile?: string;
  /** Last word of the command line; `undefined` where standard input is read. */
  readonly inputFile?: string;
  /** Of a step that changes its input file in place, or decrypts what was changed: what it is before and after. */
  readonly change?: { readonly before: string; readonly after: string };
  /** Set where an older sops wrote the file: there is nothing for us to run. */
  readonly madeBy?: string;
}

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  "{AGE1}": AGE_RECIPIENT,
  "{AGE2}": AGE_RECIPIENT_2,
  "{PGP}": readFileSync(join(VECTOR_KEYS_DIR, "pgp-fingerprint.txt"), "utf8").trim(),
  "{KEYS}": VECTOR_KEYS_DIR,
};

/** `{EMPTY_DIR}` and `{CASE}` stay: only steps of later verbs and keys use them. */
function fill(text: string): string {
  return Object.entries(PLACEHOLDERS).reduce(
    (result, [name, value]) => result.replaceAll(name, value),
    text,
  );
}

/** Verbs of the `edit` group that need no editor. */
const CHANGING_VERBS = new Set(["set", "unset", "rotate"]);

/** Flags of the recorded commands that take no value. */
const BARE_FLAGS = new Set([
  "--ignore-mac",
  "--mac-only-encrypted",
  "--encrypt",
  "--decrypt",
  "-i",
]);

function inputOf(args: readonly string[]): string | undefined {
  const last = args.at(-1);
  const before = args.at(-2);
  const isValue = before?.startsWith("-") === true && !BARE_FLAGS.has(before);
  if (last === undefined || last.startsWith("-") || isValue || args.length < 2) return undefined;
  return last === "encrypt" || last === "decrypt" ? undefined : last;
}

function verbOf(args: readonly string[]): Step["verb"] {
  if (args.includes("encrypt") || args.includes("--encrypt")) return "encrypt";
  if (args.includes("decrypt")) return "decrypt";
  return CHANGING_VERBS.has(args[0] ?? "") ? "change" : "other";
}

function toStep(step: VectorStep, index: number): Step {
  const args = step.args.map(fill);
  const input = inputOf(args);
  return {
    index,
    verb: verbOf(args),
    args,
    env: Object.fromEntries(
      Object.entries(step.env ?? {}).map(([name, value]) => [name, fill(value)]),
    ),
    exit: step.exit,
    stderrKey: step.stderr_key,
    ...(step.stdin === undefined ? {} : { stdin: step.stdin }),
    ...(step.stdout_file === undefined ? {} : { stdoutFile: step.stdout_file }),
    ...(input === undefined ? {} : { inputFile: input }),
    ...(step.sops_version === undefined ? {} : { madeBy: step.sops_version }),
  };
}

/** The edit cases change and decrypt one file, `work.*`; before and after are kept as `before.*` and `after.*`. */
function editSteps(steps: readonly VectorStep[]): Step[] {
  return steps.map((step, index) => {
    const plan = toStep(step, index);
    const inputFile = plan.args.find((word) => word.startsWith("work."));
    if (inputFile === undefined) return plan;
    const [before, after] = ["before.", "after."].map((name) => inputFile.replace("work.", name));
    return { ...plan, inputFile, change: { before: before ?? "", after: after ?? "" } };
  });
}

/** Cases with one input have no step list: encrypt, decrypt, and where it was tried decrypt without the MAC. */
function singleFileSteps(entry: VectorCase): Step[] {
  const { encrypt, decrypt, decrypt_ignore_mac: ignoreMac } = entry.result;
  const steps: Step[] = [];
  if (encrypt === undefined) return steps;
  const input = encrypt.args.at(-1) ?? "";
  const encrypted = input.replace("plain", "encrypted");
  const decrypted = input.replace("plain", "decrypted");
  const output = (file: string): { stdout_file?: string } =>
    entry.files.has(file) ? { stdout_file: file } : {};
  steps.push(toStep({ ...encrypt, ...output(encrypted) }, 0));
  if (decrypt !== undefined) steps.push(toStep({ ...decrypt, ...output(decrypted) }, 1));
  if (ignoreMac !== undefined) {
    const args = ["decrypt", "--ignore-mac", encrypted];
    steps.push(toStep({ ...ignoreMac, args, stderr: "", stderr_key: "", ...output(decrypted) }, 2));
  }
  return steps;
}

export function stepsOf(entry: VectorCase): Step[] {
  const { steps } = entry.result;
  if (steps === undefined) return singleFileSteps(entry);
  if (entry.name.startsWith("edit/")) return editSteps(steps);
  return steps.map(toStep);
}

const TYPE_OF_SUFFIX: readonly (readonly [string, string])[] = [
  [".yaml", "yaml"],
  [".yml", "yaml"],
  [".json", "json"],
  [".env", "dotenv"],
  [".ini", "ini"],
];

const TYPES = new Set(["yaml", "json", "dotenv", "ini", "binary"]);

function flagOf(args: readonly string[], flag: string): string | undefined {
  const at = args.indexOf(flag);
  return at === -1 ? undefined : args[at + 1];
}

function typeOf(step: Step, flag: "--input-type" | "--output-type"): string {
  const given = flagOf(step.args, flag);
  if (given !== undefined && TYPES.has(given)) return given;
  const path = flagOf(step.args, "--filename-override") ?? step.inputFile ?? "";
  return TYPE_OF_SUFFIX.find(([suffix]) => path.endsWith(suffix))?.[1] ?? "binary";
}

/** spec: decisions.md, Layout: what asks for sops's text, whatever the default is. */
export function layoutOf(entry: VectorCase, step: Step, layout: Layout): Layout {
  const config = entry.files.get("sops-config.yaml");
  const hasStores = config !== undefined && Buffer.from(config).includes("stores:");
  const changesType = typeOf(step, "--input-type") !== typeOf(step, "--output-type");
  const isSingleValue = (flagOf(step.args, "--extract") ?? "") !== "";
  return step.args.includes("--indent") || hasStores || changesType || isSingleValue
    ? "sops"
    : layout;
}

const hasText = (file: Uint8Array | undefined, text: string): boolean =>
  file !== undefined && Buffer.from(file).includes(text);

/** Groups of the case's configuration that an age identity opens. */
function ageGroups(entry: VectorCase): number {
  const config = Buffer.from(entry.files.get("sops-config.yaml") ?? "").toString("utf8");
  return config.split("\n").filter((line) => /^\s*- age:/.test(line)).length;
}

/** Why a step waits for a later issue, or `null`. Every such step is counted and printed by the runner. */
export function laterReason(entry: VectorCase, step: Step): string | null {
  if (step.verb === "other") return `verb ${step.args[0] ?? ""}`;
  if (step.verb === "encrypt") {
    const needsPgp =
      step.args.includes("--pgp") ||
      (hasText(entry.files.get("sops-config.yaml"), "pgp:") && step.exit === 0);
    return needsPgp && step.madeBy === undefined ? "PGP" : null;
  }
  const file = entry.files.get(step.inputFile ?? "");
  if (step.exit !== 0 || !hasText(file, "BEGIN PGP MESSAGE")) return null;
  const threshold = entry.result.shamir_threshold;
  if (threshold !== undefined) return ageGroups(entry) >= threshold ? null : "PGP";
  return hasText(file, "BEGIN AGE ENCRYPTED FILE") ? null : "PGP";
}

/**
 * Environment of a step. Files with key groups were opened with an age identity and a PGP key; both age identities
 * open as many groups, which lets us judge them before PGP is built in.
 */
export function environmentOf(
  entry: VectorCase,
  step: Step,
  home: string,
  layout: Layout,
): Record<string, string> {
  const identities = step.exit !== 128 && ageGroups(entry) > 1 ? "both.txt" : "age.txt";
  return {
    HOME: home,
    SOPS_AGE_KEY_FILE: join(VECTOR_KEYS_DIR, identities),
    ...step.env,
    ...(layout === "sops" ? { LEAFSEAL_LAYOUT: "sops" } : {}),
  };
}
