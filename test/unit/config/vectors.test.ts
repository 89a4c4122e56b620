import { describe, expect, it } from "vitest";

import { resolveEncryption, type EncryptionPlan } from "../../../src/config/resolve.js";
import { SELECTION_FIELDS } from "../../../src/document/selection.js";
import { messageOf } from "../../../src/support/errors.js";
import { vectorCases, type VectorStep } from "../../support/vectors.js";
import { configOf } from "./config-text.js";

interface ConfigCase {
  readonly name: string;
  readonly config: string;
  readonly step: VectorStep;
  /** What the real sops wrote; absent where it refused. */
  readonly encrypted: string | undefined;
}

const CASES: readonly ConfigCase[] = vectorCases("options").flatMap(({ name, result, files }) => {
  const config = files.get("sops-config.yaml");
  const step = result.steps?.[0] ?? result.encrypt;
  if (config === undefined || step === undefined) {
    return [];
  }
  const output = step.stdout_file === undefined ? undefined : files.get(step.stdout_file);
  return [{ name, config: text(config), step, encrypted: output && text(output) }];
});

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}

function planOf({ config, step }: ConfigCase): EncryptionPlan {
  const flag = step.args.indexOf("--encrypted-regex");
  const encryptedRegex = flag < 0 ? undefined : step.args[flag + 1];
  return resolveEncryption(
    {
      machine: { cwd: "/repo", platform: "linux" },
      file: step.args.at(-1) ?? "",
      isBinary: step.args.at(-1)?.endsWith(".txt") ?? false,
      recipients: new Map(),
      selection: { encryptedRegex },
      macOnlyEncrypted: false,
      shamirThreshold: 0,
    },
    configOf(config),
  );
}

const WRITTEN = CASES.filter(({ encrypted }) => encrypted !== undefined);
const REFUSED = CASES.filter(({ name }) => name.includes("conflict"));

describe("configurations of the vectors", () => {
  it("are there", () => {
    expect(WRITTEN.length).toBeGreaterThan(30);
    expect(REFUSED).toHaveLength(2);
  });

  it.each(WRITTEN)("$name: the keys and settings that sops wrote", (entry) => {
    const plan = planOf(entry);
    for (const key of plan.groups.flat()) {
      expect(entry.encrypted).toContain(key.display);
    }
    for (const { field, metadata } of SELECTION_FIELDS) {
      // An unquoted or quoted name, flattened or not, with the text that is recorded.
      const literal = (plan.selection[field] ?? "\0").replaceAll(/[\\^$.*+?()[\]{}|]/gu, "\\$&");
      const recorded = new RegExp(`(?:^|[^n])${metadata}"?\\s*[:=]\\s*"?${literal}`, "mu");
      expect({ metadata, isThere: recorded.test(entry.encrypted ?? "") }).toEqual({
        metadata,
        isThere: plan.selection[field] !== undefined,
      });
    }
    const threshold = /shamir_threshold"?\s*[:=]\s*"?(\d+)/u.exec(entry.encrypted ?? "")?.[1];
    const several = plan.groups.length > 1 ? plan.groups.length : 0;
    expect(Number(threshold ?? 0)).toBe(plan.threshold === 0 ? several : plan.threshold);
    expect(/mac_only_encrypted"?\s*[:=]/u.test(entry.encrypted ?? "")).toBe(plan.macOnlyEncrypted);
  });

  it.each(REFUSED)("$name: refused with the text of sops", (entry) => {
    let thrown: unknown;
    try {
      planOf(entry);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ exitCode: entry.step.exit });
    expect(messageOf(thrown)).toBe(entry.step.stderr_key);
  });
});
