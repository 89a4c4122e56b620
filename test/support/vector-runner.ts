/** Runs one vector case through the program and says what differs from the recorded outcome. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { type CliResult, runCli } from "./cli.js";
import { firstDifference, maskEncrypted } from "./masking.js";
import { overrideFor, type StepOverride } from "./overrides.js";
import { judgeChange, judgeOwnChange } from "./vector-changes.js";
import {
  environmentOf,
  laterReason,
  type Layout,
  layoutOf,
  type Step,
  stepsOf,
} from "./vector-steps.js";
import type { VectorCase } from "./vectors.js";

export interface CaseOutcome {
  /** Empty: the case passes. */
  readonly problems: string[];
  /** Steps that wait for a later issue, as `step 2: verb rotate`. */
  readonly later: string[];
  /** Steps that ran, each on one file. */
  readonly ran: number;
  readonly overridden: number;
}

/** A file that we encrypted. */
export interface OurFile {
  readonly bytes: Buffer;
  readonly plain: Uint8Array;
  readonly layout: Layout;
}

/** What a step must do. */
interface Expectation {
  readonly exit: number;
  /** `null`: not compared. */
  readonly output: Uint8Array | null;
  /** Words that standard error must hold; empty: nothing is asked. */
  readonly stderr: string;
}

/**
 * Texts that other programs match on (spec: cli.md §12, §13). A recorded message that begins with one must be matched
 * by ours up to there; what follows is a value or a reason in the words of another program.
 */
const FIXED_TEXTS: readonly string[] = [
  "Error unmarshalling file",
  "The file you have provided contains a top-level entry called 'sops'",
  "File cannot be completely empty, it must contain at least one document",
  "MAC mismatch",
  "Cannot decrypt MAC",
  "Error encrypting tree",
  "Error decrypting tree",
  "Could not marshal tree",
  "Error dumping file",
  "error truncating tree",
  "error parsing --extract path",
  "Value for --set is not valid JSON",
  "Key not found: ",
  "sops metadata not found",
  "No keys found in file",
  "Failed to get the data key required to decrypt the SOPS file.",
  "Could not generate data key: [",
  "config file not found, or has no creation rules, and no keys provided through command line options",
  "error loading config: ",
  "Error: cannot use more than one of",
  "Error: must specify --filename-override when reading from stdin",
  "decoding failed due to the following error(s):",
];

/** A comment's type on another value and crashes are reported by the original in ways that nobody should follow. */
const NEVER_VERBATIM = /type-comment/;

function fixedText(name: string, stderrKey: string): string {
  if (NEVER_VERBATIM.test(name)) return "";
  return FIXED_TEXTS.find((text) => stderrKey.startsWith(text)) ?? "";
}

/** The recorded outcome, with what the vectors' README says about `output-exact`. */
function recordedExpectation(entry: VectorCase, step: Step): Expectation {
  const output = step.stdoutFile === undefined ? null : (entry.files.get(step.stdoutFile) ?? null);
  if (entry.result.conformance === "output-exact" && step.verb === "decrypt" && output !== null) {
    return { exit: 0, output, stderr: "" };
  }
  return {
    exit: step.exit,
    output,
    stderr: step.exit === 0 ? "" : fixedText(entry.name, step.stderrKey),
  };
}

function overriddenExpectation(
  entry: VectorCase,
  override: StepOverride,
  recorded: Expectation,
  plain: Uint8Array | null,
): Expectation {
  const { exit, output = "recorded", stderr = "" } = override;
  if (exit !== 0 || output === "unchecked") return { exit, output: null, stderr };
  if (output === "plain") return { exit, output: plain, stderr };
  if (output.startsWith("text:")) return { exit, output: Buffer.from(output.slice(5)), stderr };
  if (output.startsWith("file:")) {
    return { exit, output: entry.files.get(output.slice(5)) ?? null, stderr };
  }
  return { exit, output: recorded.output, stderr };
}

function judge(result: CliResult, expected: Expectation): string[] {
  const said = result.stderr.trim().split("\n").slice(0, 3).join(" | ").slice(0, 300);
  if (result.exitCode !== expected.exit) {
    return [`exit ${result.exitCode}, expected ${expected.exit}${said === "" ? "" : ` (${said})`}`];
  }
  const problems: string[] = [];
  if (!result.stderr.includes(expected.stderr)) {
    problems.push(`standard error lacks "${expected.stderr}": ${said}`);
  }
  if (expected.exit !== 0 && result.stdout.length > 0)
    problems.push("a refusal wrote to standard output");
  if (expected.exit === 0 && expected.output !== null && !result.stdout.equals(expected.output)) {
    const actual = result.stdout.toString("latin1");
    problems.push(
      `output: ${firstDifference(actual, Buffer.from(expected.output).toString("latin1"))}`,
    );
  }
  if (/\n\s+at .+:\d+:\d+/.test(result.stderr)) problems.push(`a stack trace was printed: ${said}`);
  return problems;
}

