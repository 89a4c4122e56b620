import type { Runtime } from "../support/runtime.js";

import { openEncrypted } from "./encrypted-document.js";
import { chooseFormats } from "./file-formats.js";
import { readInput, requireExisting } from "./input-file.js";
import type { FileStatusOptions, Notices } from "./options.js";
import { createRun } from "./run.js";
import { SopsError } from "../support/errors.js";

/**
 * Whether a file carries complete sops metadata; no key is needed (cli.md §9.6).
 *
 * @throws SopsError with exit 1 for a file that is missing, unreadable, or whose metadata is damaged
 */
export async function fileStatus(
  options: FileStatusOptions,
  runtime: Runtime,
  notices: Notices,
): Promise<{ readonly encrypted: boolean }> {
  const run = createRun(
    { ...options, enableLocalKeyService: false, keyServices: [] },
    runtime,
    notices,
  );
  const formats = chooseFormats(options.file, options, run);
  run.config();
  try {
    requireExisting(runtime, options.file);
    const { metadata } = await openEncrypted(await readInput(runtime, options.file), formats.input);
    return { encrypted: metadata.version !== "" && metadata.mac !== "" };
  } catch (error) {
    if (error instanceof SopsError) {
      if (error.code === "METADATA_NOT_FOUND") {
        return { encrypted: false };
      }
      throw new SopsError(error.code, error.message, {
        exitCode: 1,
        details: error.details,
        cause: error,
      });
    }
    throw error;
  } finally {
    run.close();
  }
}
