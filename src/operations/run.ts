import { createConfigLoader, type LoadedConfig } from "../config/load.js";
import { recoverDataKey } from "../keys/data-key.js";
import { createKeyContext } from "../keys/key-context.js";
import type { KeyTypeId } from "../keys/master-key.js";
import type { KeyService } from "../keys/service/key-service.js";
import { createKeyServices } from "../keys/service/key-services.js";
import type { AuditAction, Runtime } from "../support/runtime.js";

import { absolutePath } from "./input-file.js";
import type { EncryptedDocument } from "./encrypted-document.js";
import { keyGroupsOf } from "./key-metadata.js";
import type { ConfigOptions, KeyServiceOptions, Notices } from "./options.js";

/** What all files of one run share: the configuration, read once, and the key services with their caches. */
export interface Run {
  readonly runtime: Runtime;
  readonly notices: Notices;
  readonly services: readonly KeyService[];
  /** `null` when there is none. @throws SopsError CONFIG_UNREADABLE, CONFIG_INVALID */
  config(): LoadedConfig | null;
  /**
   * Records what is about to happen, once the data key is known and before any value is touched (keys.md §14).
   *
   * @param file - `undefined` is standard input, which counts as the working directory
   * @throws SopsError AUDIT_FAILED
   */
  audit(action: AuditAction, file: string | undefined): Promise<void>;
  /** Forgets data keys. Call it however the run ends. */
  close(): void;
}

export function createRun(
  options: ConfigOptions & KeyServiceOptions,
  runtime: Runtime,
  notices: Notices,
): Run {
  const warn = (message: string): void => {
    notices.warn(message);
  };
  const context = createKeyContext(runtime, {
    warn,
    log: (logger, message) => {
      notices.log(logger, message);
    },
  });
  const loader = createConfigLoader(runtime, warn);
  const services = createKeyServices(context, {
    isLocalEnabled: options.enableLocalKeyService,
    remotes: options.keyServices,
  });
  return {
    runtime,
    notices,
    services,
    config: () => loader.load(options.config),
    audit: (action, file) => runtime.audit(action, absolutePath(runtime, file ?? ".")),
    close() {
      services.forEach((service) => {
        service.close();
      });
    },
  };
}

/**
 * The data key of an opened file.
 *
 * @returns 32 bytes; the caller wipes them
 * @throws DataKeyError (exit 128)
 */
export async function recoverDocumentKey(
  { metadata }: EncryptedDocument,
  order: readonly KeyTypeId[],
  { services, notices }: Run,
): Promise<Uint8Array> {
  const dataKey = await recoverDataKey(keyGroupsOf(metadata), {
    threshold: metadata.shamirThreshold,
    order,
    services,
  });
  notices.log("SOPS", "Data key recovered successfully");
  return dataKey;
}