/** Folders and files of one run of one case. */
interface Workspace {
  readonly entry: VectorCase;
  readonly layout: Layout;
  /** The case's files as recorded. */
  readonly theirs: string;
  /** The plain files, and what we made of them. */
  readonly ours: string;
  readonly made: Map<string, OurFile>;
  /** Folders in which a changing verb has worked. */
  readonly changed: Set<string>;
  readonly outcome: { problems: string[]; later: string[]; ran: number; overridden: number };
}

function writeCase(entry: VectorCase, folder: string, wanted: (name: string) => boolean): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of entry.files) {
    if (!wanted(name)) continue;
    writeFileSync(join(folder, name === "sops-config.yaml" ? ".sops.yaml" : name), bytes);
  }
}

function openWorkspace(entry: VectorCase, layout: Layout, folder: string): Workspace {
  const theirs = join(folder, "theirs");
  const ours = join(folder, "ours");
  writeCase(entry, theirs, () => true);
  writeCase(entry, ours, (name) => name.startsWith("plain") || name === "sops-config.yaml");
  const outcome = { problems: [], later: [], ran: 0, overridden: 0 };
  return { entry, layout, theirs, ours, made: new Map(), changed: new Set(), outcome };
}

async function runStep(space: Workspace, step: Step, folder: string): Promise<CliResult> {
  return runCli(step.args, {
    cwd: folder,
    env: environmentOf(space.entry, step, space.theirs, space.layout),
    ...(step.stdin === undefined ? {} : { stdin: step.stdin }),
  });
}

/** How a result differs from what is recorded, and from what an override asks for. */
interface Verdict {
  readonly recorded: readonly string[];
  readonly overridden: (override: StepOverride) => readonly string[];
}

/** Judges by the override where there is one, and fails where the override is not needed. */
function check(space: Workspace, step: Step, files: "ours" | "theirs", verdict: Verdict): void {
  const { entry, layout, outcome } = space;
  outcome.ran += 1;
  const where = `step ${step.index} (${step.verb}, ${files}): `;
  const override = overrideFor(entry.name, step.index, layout, files);
  const problems = override === null ? verdict.recorded : verdict.overridden(override);
  outcome.problems.push(...problems.map((text) => where + text));
  if (override === null) return;
  outcome.overridden += 1;
  if (verdict.recorded.length === 0) outcome.problems.push(`${where}the override is not needed`);
}

/** Our canonical encrypted text beside sops's, random parts apart. */
function judgeCanonical(result: CliResult, theirs: Uint8Array | undefined): string[] {
  if (theirs === undefined || result.exitCode !== 0) return [];
  const [left, right] = [maskEncrypted(result.stdout), maskEncrypted(theirs)];
  return left === right ? [] : [`canonical text: ${firstDifference(left, right)}`];
}

function judgeBeginning(result: CliResult, begins: string | undefined): string[] {
  const text = maskEncrypted(result.stdout);
  return begins === undefined || text.startsWith(begins)
    ? []
    : [`canonical text: ${firstDifference(text, begins)}`];
}

async function runEncrypt(space: Workspace, step: Step): Promise<void> {
  const { entry, made, ours } = space;
  const result = await runStep(space, step, ours);
  const recorded = { ...recordedExpectation(entry, step), output: null };
  const layout = layoutOf(entry, step, space.layout);
  const theirs = layout === "sops" ? entry.files.get(step.stdoutFile ?? "") : undefined;
  check(space, step, "ours", {
    recorded: [...judge(result, recorded), ...judgeCanonical(result, theirs)],
    overridden: (override) => [
      ...judge(result, { exit: override.exit, output: null, stderr: override.stderr ?? "" }),
      ...judgeBeginning(result, layout === "sops" ? override.begins : undefined),
    ],
  });
  if (result.exitCode !== 0 || step.stdoutFile === undefined) return;
  const plain = step.stdin ?? entry.files.get(step.inputFile ?? "") ?? "";
  made.set(step.stdoutFile, { bytes: result.stdout, plain: Buffer.from(plain), layout });
  writeFileSync(join(ours, step.stdoutFile), result.stdout);
}

async function runDecrypt(space: Workspace, step: Step): Promise<void> {
  const { entry, made } = space;
  const recorded = recordedExpectation(entry, step);
  const input = step.inputFile ?? "";
  if (step.inputFile === undefined || entry.files.has(input)) {
    const result = await runStep(space, step, space.theirs);
    check(space, step, "theirs", {
      recorded: judge(result, recorded),
      overridden: (override) =>
        judge(result, overriddenExpectation(entry, override, recorded, null)),
    });
  }
  const ourFile = made.get(input);
  if (ourFile === undefined) return;
  const isLossless =
    ourFile.layout === "source" &&
    layoutOf(entry, step, space.layout) === "source" &&
    recorded.exit === 0;
  const expected = isLossless ? { ...recorded, output: ourFile.plain } : recorded;
  const result = await runStep(space, step, space.ours);
  check(space, step, "ours", {
    recorded: judge(result, expected),
    overridden: (override) =>
      judge(result, overriddenExpectation(entry, override, expected, ourFile.plain)),
  });
}

