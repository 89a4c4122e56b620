import { SopsError } from "../support/errors.js";
import type { YamlMap } from "../support/yaml-data.js";
import { asMap, booleanOf, integerOf, listOf, mapOf, textOf } from "./fields.js";
import { parseCreationRule, pathMatches, type CreationRule } from "./creation-rules.js";

/** One item of `destination_rules` (config.md §6). */
export interface DestinationRule {
  readonly line: number;
  readonly pathRegex: string;
  readonly s3Bucket: string;
  readonly s3Prefix: string;
  readonly gcsBucket: string;
  readonly gcsPrefix: string;
  readonly vaultPath: string;
  readonly vaultAddress: string;
  readonly vaultKvMountName: string;
  readonly vaultKvVersion: 1 | 2;
  readonly recreationRule: CreationRule | null;
  readonly omitExtensions: boolean;
}

export type Destination =
  | { readonly kind: "s3" | "gcs"; readonly bucket: string; readonly prefix: string }
  | {
      readonly kind: "vault";
      /** Empty: `VAULT_ADDR`, or the client's default. */
      readonly address: string;
      /** Ends in `/`. */
      readonly path: string;
      /** Ends in `/`. */
      readonly mount: string;
      readonly kvVersion: 1 | 2;
    };

/** @throws ParseError for fields of a wrong kind */
export function parseDestinationRules(root: YamlMap): readonly DestinationRule[] {
  return (listOf(root, "destination_rules") ?? []).flatMap((item) => {
    const map = asMap(item, "an item of destination_rules");
    return map === null ? [] : [parseDestinationRule(map)];
  });
}

function parseDestinationRule(map: YamlMap): DestinationRule {
  const recreation = mapOf(map, "recreation_rule");
  return {
    line: map.line,
    pathRegex: textOf(map, "path_regex"),
    s3Bucket: textOf(map, "s3_bucket"),
    s3Prefix: textOf(map, "s3_prefix"),
    gcsBucket: textOf(map, "gcs_bucket"),
    gcsPrefix: textOf(map, "gcs_prefix"),
    vaultPath: textOf(map, "vault_path"),
    vaultAddress: textOf(map, "vault_address"),
    vaultKvMountName: textOf(map, "vault_kv_mount_name"),
    vaultKvVersion: integerOf(map, "vault_kv_version") === 1 ? 1 : 2,
    recreationRule: recreation === null ? null : parseCreationRule(recreation),
    omitExtensions: booleanOf(map, "omit_extensions"),
  };
}

/**
 * The first rule whose pattern is found in the path as given, or failing that in the path relative to the
 * configuration (config.md §6).
 *
 * @throws SopsError NO_MATCHING_RULE; INVALID_REGEX for a pattern before the rule that matches
 */
export function findDestinationRule(
  rules: readonly DestinationRule[],
  path: string,
  relativePath: string,
): DestinationRule {
  const rule =
    rules.find((candidate) => pathMatches(candidate, path)) ??
    rules.find((candidate) => pathMatches(candidate, relativePath));
  if (rule === undefined) {
    throw new SopsError("NO_MATCHING_RULE", "error loading config: no matching destination found");
  }
  return rule;
}

/** @throws SopsError CONFIG_INVALID unless the rule names exactly one place */
export function destinationOf(rule: DestinationRule): Destination {
  const found: Destination[] = [];
  if (rule.s3Bucket !== "") {
    found.push({ kind: "s3", bucket: rule.s3Bucket, prefix: rule.s3Prefix });
  }
  if (rule.gcsBucket !== "") {
    found.push({ kind: "gcs", bucket: rule.gcsBucket, prefix: rule.gcsPrefix });
  }
  if (rule.vaultPath !== "") {
    found.push({
      kind: "vault",
      address: rule.vaultAddress,
      path: withSlash(rule.vaultPath),
      mount: withSlash(rule.vaultKvMountName === "" ? "secret" : rule.vaultKvMountName),
      kvVersion: rule.vaultKvVersion,
    });
  }
  const [only] = found;
  if (only === undefined || found.length > 1) {
    const reason =
      only === undefined
        ? "no destination configured for this file"
        : `more than one destination in the rule at line ${rule.line}`;
    throw new SopsError("CONFIG_INVALID", `error loading config: ${reason}`);
  }
  return only;
}

/**
 * @param name - of the file in the destination, with its extension dropped where that is asked for
 * @param vaultAddress - what an empty address stands for
 */
export function showDestination(
  destination: Destination,
  name: string,
  vaultAddress: string,
): string {
  if (destination.kind !== "vault") {
    return `${destination.kind}://${destination.bucket}/${destination.prefix}${name}`;
  }
  const { address, mount, path, kvVersion } = destination;
  const base = withoutSlash(address === "" ? vaultAddress : address);
  return `${base}/v1/${mount}${kvVersion === 2 ? "data/" : ""}${path}${name}`;
}

function withSlash(text: string): string {
  return text.endsWith("/") ? text : `${text}/`;
}

function withoutSlash(text: string): string {
  return text.endsWith("/") ? text.slice(0, -1) : text;
}
