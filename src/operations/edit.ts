import * as path from "node:path";

import { parseDecryptionOrder } from "../keys/decryption-order.js";
import { createOutput } from "../support/files/create-output.js";
import { withFileLock } from "../support/files/lock.js";
import { replaceFile } from "../support/files/replace-file.js";
import { assertWritable, takeSnapshot, type TargetSnapshot } from "../support/files/target.js";
import { SopsError } from "../support/errors.js";
import type { Runtime } from "../support/runtime.js";
import { equalBytes, encodeText } from "../support/text.js";

import { editedText, encryptEdited, type EditLook } from "./edit-existing.js";
import { openEditSession, type EditSession } from "./editor/session.js";
import { createEncryption } from "./encryption.js";
import { loadEncryptedStore } from "./encrypted-document.js";
import { chooseFormats, chooseLayout } from "./file-formats.js";
import { cannotRead, isThere, refuseDevice } from "./input-file.js";
import { createFileKey, encryptNewFile, planNewFile } from "./new-file.js";
import type { EditOptions, FileOutcome, Notices } from "./options.js";
import { openForChange, rewriteOptions } from "./rewrite.js";
import { createRun, type Run } from "./run.js";
import { TEMPLATES } from "./templates.js";
import { writeCanonical } from "./write-encrypted.js";

/** Asked when an edited text cannot be taken: true goes back to the editor, false gives up. */
export type AskAgain = (problem: SopsError) => Promise<boolean>;

/**
 * Opens a file in the user's editor, decrypted on a private copy, and writes it back encrypted; a file that is not
 * there yet starts from a template.
 *
 * @throws SopsError NOT_CHANGED (exit 200), as decrypting and encrypting; an edit that cannot be written is kept
 *   encrypted beside the file, and the message names it (security.md E7)
 */
export async function editFile(
  options: EditOptions,
  runtime: Runtime,
  notices: Notices,
  askAgain: AskAgain,
): Promise<FileOutcome> {
  const run = createRun(options, runtime, notices);
  try {
    const isOld = isThere(runtime, options.file);
    await (isOld ? editExisting(options, run, askAgain) : editNew(options, run, askAgain));
    return { file: options.file, status: "done", target: options.file };
  } finally {
    run.close();
  }
}

async function editExisting(options: EditOptions, run: Run, askAgain: AskAgain): Promise<void> {
  const { runtime } = run;
  const formats = chooseFormats(options.file, options, run);
  const { layout, style } = chooseLayout(formats.output, options, run);
  const look: EditLook = {
    layout,
    style,
    inputFormat: formats.input,
    outputFormat: formats.output,
    showMasterKeys: options.showMasterKeys,
  };
  const order = parseDecryptionOrder(options.decryptionOrder);
  const snapshot = snapshotOf(runtime, options.file);
  assertWritable(runtime, options.file);
  const opened = await openForChange(
    snapshot.bytes,
    formats.input,
    { ignoreMac: options.ignoreMac, order, audited: { file: options.file } },
    run,
  );
  try {
    const text = await editedText(opened, look);
    const bytes = await editUntilTaken(text, options, run, askAgain, {
      take: (edited) => encryptEdited(edited, opened, look, options, run),
      seal: (edited) =>
        sealDraft(edited, rewriteOptions(opened, { ...look, allowInexact: true }, run)),
    });
    await writeBack(bytes, options.file, snapshot, run);
  } finally {
    opened.close();
  }
}

async function editNew(options: EditOptions, run: Run, askAgain: AskAgain): Promise<void> {
  const { runtime } = run;
  const plan = planNewFile(options.file, options, run);
  const key = await createFileKey(plan, run).catch((error: unknown) => {
    if (error instanceof SopsError && error.code === "DATA_KEY_GENERATION") {
      // spec: cli.md §8 step 1
      throw new SopsError(error.code, error.message, {
        exitCode: 128,
        hint: error.hint ?? null,
        cause: error,
      });
    }
    throw error;
  });
  try {
    const bytes = await editUntilTaken(encodeText(TEMPLATES[plan.output]), options, run, askAgain, {
      take: (edited) => encryptNewFile(edited, plan, () => Promise.resolve(key), options, run),
      seal: (edited) =>
        sealDraft(edited, {
          ...key,
          now: runtime.now(),
          allowInexact: true,
          randomBytes: (length) => runtime.randomBytes(length),
          warn: () => undefined,
        }),
    });
    await createOutput(runtime, options.file, bytes, {
      isClear: false,
      warn: (message) => {
        run.notices.warn(message);
      },
    });
  } finally {
    key.dataKey.fill(0);
  }
}

