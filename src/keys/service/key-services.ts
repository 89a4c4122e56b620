import { showText } from "../../support/text.js";
import type { KeyContext } from "../key-type.js";
import type { KeyService } from "./key-service.js";
import { createLocalKeyService } from "./local.js";
import { rememberOpenedKeys } from "./opened-keys.js";
import { createRemoteKeyService } from "./remote.js";

export interface KeyServiceOptions {
  /** `--enable-local-keyservice`; without it only remote services are asked. */
  readonly isLocalEnabled: boolean;
  /** URIs of `--keyservice`; one that cannot be understood is skipped with a warning. */
  readonly remotes: readonly string[];
}

/** The services of a run, in the order of asking: each key asks the next only when one failed. */
export function createKeyServices(
  context: KeyContext,
  options: KeyServiceOptions,
): readonly KeyService[] {
  const services = options.isLocalEnabled ? [createLocalKeyService(context)] : [];
  for (const uri of options.remotes) {
    const remote = createRemoteKeyService(uri, context);
    if (remote === null) {
      context.warn(
        `the key service "${showText(uri)}" is skipped: it is neither tcp://host:port nor unix:///path`,
      );
    } else {
      services.push(remote);
    }
  }
  return services.map(rememberOpenedKeys);
}
