import { showMasterKeysOptions } from "./change.js";
import { extractOptions, ignoreMacOptions } from "./decryption.js";
import { destinationOptions, fileTypeOptions, overrideOptions } from "./files.js";
import { configOptions, helpOption, layoutOptions, outputOptions } from "./general.js";
import {
  awsOptions,
  decryptionOrderOptions,
  encryptionContextOptions,
  keyChangeOptions,
  keyServiceOptions,
  recipientOptions,
  thresholdOptions,
} from "./keys.js";
import { bool, text, type BoolOption, type OptionTable, type StringOption } from "./option.js";
import { macOptions, selectionOptions } from "./selection.js";

/** The old style chooses its verb by a flag (spec: cli.md §10). */
export const modeOptions: {
  decrypt: BoolOption;
  encrypt: BoolOption;
  rotate: BoolOption;
  set: StringOption;
} = {
  decrypt: bool(["decrypt", "d"], "decrypt FILE"),
  encrypt: bool(["encrypt", "e"], "encrypt FILE"),
  rotate: bool(["rotate", "r"], "give FILE a new data key"),
  set: text("set", "'INDEX VALUE'", "set one value of FILE"),
};

export const versionOptions: {
  version: BoolOption;
  disableVersionCheck: BoolOption;
  checkForUpdates: BoolOption;
} = {
  version: bool(["version", "v"], "show the version"),
  disableVersionCheck: bool(
    "disable-version-check",
    "with --version: only the line that sops has",
    {
      env: "SOPS_DISABLE_VERSION_CHECK",
    },
  ),
  checkForUpdates: bool("check-for-updates", "with --version: accepted; no network is used"),
};

/** Everything that may stand before the first word (spec: cli.md §2, column R). */
export const ROOT_OPTIONS: OptionTable = {
  ...modeOptions,
  ...destinationOptions,
  ...extractOptions,
  ...fileTypeOptions,
  ...recipientOptions,
  ...awsOptions,
  ...encryptionContextOptions,
  ...thresholdOptions,
  ...selectionOptions,
  ...macOptions,
  ...overrideOptions,
  ...ignoreMacOptions,
  ...decryptionOrderOptions,
  ...keyServiceOptions,
  ...configOptions,
  ...layoutOptions,
  ...showMasterKeysOptions,
  ...keyChangeOptions,
  ...outputOptions,
  ...versionOptions,
  ...helpOption,
};
