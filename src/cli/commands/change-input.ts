/** What `set` and `unset` have in common: flags and their meaning (spec: cli.md §2). */
import type { ChangeOptions } from "../../operations/options.js";
import { idempotentOptions } from "../options/change.js";
import { ignoreMacOptions } from "../options/decryption.js";
import { overrideOptions, ownTypeOptions } from "../options/files.js";
import { configOptions, layoutOptions, outputOptions } from "../options/general.js";
import { toConfig, toKeyServices, unlessEmpty } from "../options/input.js";
import { decryptionOrderOptions, keyServiceOptions, thresholdOptions } from "../options/keys.js";
import type { Flags } from "../options/option.js";

export type ChangeOptionTable = typeof ownTypeOptions &
  typeof idempotentOptions &
  typeof ignoreMacOptions &
  typeof overrideOptions &
  typeof decryptionOrderOptions &
  typeof keyServiceOptions &
  typeof thresholdOptions &
  typeof configOptions &
  typeof layoutOptions &
  typeof outputOptions;

export const changeOptions: ChangeOptionTable = {
  ...ownTypeOptions,
  ...idempotentOptions,
  ...ignoreMacOptions,
  ...overrideOptions,
  ...decryptionOrderOptions,
  ...keyServiceOptions,
  // Accepted without effect, as sops does.
  threshold: { ...thresholdOptions.threshold, summary: "accepted; has no effect here" },
  ...configOptions,
  ...layoutOptions,
  ...outputOptions,
};

export function toChangeOptions(flags: Flags<ChangeOptionTable>, file: string): ChangeOptions {
  return {
    file,
    inputType: unlessEmpty(flags.inputType),
    outputType: unlessEmpty(flags.outputType),
    ...toConfig(flags),
    ...toKeyServices(flags),
    ignoreMac: flags.ignoreMac,
    decryptionOrder: unlessEmpty(flags.decryptionOrder),
    allowPlaintext: flags.allowPlaintext,
    allowInexact: flags.allowInexact,
  };
}
