import { forgetInline } from "../document/canonical-comments.js";
import { valueAt, parseTreePath } from "../document/tree-path.js";
import type { TreeBranch } from "../document/tree.js";
import type { TreePath } from "../document/walk.js";
import { loadStore } from "../formats/registry.js";
import type { EmitStyle, FormatId } from "../formats/store.js";
import { parseDecryptionOrder } from "../keys/decryption-order.js";
import { messageOf, SopsError } from "../support/errors.js";
import type { Runtime } from "../support/runtime.js";
import { concatBytes, encodeText } from "../support/text.js";

import { refuseSharedTargets, runBatch } from "./batch.js";
import { decryptDocument, openEncrypted } from "./encrypted-document.js";
import { chooseFormats, chooseLayout } from "./file-formats.js";
import { readInput, requireExisting } from "./input-file.js";
import type {
  ConfigOptions,
  DecryptOptions,
  FileOutcome,
  FileTypeOptions,
  Notices,
} from "./options.js";
import { changeFile, deliver } from "./output-file.js";
import { restoreSource } from "./plain-text.js";
import { createRun, recoverDocumentKey, type Run } from "./run.js";

/**
 * Decrypts files to where the options say. Nothing leaves before every value is decrypted and the MAC agrees.
 *
 * @returns one outcome a file, in order
 * @throws SopsError of the only file, when there is just one
 */
export async function decryptFiles(
  options: DecryptOptions,
  runtime: Runtime,
  notices: Notices,
): Promise<FileOutcome[]> {
  const run = createRun(options, runtime, notices);
  try {
    refuseSharedTargets(runtime, options.files, options);
    return options.stream
      ? await streamFiles(options, run)
      : await runBatch(options.files, notices, (file) => decryptOne(file, options, run));
  } finally {
    run.close();
  }
}

async function decryptOne(
  file: string | undefined,
  options: DecryptOptions,
  run: Run,
): Promise<Omit<FileOutcome, "file">> {
  const work = planDecryption(file, options, run);
  if (options.inPlace && file !== undefined) {
    await changeFile(run.runtime, file, true, run.notices, work);
    return { status: "done", target: file };
  }
  const plain = await work(await readInput(run.runtime, file));
  const target = await deliver(
    run.runtime,
    file,
    plain,
    { ...options, isClear: true },
    run.notices,
  );
  return target === undefined ? { status: "done" } : { status: "done", target };
}

/** Several files to standard output as one stream of documents; nothing is written unless all of them open. */
async function streamFiles(options: DecryptOptions, run: Run): Promise<FileOutcome[]> {
  const parts: Uint8Array[] = [];
  const outcomes = await runBatch(options.files, run.notices, async (file) => {
    const plain = await planDecryption(file, options, run)(await readInput(run.runtime, file));
    if (parts.length > 0) {
      parts.push(encodeText(endsLine(parts.at(-1)) ? "---\n" : "\n---\n"));
    }
    parts.push(plain);
    return { status: "done" };
  });
  if (outcomes.some((outcome) => outcome.status === "failed")) {
    return outcomes.map((outcome) =>
      outcome.status === "failed" ? outcome : { ...outcome, status: "unchanged" },
    );
  }
  run.runtime.stdout.write(concatBytes(parts));
  return outcomes;
}

function endsLine(bytes: Uint8Array | undefined): boolean {
  return bytes === undefined || bytes.length === 0 || bytes.at(-1) === 0x0a;
}

function planDecryption(
  file: string | undefined,
  options: DecryptOptions,
  run: Run,
): (bytes: Uint8Array) => Promise<Uint8Array> {
  if (file !== undefined) {
    requireExisting(run.runtime, file);
  }
  return planPlainText(file, options, run);
}

/** What the plain text of a file depends on. */
export type PlainTextOptions = FileTypeOptions &
  ConfigOptions &
  Pick<DecryptOptions, "extract" | "ignoreMac" | "decryptionOrder">;

/**
 * All that can be refused before the file is read, in the order of cli.md §7; then the work itself.
 *
 * @returns makes the plain text of the file's bytes, once every value is decrypted and the MAC agrees
 */
export function planPlainText(
  file: string | undefined,
  options: PlainTextOptions,
  run: Run,
): (bytes: Uint8Array) => Promise<Uint8Array> {
  const formats = chooseFormats(file, options, run);
  const { layout, style } = chooseLayout(formats.output, options, run);
  const order = parseDecryptionOrder(options.decryptionOrder);
  const path = options.extract === undefined ? null : parseExtractPath(options.extract);
  return async (bytes) => {
    const document = await openEncrypted(bytes, formats.input);
    const dataKey = await recoverDocumentKey(document, order, run);
    try {
      await run.audit("decrypt", file);
      const decrypted = decryptDocument(document, dataKey, { ignoreMac: options.ignoreMac });
      if (decrypted.suspectComments.length > 0) {
        run.notices.warn("Found possibly unencrypted comment in file. It is kept as it stands");
      }
      const canonical = forgetInline(decrypted.branches, decrypted.comments);
      if (path !== null && path.length > 0) {
        return await extract(canonical, path, formats.output, style);
      }
      const keepsLayout = layout === "source" && formats.input === formats.output;
      const restored = keepsLayout
        ? restoreSource(document, decrypted.branches, dataKey)
        : "canonical";
      return typeof restored === "string"
        ? await emitPlain(restored, canonical, formats.output, style, run)
        : restored;
    } finally {
      dataKey.fill(0);
    }
  };
}

function parseExtractPath(text: string): TreePath {
  try {
    return parseTreePath(text);
  } catch (error) {
    const reason = messageOf(error);
    throw new SopsError("INVALID_TREE_PATH", `error parsing --extract path: ${reason}`, {
      cause: error,
    });
  }
}

async function emitPlain(
  reason: "canonical" | "unauthenticated",
  branches: readonly TreeBranch[],
  format: FormatId,
  style: EmitStyle,
  run: Run,
): Promise<Uint8Array> {
  if (reason === "unauthenticated") {
    run.notices.warn(
      "the layout field was not written for this version of the file; the layout of sops is used",
    );
  }
  const store = await loadStore(format);
  return dumping(() => store.emit(branches, style));
}

async function extract(
  branches: readonly TreeBranch[],
  path: TreePath,
  format: FormatId,
  style: EmitStyle,
): Promise<Uint8Array> {
  const value = valueAt(branches, path);
  const store = await loadStore(format);
  return dumping(() =>
    value.kind === "map" ? store.emit([value], style) : store.emitValue(value, style),
  );
}

/** spec: formats.md §3, exit 4 when decrypting */
function dumping(emit: () => Uint8Array): Uint8Array {
  try {
    return emit();
  } catch (error) {
    if (error instanceof SopsError && error.code === "CANNOT_EMIT") {
      throw new SopsError("CANNOT_EMIT", `Error dumping file: ${error.message}`, { cause: error });
    }
    throw error;
  }
}
