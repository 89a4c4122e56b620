import { wrapDataKey } from "../keys/data-key.js";
import { parseDecryptionOrder } from "../keys/decryption-order.js";
import type { KeyGroup } from "../keys/key-group.js";
import { KEY_TYPES_OF_FLAGS } from "../keys/registry.js";
import { DataKeyError } from "../support/data-key-error.js";
import { SopsError } from "../support/errors.js";
import type { Runtime } from "../support/runtime.js";

import { chooseFormats, chooseLayout } from "./file-formats.js";
import { readInput } from "./input-file.js";
import { keyGroupsOf } from "./key-metadata.js";
import { lenientContext } from "./lenient-context.js";
import type { FileOutcome, GroupsAddOptions, GroupsDeleteOptions, Notices } from "./options.js";
import { changeFile, deliver } from "./output-file.js";
import { replaceRecipients } from "./replace-metadata.js";
import { openForChange } from "./rewrite.js";
import { createRun, type Run } from "./run.js";

/** @throws SopsError INVALID_GROUP for a group without keys; as decrypting; DATA_KEY_GENERATION, nothing written */
export async function addGroup(
  options: GroupsAddOptions,
  runtime: Runtime,
  notices: Notices,
): Promise<FileOutcome> {
  const encryptionContext = lenientContext(options.encryptionContext, notices);
  const group = KEY_TYPES_OF_FLAGS.flatMap((type) =>
    (options.recipients.get(type.id) ?? []).flatMap((text) => [
      ...type.parse(text, { awsProfile: options.awsProfile, encryptionContext }),
    ]),
  );
  if (group.length === 0) {
    throw new SopsError("INVALID_GROUP", "a key group needs at least one key", {
      hint: "name its keys with --age, --pgp, --kms and the like",
    });
  }
  return changeGroups(options, runtime, notices, (groups, threshold) => ({
    groups: [...groups, group],
    threshold: options.threshold === 0 ? threshold : options.threshold,
  }));
}

/** @throws SopsError INVALID_GROUP for an index that is not there, the last group, or too few groups left */
export async function deleteGroup(
  options: GroupsDeleteOptions,
  runtime: Runtime,
  notices: Notices,
): Promise<FileOutcome> {
  const outcome = await changeGroups(options, runtime, notices, (groups, old) => {
    if (options.index < 0 || options.index >= groups.length) {
      throw new SopsError(
        "INVALID_GROUP",
        `there is no key group ${String(options.index)}: groups are counted from 0`,
      );
    }
    const left = groups.toSpliced(options.index, 1);
    const threshold = options.threshold === 0 ? old : options.threshold;
    if (left.length === 0) {
      throw new SopsError(
        "INVALID_GROUP",
        "the last key group cannot be deleted: nobody could read the file",
      );
    }
    if (left.length < threshold) {
      const counts = `${String(left.length)} groups would be left, ${String(threshold)} are needed`;
      throw new SopsError("INVALID_GROUP", `the key group cannot be deleted: ${counts}`, {
        hint: "lower the number with --shamir-secret-sharing-threshold",
      });
    }
    return { groups: left, threshold };
  });
  // security.md T3
  notices.warn(
    "the data key is unchanged: who had it can still read what is written to the file; run rotate on it",
  );
  return outcome;
}

interface Groups {
  readonly groups: readonly KeyGroup[];
  readonly threshold: number;
}

async function changeGroups(
  options: GroupsAddOptions | GroupsDeleteOptions,
  runtime: Runtime,
  notices: Notices,
  change: (groups: readonly KeyGroup[], threshold: number) => Groups,
): Promise<FileOutcome> {
  const run = createRun(options, runtime, notices);
  try {
    const work = (bytes: Uint8Array): Promise<Uint8Array> => rewrap(bytes, options, run, change);
    if (options.inPlace) {
      await changeFile(runtime, options.file, false, notices, work);
    } else {
      const changed = await work(await readInput(runtime, options.file));
      await deliver(runtime, options.file, changed, { inPlace: false, isClear: false }, notices);
    }
    return { file: options.file, status: "done" };
  } finally {
    run.close();
  }
}

async function rewrap(
  bytes: Uint8Array,
  options: GroupsAddOptions | GroupsDeleteOptions,
  run: Run,
  change: (groups: readonly KeyGroup[], threshold: number) => Groups,
): Promise<Uint8Array> {
  const formats = chooseFormats(options.file, options, run);
  const look = chooseLayout(formats.input, options, run);
  const order = parseDecryptionOrder(options.decryptionOrder);
  const opened = await briefly(
    openForChange(bytes, formats.input, { ignoreMac: options.ignoreMac, order }, run),
  );
  try {
    const { metadata } = opened.document;
    const { groups, threshold } = change(keyGroupsOf(metadata), metadata.shamirThreshold);
    const wrapped = await wrapDataKey(opened.dataKey, groups, {
      threshold,
      services: run.services,
      machine: run.runtime,
    });
    return replaceRecipients(opened, wrapped, look.style, look.layout === "sops");
  } finally {
    opened.close();
  }
}

/** spec: cli.md §9.5, §13: here the data key's failure is one line and exit 1 */
async function briefly<T>(opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    if (!(error instanceof DataKeyError)) {
      throw error;
    }
    const counts = `${String(error.required)} successful groups required, got ${String(error.recovered)}`;
    throw new SopsError("DATA_KEY_UNAVAILABLE", `Error getting data key: ${counts}`, {
      exitCode: 1,
      details: error.details,
      cause: error,
    });
  }
}
