import type { YamlNode } from "../support/yaml-data.js";
import { parseCreationRules, type CreationRule } from "./creation-rules.js";
import { parseDestinationRules, type DestinationRule } from "./destination-rules.js";
import { asMap } from "./fields.js";
import { parseStoreSettings, type StoreSettings } from "./stores.js";

/** What a `.sops.yaml` says. Other top-level keys (`keys:` with its anchors) mean nothing (config.md §3). */
export interface ConfigContent {
  /** `null`: the file has none, and is no configuration as far as new files go. */
  readonly creationRules: readonly CreationRule[] | null;
  readonly destinationRules: readonly DestinationRule[];
  readonly stores: StoreSettings;
}

/**
 * Checks the kinds of all fields, of rules that are never used too. Recipients and patterns are checked when a rule is
 * used.
 *
 * @throws ParseError with the line
 */
export function parseConfigContent(node: YamlNode): ConfigContent {
  const root = asMap(node, "the configuration");
  if (root === null) {
    return { creationRules: null, destinationRules: [], stores: { indent: new Map() } };
  }
  return {
    creationRules: parseCreationRules(root),
    destinationRules: parseDestinationRules(root),
    stores: parseStoreSettings(root),
  };
}