/** Changes the file that sops made and, separately, the one that we made. */
async function runChange(
  space: Workspace,
  step: Step,
  change: NonNullable<Step["change"]>,
): Promise<void> {
  const { entry, layout } = space;
  const recorded = { ...recordedExpectation(entry, step), output: null };
  const sources = {
    theirs: entry.files.get(change.before),
    ours: space.made.get(change.before)?.bytes,
  };
  for (const files of ["theirs", "ours"] as const) {
    const before = sources[files];
    if (before === undefined) continue;
    const work = join(space[files], step.inputFile ?? "");
    writeFileSync(work, before);
    const result = await runStep(space, step, space[files]);
    const file = {
      before,
      changed: readFileSync(work),
      after: entry.files.get(change.after) ?? before,
    };
    const isOwnLayout = files === "ours" && layout === "source";
    space.changed.add(space[files]);
    check(space, step, files, {
      recorded: [
        ...judge(result, recorded),
        ...(isOwnLayout
          ? judgeOwnChange(file, entry.result)
          : judgeChange(file, entry.result, layout)),
        ...(recorded.exit !== 0 && !file.changed.equals(before)
          ? ["a refusal changed the file"]
          : []),
      ],
      overridden: ({ exit, stderr = "" }) => judge(result, { exit, output: null, stderr }),
    });
  }
}

/** A file of an old version, written anew to standard output: canonical text is sops's, and it says the same. */
async function runRewrite(space: Workspace, step: Step): Promise<void> {
  const { entry } = space;
  const result = await runStep(space, step, space.theirs);
  const layout = layoutOf(entry, step, space.layout);
  const theirs = layout === "sops" ? entry.files.get(step.stdoutFile ?? "") : undefined;
  const name = `ours-${step.stdoutFile ?? ""}`;
  writeFileSync(join(space.theirs, name), result.stdout);
  const args = ["decrypt", name];
  const env = { ...step.env, LEAFSEAL_LAYOUT: "sops" };
  const clear = await runStep(space, { ...step, args, env }, space.theirs);
  const output = entry.files.get((step.stdoutFile ?? "").replace("rotated", "decrypted")) ?? null;
  const recorded = { ...recordedExpectation(entry, step), output: null };
  check(space, step, "theirs", {
    recorded: [
      ...judge(result, recorded),
      ...judgeCanonical(result, theirs),
      ...judge(clear, { exit: 0, output, stderr: "" }),
    ],
    overridden: ({ exit, stderr = "" }) => judge(result, { exit, output: null, stderr }),
  });
}

/** Decrypts what sops made of the file, and what we made of it, in the one layout that both can be compared in. */
async function runDecryptChanged(
  space: Workspace,
  step: Step,
  { after }: NonNullable<Step["change"]>,
): Promise<void> {
  const { entry } = space;
  const recorded = recordedExpectation(entry, step);
  if (entry.files.has(after)) {
    const args = [...step.args.slice(0, -1), after];
    const result = await runStep(space, { ...step, args }, space.theirs);
    check(space, step, "theirs", {
      recorded: judge(result, recorded),
      overridden: (override) =>
        judge(result, overriddenExpectation(entry, override, recorded, null)),
    });
  }
  const canonical = { ...step, env: { ...step.env, LEAFSEAL_LAYOUT: "sops" } };
  for (const folder of space.changed) {
    const result = await runStep(space, canonical, folder);
    check(space, step, "ours", {
      recorded: judge(result, recorded),
      overridden: (override) =>
        judge(result, overriddenExpectation(entry, override, recorded, null)),
    });
  }
}

/** @param folder a directory of its own for the case, outside any project; removed afterwards */
export async function runCase(
  entry: VectorCase,
  layout: Layout,
  folder: string,
): Promise<CaseOutcome> {
  const space = openWorkspace(entry, layout, folder);
  try {
    for (const step of stepsOf(entry)) {
      const reason = laterReason(entry, step);
      if (reason !== null) space.outcome.later.push(`step ${step.index}: ${reason}`);
      else if (step.verb === "change")
        await (step.change === undefined
          ? runRewrite(space, step)
          : runChange(space, step, step.change));
      else if (step.change !== undefined) await runDecryptChanged(space, step, step.change);
      else if (step.verb === "decrypt") await runDecrypt(space, step);
      else if (step.madeBy === undefined) await runEncrypt(space, step);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return space.outcome;
}

/** Encrypts a case's plain files; for suites that let another program judge the result. */
export async function encryptCase(
  entry: VectorCase,
  layout: Layout,
  folder: string,
): Promise<ReadonlyMap<string, OurFile>> {
  const space = openWorkspace(entry, layout, folder);
  for (const step of stepsOf(entry)) {
    if (step.verb !== "encrypt" || step.madeBy !== undefined || laterReason(entry, step) !== null)
      continue;
    await runEncrypt(space, step);
  }
  return space.made;
}
