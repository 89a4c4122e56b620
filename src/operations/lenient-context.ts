import { parseEncryptionContext } from "../keys/encryption-context.js";
import { SopsError } from "../support/errors.js";

import type { Notices } from "./options.js";

/** `--encryption-context` for verbs that go on without one that cannot be read, with a warning (cli.md §2.1). */
export function lenientContext(
  text: string | undefined,
  notices: Pick<Notices, "warn">,
): ReturnType<typeof parseEncryptionContext> | undefined {
  try {
    return parseEncryptionContext(text);
  } catch (error) {
    if (!(error instanceof SopsError)) {
      throw error;
    }
    notices.warn(`${error.message}; it is not used`);
    return undefined;
  }
}
