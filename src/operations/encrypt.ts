import type { Runtime } from "../support/runtime.js";

import { refuseSharedTargets, runBatch } from "./batch.js";
import { readInput, requireExisting } from "./input-file.js";
import {
  createFileKey,
  encryptNewFile,
  planNewFile,
  type NewFileKey,
  type NewFilePlan,
} from "./new-file.js";
import type { EncryptOptions, FileOutcome, Notices } from "./options.js";
import { changeFile, deliver } from "./output-file.js";
import { createRun, type Run } from "./run.js";

/**
 * Encrypts files to where the options say; each gets a data key of its own.
 *
 * @returns one outcome a file, in order
 * @throws SopsError of the only file, when there is just one
 */
export async function encryptFiles(
  options: EncryptOptions,
  runtime: Runtime,
  notices: Notices,
): Promise<FileOutcome[]> {
  const run = createRun(options, runtime, notices);
  try {
    refuseSharedTargets(runtime, options.files, options);
    return await runBatch(options.files, notices, (file) => encryptOne(file, options, run));
  } finally {
    run.close();
  }
}

async function encryptOne(
  file: string | undefined,
  options: EncryptOptions,
  run: Run,
): Promise<Omit<FileOutcome, "file">> {
  if (file !== undefined) {
    requireExisting(run.runtime, file);
  }
  const plan = planNewFile(file, options, run);
  const work = (bytes: Uint8Array): Promise<Uint8Array> => encryptBytes(bytes, plan, options, run);
  if (options.inPlace && file !== undefined) {
    await changeFile(run.runtime, file, false, run.notices, work);
    return { status: "done", target: file };
  }
  const encrypted = await work(await readInput(run.runtime, file));
  const target = await deliver(
    run.runtime,
    file,
    encrypted,
    { ...options, isClear: false },
    run.notices,
  );
  return target === undefined ? { status: "done" } : { status: "done", target };
}

async function encryptBytes(
  bytes: Uint8Array,
  plan: NewFilePlan,
  options: EncryptOptions,
  run: Run,
): Promise<Uint8Array> {
  let key: NewFileKey | null = null;
  try {
    return await encryptNewFile(
      bytes,
      plan,
      async () => (key = await createFileKey(plan, run)),
      options,
      run,
    );
  } finally {
    (key as NewFileKey | null)?.dataKey.fill(0);
  }
}