interface Sealing {
  /** The edited text as the encrypted content of the file. */
  take(edited: Uint8Array): Promise<Uint8Array>;
  /** Any text at all, encrypted for the file's recipients. */
  seal(edited: Uint8Array): Promise<Uint8Array>;
}

async function editUntilTaken(
  text: Uint8Array,
  options: EditOptions,
  run: Run,
  askAgain: AskAgain,
  sealing: Sealing,
): Promise<Uint8Array> {
  const session = await openEditSession(
    run.runtime,
    { baseName: path.basename(options.file), text },
    run.notices,
  );
  try {
    return await editLoop(session, text, options.file, run, askAgain, sealing);
  } finally {
    session.close();
  }
}

async function editLoop(
  session: EditSession,
  text: Uint8Array,
  file: string,
  run: Run,
  askAgain: AskAgain,
  sealing: Sealing,
): Promise<Uint8Array> {
  for (let line: number | undefined; ;) {
    const edited = await session.run(line);
    if (equalBytes(edited, text)) {
      throw new SopsError("NOT_CHANGED", "File has not changed, exiting.", { hint: null });
    }
    try {
      return await sealing.take(edited);
    } catch (error) {
      if (!(error instanceof SopsError) || error.code === "INTERNAL") {
        throw error;
      }
      if (!(await askAgain(error))) {
        const draft = await keepDraft(await sealing.seal(edited), file, "draft", run);
        throw new SopsError(error.code, error.message, {
          exitCode: 1,
          details: { ...error.details, draft },
          cause: error,
          hint: `the text is kept encrypted in ${draft}; read it with decrypt --input-type binary`,
        });
      }
      const at = error.details["line"];
      line = typeof at === "number" ? at : undefined;
    }
  }
}

function snapshotOf(runtime: Runtime, file: string): TargetSnapshot {
  refuseDevice(runtime, file);
  try {
    return takeSnapshot(runtime, file);
  } catch (error) {
    throw cannotRead(file, error);
  }
}

/** A finished edit is never thrown away: where it cannot be written it is kept beside the file (security.md E7). */
async function writeBack(
  bytes: Uint8Array,
  file: string,
  snapshot: TargetSnapshot,
  run: Run,
): Promise<void> {
  const { runtime, notices } = run;
  const warn = (message: string): void => {
    notices.warn(message);
  };
  let cause: unknown;
  try {
    const isWritten = await withFileLock(runtime, file, { warn }, () =>
      replaceFile(runtime, file, bytes, { isClear: false, expected: snapshot, warn }),
    );
    if (isWritten) {
      return;
    }
  } catch (error) {
    cause = error;
  }
  const kept = await keepDraft(bytes, file, "edited", run);
  const reason =
    cause === undefined
      ? "the file was changed by somebody else meanwhile"
      : "the file cannot be written";
  throw new SopsError(
    "CANNOT_WRITE",
    `${file}: ${reason}; the edited file is kept encrypted in ${kept}`,
    { cause },
  );
}

function silent(): void {
  // A draft has no owner or attributes to tell about.
}

/** Beside the file, else in the temporary directory; encrypted in any case. */
async function keepDraft(bytes: Uint8Array, file: string, kind: string, run: Run): Promise<string> {
  const { runtime } = run;
  const suffix = Buffer.from(runtime.randomBytes(4)).toString("hex");
  const name = `${path.basename(file)}.${kind}-${suffix}`;
  try {
    const beside = path.join(path.dirname(file), name);
    await createOutput(runtime, beside, bytes, { isClear: true, warn: silent });
    return beside;
  } catch {
    const elsewhere = path.join(runtime.tempDirectory, name);
    await createOutput(runtime, elsewhere, bytes, { isClear: true, warn: silent });
    return elsewhere;
  }
}

/** Text that is no valid file any more, as a binary file for the same recipients. */
async function sealDraft(
  text: Uint8Array,
  options: Parameters<typeof createEncryption>[3],
): Promise<Uint8Array> {
  const store = await loadEncryptedStore("binary");
  const settings = { ...options.settings, selection: {}, macOnlyEncrypted: false };
  const branch = {
    kind: "map",
    items: [{ kind: "pair", key: "data", value: { kind: "bytes", value: text } }],
  } as const;
  return writeCanonical(
    createEncryption([branch], "binary", store, { ...options, settings, reuse: undefined }),
    {},
    true,
  );
}
