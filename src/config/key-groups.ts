import { removeDuplicates, type KeyGroup } from "../keys/key-group.js";
import type { ConfigItem, KeyType, RecipientOptions } from "../keys/key-type.js";
import type { FieldValue, MasterKey } from "../keys/master-key.js";
import { KEY_TYPES_OF_RULES } from "../keys/registry.js";
import { SopsError } from "../support/errors.js";
import { showText } from "../support/text.js";
import { isNull, type YamlMap, type YamlNode } from "../support/yaml-data.js";
import { asMap, asText, listOf, listOrScalarOf, wrongKind } from "./fields.js";

/** A rule's keys as far as the file's types go; recipients are read when the rule is used (config.md §4). */
export interface RuleKeys {
  /** The flat fields as they stand. */
  readonly flat: readonly FlatField[];
  readonly awsProfile: string;
  readonly groups: readonly GroupSpec[];
}

interface FlatField {
  readonly type: KeyType;
  readonly node: YamlNode;
}

interface GroupSpec {
  /** Sub-groups of `merge`; their keys come first. */
  readonly merge: readonly GroupSpec[];
  readonly items: readonly GroupItem[];
}

interface GroupItem {
  readonly type: KeyType;
  readonly item: ConfigItem;
  readonly line: number;
}

/** Names of all fields of a rule that say who can decrypt. */
export const RULE_KEY_FIELDS: readonly string[] = [
  ...KEY_TYPES_OF_RULES.map((type) => type.configFields.rule),
  "aws_profile",
  "key_groups",
];

/** @throws ParseError for wrong kinds in `key_groups`; those of the flat fields wait for {@link keyGroupsOf} */
export function parseRuleKeys(rule: YamlMap, awsProfile: string): RuleKeys {
  const flat = KEY_TYPES_OF_RULES.flatMap((type): FlatField[] => {
    const node = rule.entries.get(type.configFields.rule);
    return node === undefined || isNull(node) ? [] : [{ type, node }];
  });
  const groups = (listOf(rule, "key_groups") ?? []).map((node) => parseGroup(node, "key_groups"));
  return { flat, awsProfile, groups };
}

/** Recursion is bounded: the reader of the file counts the levels, those behind aliases too. */
function parseGroup(node: YamlNode, where: string): GroupSpec {
  const map = asMap(node, `an item of ${where}`);
  if (map === null) {
    return { merge: [], items: [] };
  }
  const merge = (listOf(map, "merge") ?? []).map((group) => parseGroup(group, "merge"));
  const items = KEY_TYPES_OF_RULES.flatMap((type) => {
    const field = type.configFields.group;
    return listOrScalarOf(map, field).map((item): GroupItem => ({
      type,
      item: parseItem(item, field),
      line: item.line,
    }));
  });
  return { merge, items };
}

/** A text where a mapping is due, or the reverse, is for the key type to understand (config.md §10). */
function parseItem(node: YamlNode, field: string): ConfigItem {
  if (node.kind !== "map") {
    return asText(node, `an item of ${field}`);
  }
  const fields = new Map<string, FieldValue>();
  for (const [name, value] of node.entries) {
    fields.set(name, value.kind === "map" ? parseTextMap(value, name) : asText(value, name));
  }
  return fields;
}

/** The encryption context: numbers become text (config.md §5). */
function parseTextMap(map: YamlMap, field: string): ReadonlyMap<string, string> {
  return new Map(
    [...map.entries].map(([key, value]) => [key, asText(value, `a value of ${field}`)]),
  );
}

/** What a rule's own text does not say. */
export interface KeyGroupOptions {
  /** Of the configuration, for messages. */
  readonly path: string;
  /** `--encryption-context`: for flat keys too, which sops drops silently (cli.md §2.1). */
  readonly encryptionContext?: ReadonlyMap<string, string> | undefined;
}

/**
 * The groups of a rule: `key_groups` if there are any, else one group of the flat fields, which may be empty.
 *
 * @throws ParseError for flat fields of a wrong kind
 * @throws SopsError INVALID_RECIPIENT with path and line
 */
export function keyGroupsOf(keys: RuleKeys, options: KeyGroupOptions): KeyGroup[] {
  if (keys.groups.length > 0) {
    return keys.groups.map((group) => {
      const found: MasterKey[] = [];
      collect(group, options.path, found);
      return removeDuplicates(found);
    });
  }
  const completion: RecipientOptions = {
    awsProfile: keys.awsProfile === "" ? undefined : keys.awsProfile,
    encryptionContext: options.encryptionContext,
  };
  return [
    keys.flat.flatMap(({ type, node }) => {
      const text = node.kind === "scalar" ? withoutEmptyParts(node.text) : joinItems(type, node);
      return atLine(options.path, node.line, () => type.parse(text, completion));
    }),
  ];
}

function collect(group: GroupSpec, path: string, found: MasterKey[]): void {
  for (const merged of group.merge) {
    collect(merged, path, found);
  }
  for (const { type, item, line } of group.items) {
    found.push(...atLine(path, line, () => type.parseConfigItem(item)));
  }
}

/** spec: config.md §4.3: a trailing comma is fine in a text, unlike in a flag */
function withoutEmptyParts(text: string): string {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .join(",");
}

/** spec: config.md §4.3: items as they are, split again by the key type */
function joinItems(type: KeyType, node: YamlNode): string {
  const field = type.configFields.rule;
  const what = `invalid ${field} key configuration: ${field}`;
  if (node.kind !== "list") {
    throw wrongKind(node, what, "a text or a list of texts");
  }
  const texts = node.items.map((item) => {
    if (item.kind !== "scalar" || isNull(item)) {
      throw wrongKind(item, `invalid ${field} key configuration: an item`, "a text");
    }
    return item.text;
  });
  return texts.join(",");
}

function atLine<T>(path: string, line: number, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof SopsError)) {
      throw error;
    }
    const message = `error loading config: ${showText(path)}: line ${line}: ${error.message}`;
    throw new SopsError(error.code, message, {
      exitCode: error.exitCode,
      hint: error.hint ?? null,
      details: { ...error.details, line },
      cause: error,
    });
  }
}
