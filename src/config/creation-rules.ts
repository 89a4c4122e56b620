import type { SelectionSettings } from "../document/selection.js";
import { SELECTION_FIELDS } from "../document/selection.js";
import { SopsError } from "../support/errors.js";
import { compilePattern } from "../support/regex.js";
import { isNull, type YamlMap } from "../support/yaml-data.js";
import { asMap, booleanOf, integerOf, listOf, textOf } from "./fields.js";
import { parseRuleKeys, RULE_KEY_FIELDS, type RuleKeys } from "./key-groups.js";
import { parseSelectionFields } from "./selection-fields.js";

/** One item of `creation_rules`, or a `recreation_rule` (config.md §4.1). */
export interface CreationRule {
  /** Where it starts in the file. */
  readonly line: number;
  /** Empty: matches every path. */
  readonly pathRegex: string;
  readonly keys: RuleKeys;
  /** Groups needed to recover; 0 = all. */
  readonly shamirThreshold: number;
  readonly selection: SelectionSettings;
  readonly macOnlyEncrypted: boolean;
  /** Names that mean nothing here, `x-...` left out: worth a warning, since `filename_regex` is one of them. */
  readonly unknownFields: readonly string[];
}

const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  "path_regex",
  "shamir_threshold",
  "mac_only_encrypted",
  ...RULE_KEY_FIELDS,
  ...SELECTION_FIELDS.map(({ metadata }) => metadata),
]);

/** `null` where the file has no rules at all, which is not the same as an empty list (config.md §3). */
export function parseCreationRules(root: YamlMap): readonly CreationRule[] | null {
  const items = listOf(root, "creation_rules");
  if (items === undefined) {
    return null;
  }
  return items
    .filter((item) => !isNull(item))
    .flatMap((item) => {
      const map = asMap(item, "an item of creation_rules");
      return map === null ? [] : [parseCreationRule(map)];
    });
}

/** @throws ParseError for fields of a wrong kind */
export function parseCreationRule(map: YamlMap): CreationRule {
  return {
    line: map.line,
    pathRegex: textOf(map, "path_regex"),
    keys: parseRuleKeys(map, textOf(map, "aws_profile")),
    shamirThreshold: integerOf(map, "shamir_threshold") ?? 0,
    selection: parseSelectionFields(map),
    macOnlyEncrypted: booleanOf(map, "mac_only_encrypted"),
    unknownFields: [...map.entries.keys()].filter(
      (name) => !KNOWN_FIELDS.has(name) && !name.startsWith("x-"),
    ),
  };
}

/**
 * The first rule that matches, or `null`. Rules after it are not looked at.
 *
 * @param path - as {@link matchedPath} makes it
 * @throws SopsError INVALID_REGEX for the pattern of a rule up to the one that matches
 */
export function findCreationRule(
  rules: readonly CreationRule[],
  path: string,
): CreationRule | null {
  return rules.find((rule) => pathMatches(rule, path)) ?? null;
}

/** An empty pattern matches every path. @throws SopsError INVALID_REGEX */
export function pathMatches(
  { pathRegex, line }: { readonly pathRegex: string; readonly line: number },
  ...paths: readonly string[]
): boolean {
  if (pathRegex === "") {
    return true;
  }
  const where = `error loading config: can not compile regexp: path_regex of the rule at line ${line}`;
  const pattern = compilePattern(pathRegex, where);
  return paths.some((path) => pattern.test(path));
}

/** @throws SopsError NO_MATCHING_RULE */
export function noMatchingRule(): SopsError {
  // cli.md §13: other programs look for this text.
  return new SopsError(
    "NO_MATCHING_RULE",
    "error loading config: no matching creation rules found",
  );
}
