import { resolveRule } from "../config/resolve.js";
import { generateDataKey, wrapDataKey } from "../keys/data-key.js";
import { parseDecryptionOrder } from "../keys/decryption-order.js";
import type { KeyGroup } from "../keys/key-group.js";
import { SopsError } from "../support/errors.js";
import type { Runtime } from "../support/runtime.js";

import { runBatch } from "./batch.js";
import { openEncrypted } from "./encrypted-document.js";
import { chooseFormats, chooseLayout } from "./file-formats.js";
import { absolutePath, cannotRead, readInput, requireExisting } from "./input-file.js";
import { keyGroupsOf, keyListsOf } from "./key-metadata.js";
import type { FileOutcome, GroupChange, KeyPlan, Notices, UpdateKeysOptions } from "./options.js";
import { changeFile } from "./output-file.js";
import { replaceRecipients } from "./replace-metadata.js";
import {
  openForChange,
  rewriteOptions,
  rewriteTree,
  settingsOf,
  type OpenedFile,
} from "./rewrite.js";
import { createRun, type Run } from "./run.js";

/** What `updatekeys` found out about one file before it asks. */
interface Prepared {
  readonly file: string;
  readonly plan: KeyPlan;
  readonly groups: readonly KeyGroup[];
  readonly error?: Error;
}

/**
 * Gives files the recipients of their creation rule; the data key stays unless `rotate` is asked for.
 *
 * All files are looked at first; `confirm` sees every plan that changes something and answers for all of them.
 *
 * @returns one outcome a file; `unchanged` where the recipients were right or the answer was no
 */
export async function updateKeys(
  options: UpdateKeysOptions,
  runtime: Runtime,
  notices: Notices,
  confirm: (plans: readonly KeyPlan[]) => Promise<boolean>,
): Promise<FileOutcome[]> {
  const run = createRun(options, runtime, notices);
  try {
    if (run.config() === null) {
      throw new SopsError("CONFIG_NOT_FOUND", "config file not found");
    }
    const prepared = new Map<string, Prepared>();
    const looked = await runBatch(options.files, { progress: () => undefined }, async (file) => {
      const found = await prepare(file ?? "", options, run);
      prepared.set(found.file, found);
      return { status: "done" };
    });
    const changing = [...prepared.values()].filter(({ plan }) => isChange(plan));
    const isAgreed = changing.length > 0 && (await confirm(changing.map(({ plan }) => plan)));
    return await runBatch(options.files, notices, async (file) => {
      const failed = looked.find((outcome) => outcome.file === file && outcome.status === "failed");
      if (failed?.error !== undefined) {
        throw failed.error;
      }
      const found = prepared.get(file ?? "");
      if (found === undefined || !isAgreed || !isChange(found.plan)) {
        return { status: "unchanged" };
      }
      await apply(found, options, run);
      return { status: "done", target: found.file };
    });
  } finally {
    run.close();
  }
}

function isChange({ groups, threshold }: KeyPlan): boolean {
  return (
    threshold.before !== threshold.after ||
    groups.some((group) => group.added.length + group.removed.length > 0)
  );
}

async function prepare(file: string, options: UpdateKeysOptions, run: Run): Promise<Prepared> {
  const { runtime } = run;
  requireExisting(runtime, file);
  const formats = chooseFormats(file, options, run);
  const { metadata } = await openEncrypted(await readExisting(file, run), formats.input);
  const { rule, groups } = resolveRule({ machine: runtime, file }, run.config());
  const before = keyGroupsOf(metadata);
  const kept =
    metadata.shamirThreshold === 0 ? 0 : Math.min(metadata.shamirThreshold, groups.length);
  const after = rule.shamirThreshold === 0 ? kept : rule.shamirThreshold;
  const plan: KeyPlan = {
    file,
    groups: Array.from({ length: Math.max(before.length, groups.length) }, (_, index) =>
      compareGroups(before[index] ?? [], groups[index] ?? []),
    ),
    threshold: {
      before: metadata.shamirThreshold,
      after: groups.length < 2 ? metadata.shamirThreshold : after,
    },
  };
  return { file, plan, groups };
}

async function readExisting(file: string, { runtime }: Run): Promise<Uint8Array> {
  if (
    runtime.fs.statSync(absolutePath(runtime, file), { throwIfNoEntry: false })?.isDirectory() ===
    true
  ) {
    throw cannotRead(file, new Error("is a directory"));
  }
  return readInput(runtime, file);
}

function compareGroups(before: KeyGroup, after: KeyGroup): GroupChange {
  const [had, has] = [
    new Set(before.map((key) => key.display)),
    new Set(after.map((key) => key.display)),
  ];
  return {
    kept: [...has].filter((key) => had.has(key)),
    added: [...has].filter((key) => !had.has(key)),
    removed: [...had].filter((key) => !has.has(key)),
  };
}

async function apply(
  { file, plan, groups }: Prepared,
  options: UpdateKeysOptions,
  run: Run,
): Promise<void> {
  const formats = chooseFormats(file, options, run);
  const look = chooseLayout(formats.input, options, run);
  const order = parseDecryptionOrder(options.decryptionOrder);
  await changeFile(run.runtime, file, false, run.notices, async (bytes) => {
    const opened = await openForChange(
      bytes,
      formats.input,
      { ignoreMac: options.ignoreMac, order },
      run,
    );
    try {
      if (options.rotate) {
        return await rewriteWithNewKey(opened, groups, plan.threshold.after, look, run);
      }
      const wrapped = await wrap(opened.dataKey, groups, plan.threshold.after, run);
      return replaceRecipients(opened, wrapped, look.style, look.layout === "sops");
    } finally {
      opened.close();
    }
  });
}

function wrap(
  dataKey: Uint8Array,
  groups: readonly KeyGroup[],
  threshold: number,
  run: Run,
): ReturnType<typeof wrapDataKey> {
  return wrapDataKey(dataKey, groups, { threshold, services: run.services, machine: run.runtime });
}

/** The opened file under a new data key for these groups; every value gets a new ciphertext. */
export async function rewriteWithNewKey(
  opened: OpenedFile,
  groups: readonly KeyGroup[],
  threshold: number,
  look: ReturnType<typeof chooseLayout>,
  run: Run,
  outputFormat = opened.document.format,
): Promise<Uint8Array> {
  const dataKey = generateDataKey(run.runtime);
  try {
    const wrapped = await wrap(dataKey, groups, threshold, run);
    return await rewriteTree(opened, (branches) => [...branches], {
      ...rewriteOptions(opened, { ...look, outputFormat }, run),
      dataKey,
      settings: {
        ...settingsOf(opened.document),
        groups: keyListsOf(wrapped.groups),
        threshold: wrapped.threshold,
      },
      reuse: undefined,
    });
  } finally {
    dataKey.fill(0);
  }
}
