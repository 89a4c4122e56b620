import { resolveRule } from "../config/resolve.js";
import { generateDataKey, wrapDataKey } from "../keys/data-key.js";
import { parseDecryptionOrder } from "../keys/decryption-order.js";
import type { KeyGroup } from "../keys/key-group.js";
import { SopsError } from "../support/errors.js";
import type { Runtime } from "../support/runtime.js";
import { showText } from "../support/text.js";

import { FILES_AT_A_TIME, noticesOf, runBatch } from "./batch.js";
import { compareKeys, isKeyChange } from "./compare-keys.js";
import { openEncrypted } from "./encrypted-document.js";
import { chooseFormats, chooseLayout } from "./file-formats.js";
import { absolutePath, isThere, readInput } from "./input-file.js";
import { keyGroupsOf, keyListsOf } from "./key-metadata.js";
import type { FileOutcome, KeyDialogue, KeyPlan, Notices, UpdateKeysOptions } from "./options.js";
import { changeFile } from "./output-file.js";
import { replaceRecipients } from "./replace-metadata.js";
import { openForChange, rewriteOptions, rewriteTree, type OpenedFile } from "./rewrite.js";
import { createRun, type Run } from "./run.js";
import { selectFiles } from "./select-files.js";

/** What `updatekeys` found out about one file before it asks. */
interface Prepared {
  readonly plan: KeyPlan;
  readonly groups: readonly KeyGroup[];
}

/**
 * Gives files the recipients of their creation rule; the data key stays unless `rotate` is asked for.
 *
 * All files are looked at first, then one question is asked for all that change.
 *
 * @returns one outcome a file; `unchanged` where the recipients were right or the answer was no
 * @throws SopsError CONFIG_NOT_FOUND (1) before anything else, NO_FILE, NOT_CONFIRMED; of the only file its own
 */
export async function updateKeys(
  options: UpdateKeysOptions,
  runtime: Runtime,
  notices: Notices,
  dialogue: KeyDialogue,
): Promise<FileOutcome[]> {
  const run = createRun(options, runtime, notices);
  try {
    if (run.config() === null) {
      throw new SopsError("CONFIG_NOT_FOUND", "config file not found");
    }
    const files = await selectFiles(options, run);
    if (files.length === 0) {
      return [];
    }
    const prepared = new Map<string, Prepared>();
    const looked = await runBatch(files, SILENT, async (file = "") => {
      dialogue.tell("syncing", absolutePath(runtime, file));
      const found = await prepare(file, options, fileRun(file, files, run));
      prepared.set(file, found);
      if (!isKeyChange(found.plan)) {
        dialogue.tell("current", absolutePath(runtime, file));
      }
      return { status: "done" };
    });
    const plans = [...prepared.values()].map(({ plan }) => plan).filter(isKeyChange);
    const isAgreed = plans.length > 0 && (await dialogue.confirm(plans));
    const failures = new Map(looked.map(({ file, error }) => [file, error]));
    const finish = async (file = ""): Promise<Omit<FileOutcome, "file">> => {
      const failure = failures.get(file);
      if (failure !== undefined) {
        throw failure;
      }
      return finishOne(
        file,
        prepared.get(file),
        isAgreed,
        options,
        fileRun(file, files, run),
        dialogue,
      );
    };
    return await runBatch(files, notices, finish, FILES_AT_A_TIME);
  } finally {
    run.close();
  }
}

const SILENT = { progress: (): void => undefined };

function fileRun(file: string, files: readonly string[], run: Run): Run {
  return { ...run, notices: noticesOf(file, files.length, run.notices) };
}

async function finishOne(
  file: string,
  found: Prepared | undefined,
  isAgreed: boolean,
  options: UpdateKeysOptions,
  run: Run,
  dialogue: KeyDialogue,
): Promise<Omit<FileOutcome, "file">> {
  if (found === undefined || !isKeyChange(found.plan)) {
    return { status: "unchanged" };
  }
  if (!isAgreed) {
    dialogue.tell("declined", absolutePath(run.runtime, file));
    return { status: "unchanged" };
  }
  await apply(found, options, run);
  dialogue.tell("synced", absolutePath(run.runtime, file));
  if (!options.rotate && found.plan.groups.some(({ removed }) => removed.length > 0)) {
    // security.md T3
    run.notices.warn(
      `the data key is unchanged: whom you removed can still read this file and what is written to it; run rotate on it`,
    );
  }
  return { status: "done", target: file };
}

async function prepare(file: string, options: UpdateKeysOptions, run: Run): Promise<Prepared> {
  const { runtime } = run;
  const formats = chooseFormats(file, options, run);
  const { metadata } = await openEncrypted(await readExisting(file, run), formats.input);
  const { rule, groups } = resolveRule({ machine: runtime, file }, run.config());
  const before = keyGroupsOf(metadata);
  const plan: KeyPlan = {
    file,
    groups: compareKeys(before, groups),
    threshold: {
      before: metadata.shamirThreshold,
      after: newThreshold(metadata.shamirThreshold, rule.shamirThreshold, groups.length),
    },
  };
  return { plan, groups };
}

/** The rule's where it names one (decisions.md), else the file's, at most the number of groups (cli.md §9.4). */
function newThreshold(ofFile: number, ofRule: number, groups: number): number {
  if (ofRule !== 0 && (groups > 1 || ofRule === ofFile)) {
    return ofRule;
  }
  const kept = Math.min(ofFile, groups);
  // A file of one group may say 1, which several groups cannot have.
  return kept === 1 && groups > 1 ? groups : kept;
}

/** spec: cli.md §4: here a file that is missing or a directory is exit 1 */
async function readExisting(file: string, { runtime }: Run): Promise<Uint8Array> {
  if (!isThere(runtime, file)) {
    const absolute = absolutePath(runtime, file);
    throw new SopsError("FILE_NOT_FOUND", `${showText(absolute)}: no such file`, { exitCode: 1 });
  }
  return readInput(runtime, file);
}

async function apply(
  { plan, groups }: Prepared,
  options: UpdateKeysOptions,
  run: Run,
): Promise<void> {
  const { file } = plan;
  const formats = chooseFormats(file, { ...options, outputType: options.inputType }, run);
  const look = chooseLayout(formats.input, options, run);
  const order = parseDecryptionOrder(options.decryptionOrder);
  await changeFile(run.runtime, file, false, run.notices, async (bytes) => {
    const opened = await openForChange(
      bytes,
      formats.input,
      {
        ignoreMac: options.ignoreMac,
        order,
        ...(options.rotate ? { audited: { file, isRotation: true } } : {}),
      },
      run,
    );
    try {
      if (options.rotate) {
        return await rewriteWithNewKey(
          opened,
          groups,
          plan.threshold.after,
          { ...look, outputFormat: formats.input, allowInexact: options.allowInexact },
          run,
        );
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
  look: Parameters<typeof rewriteOptions>[1],
  run: Run,
): Promise<Uint8Array> {
  const dataKey = generateDataKey(run.runtime);
  try {
    const wrapped = await wrap(dataKey, groups, threshold, run);
    const options = rewriteOptions(opened, look, run);
    return await rewriteTree(opened, (branches) => [...branches], {
      ...options,
      dataKey,
      settings: {
        ...options.settings,
        groups: keyListsOf(wrapped.groups),
        threshold: wrapped.threshold,
      },
      reuse: undefined,
    });
  } finally {
    dataKey.fill(0);
  }
}
