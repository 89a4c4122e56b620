import { messageOf, SopsError } from "../../support/errors.js";
import type { Runtime } from "../../support/runtime.js";
import { showText } from "../../support/text.js";
import type { MapValue } from "../../document/tree.js";

/** What the destinations need of the machine. */
export type PublishMachine = Pick<Runtime, "cwd" | "env" | "fs" | "homeDirectory" | "http">;

/** Takes encrypted files as they are. */
export interface ObjectStore {
  readonly takes: "files";
  /** @throws SopsError NOT_PUBLISHED, SDK_UNAVAILABLE */
  put(key: string, bytes: Uint8Array): Promise<void>;
}

/** Takes decrypted data: it guards secrets itself. */
export interface SecretStore {
  readonly takes: "data";
  /**
   * @returns false where the same data was there
   * @throws SopsError VAULT_FAILED
   */
  put(key: string, data: MapValue): Promise<boolean>;
}

export type PublishTarget = ObjectStore | SecretStore;

const MAX_REASON = 300;

/** @param reason of a server or a library: one line of it is shown */
export function notPublished(shown: string, reason: unknown): SopsError {
  const line = messageOf(reason).split("\n", 1)[0] ?? "";
  const safe = showText(line).slice(0, MAX_REASON);
  return new SopsError("NOT_PUBLISHED", `could not upload to ${showText(shown)}: ${safe}`, {
    cause: reason,
  });
}
