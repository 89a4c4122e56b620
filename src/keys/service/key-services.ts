import type { KeyContext } from "../key-type.js";
import type { KeyService } from "./key-service.js";
import { createLocalKeyService } from "./local.js";

export interface KeyServiceOptions {
  /** `--enable-local-keyservice`; without it only remote services are asked. */
  readonly isLocalEnabled: boolean;
}

/** The services of a run, in the order of asking: each key asks the next only when one failed. */
export function createKeyServices(
  context: KeyContext,
  options: KeyServiceOptions,
): readonly KeyService[] {
  return options.isLocalEnabled ? [createLocalKeyService(context)] : [];
}
