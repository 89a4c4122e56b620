import { resolveEncryption, type EncryptionPlan } from "../config/resolve.js";
import type { Layout } from "../config/stores.js";
import { COMPATIBLE_SOPS_VERSION } from "../document/metadata.js";
import type { EmitStyle, FormatId } from "../formats/store.js";
import { generateDataKey, wrapDataKey } from "../keys/data-key.js";
import { parseEncryptionContext } from "../keys/encryption-context.js";
import type { Runtime } from "../support/runtime.js";

import { refuseSharedTargets, runBatch } from "./batch.js";
import { encryptDocument } from "./encrypt-document.js";
import { chooseFormats, chooseLayout } from "./file-formats.js";
import { readInput, requireExisting } from "./input-file.js";
import { keyListsOf } from "./key-metadata.js";
import type { EncryptOptions, FileOutcome, Notices } from "./options.js";
import { changeFile, deliver } from "./output-file.js";
import { openPlain } from "./plain-document.js";
import { createRun, type Run } from "./run.js";

/** Everything about a new file that is settled before its content is read. */
interface Plan extends EncryptionPlan {
  readonly input: FormatId;
  readonly output: FormatId;
  readonly layout: Layout;
  readonly style: EmitStyle;
}

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
  const plan = planEncryption(file, options, run);
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

/** In the order of cli.md §6. */
function planEncryption(file: string | undefined, options: EncryptOptions, run: Run): Plan {
  if (file !== undefined) {
    requireExisting(run.runtime, file);
  }
  const formats = chooseFormats(file, options, run);
  const config = run.config();
  const { layout, style } = chooseLayout(formats.output, options, run);
  const plan = resolveEncryption(
    {
      machine: run.runtime,
      file: options.filenameOverride ?? file ?? "",
      isBinary: formats.input === "binary",
      recipients: options.recipients,
      awsProfile: options.awsProfile,
      encryptionContext: parseEncryptionContext(options.encryptionContext),
      selection: options.selection,
      macOnlyEncrypted: options.macOnlyEncrypted,
      shamirThreshold: options.threshold,
    },
    config,
  );
  plan.warnings.forEach((message) => {
    run.notices.warn(message);
  });
  return { ...plan, ...formats, layout, style };
}

async function encryptBytes(
  bytes: Uint8Array,
  plan: Plan,
  options: EncryptOptions,
  run: Run,
): Promise<Uint8Array> {
  const plain = await openPlain(bytes, plan.input, plan.output);
  const { runtime } = run;
  const dataKey = generateDataKey(runtime);
  try {
    const wrapped = await wrapDataKey(dataKey, plan.groups, {
      threshold: plan.threshold,
      services: run.services,
      machine: runtime,
    });
    return encryptDocument(plain, {
      dataKey,
      settings: {
        groups: keyListsOf(wrapped.groups),
        threshold: wrapped.threshold,
        selection: plan.selection,
        macOnlyEncrypted: plan.macOnlyEncrypted,
        version: COMPATIBLE_SOPS_VERSION,
      },
      isExplicitSelection: plan.explicitSelection,
      layout: plan.layout,
      style: plan.style,
      now: runtime.now(),
      allowPlaintext: options.allowPlaintext,
      allowInexact: options.allowInexact,
      randomBytes: (length) => runtime.randomBytes(length),
      warn: (message) => {
        run.notices.warn(message);
      },
    });
  } finally {
    dataKey.fill(0);
  }
}
