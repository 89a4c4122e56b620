import {
  compileSelection,
  countSelectionSettings,
  DEFAULT_UNENCRYPTED_SUFFIX,
  type SelectionSettings,
} from "../document/selection.js";
import type { KeyGroup } from "../keys/key-group.js";
import type { RecipientOptions } from "../keys/key-type.js";
import type { KeyTypeId } from "../keys/master-key.js";
import { KEY_TYPES_OF_FLAGS } from "../keys/registry.js";
import { SopsError } from "../support/errors.js";
import type { Runtime } from "../support/runtime.js";
import { showText } from "../support/text.js";
import { findCreationRule, noMatchingRule, type CreationRule } from "./creation-rules.js";
import { keyGroupsOf } from "./key-groups.js";
import { withConfigPath, type LoadedConfig } from "./load.js";
import { matchedPath } from "./paths.js";
import { mergeSelections } from "./selection-fields.js";

/** What the command line and the environment say about a new file. */
export interface EncryptionInput extends RecipientOptions {
  readonly machine: Pick<Runtime, "cwd" | "platform">;
  /** `--filename-override`, else the file as given. */
  readonly file: string;
  /** A binary file: one value, always encrypted (cli.md §6). */
  readonly isBinary: boolean;
  /** Text of each key flag, its variable where the flag is absent; empty ones count as absent. */
  readonly recipients: ReadonlyMap<KeyTypeId, string>;
  readonly selection: SelectionSettings;
  readonly macOnlyEncrypted: boolean;
  /** 0 = not given. */
  readonly shamirThreshold: number;
}

/** How a new file is encrypted. */
export interface EncryptionPlan {
  /** A group may be empty: generating the data key refuses that. */
  readonly groups: readonly KeyGroup[];
  /** 0 = all groups. */
  readonly threshold: number;
  /** What the metadata records; nothing for binary files. */
  readonly selection: SelectionSettings;
  readonly macOnlyEncrypted: boolean;
  /** One of the six settings was asked for, by flag or rule (decisions.md "Nothing encrypted"). */
  readonly explicitSelection: boolean;
  readonly rule: CreationRule | null;
  readonly warnings: readonly string[];
}

/**
 * Keys and settings of a new file, from flags, environment and configuration (config.md §8).
 *
 * @param config - `null` when there is no configuration file
 * @throws SopsError CONFIG_NOT_FOUND, NO_MATCHING_RULE, CONFIG_INVALID, CONFLICTING_SELECTION (exit 8 where flags take
 *   part, 1 within a rule), INVALID_REGEX, INVALID_RECIPIENT
 */
export function resolveEncryption(
  input: EncryptionInput,
  config: LoadedConfig | null,
): EncryptionPlan {
  const given = givenGroup(input);
  const rule = ruleFor(input, config, given !== null);
  // A rule must be valid even where given keys replace its own (config.md §8).
  const configured = rule === null ? [] : groupsOfRule(input, config?.path ?? "", rule);
  const settings = settingsOf(input, rule);
  const warnings = rule === null ? [] : unknownFieldWarnings(rule);
  return {
    groups: given === null ? configured : [given],
    rule,
    ...settings,
    warnings: [...warnings, ...settings.warnings],
  };
}

type Settings = Omit<EncryptionPlan, "groups" | "rule">;

type GivenSettings = Pick<
  EncryptionInput,
  "isBinary" | "selection" | "macOnlyEncrypted" | "shamirThreshold"
>;

function settingsOf(input: GivenSettings, rule: CreationRule | null): Settings {
  const selection = mergeSelections(input.selection, rule?.selection ?? {});
  if (countSelectionSettings(selection) > 1) {
    throw conflict("Error: ", "in the same file", 8);
  }
  compileSelection(selection);
  const ruleThreshold = rule?.shamirThreshold ?? 0;
  const threshold = input.shamirThreshold === 0 ? ruleThreshold : input.shamirThreshold;
  if (input.isBinary) {
    return {
      threshold,
      selection: {},
      macOnlyEncrypted: false,
      explicitSelection: false,
      warnings: droppedWarnings(selection),
    };
  }
  const explicitSelection = countSelectionSettings(selection) > 0;
  return {
    threshold,
    selection: explicitSelection ? selection : { unencryptedSuffix: DEFAULT_UNENCRYPTED_SUFFIX },
    macOnlyEncrypted: input.macOnlyEncrypted || (rule?.macOnlyEncrypted ?? false),
    explicitSelection,
    warnings: [],
  };
}

/** A file of a run: what a rule's pattern is searched in. */
export type RuleQuery = Pick<EncryptionInput, "machine" | "file" | "encryptionContext">;

/**
 * The creation rule of a file and its groups, for verbs that bring a file in line with the configuration.
 *
 * @throws SopsError as {@link resolveEncryption}
 */
export function resolveRule(
  query: RuleQuery,
  config: LoadedConfig | null,
): { readonly rule: CreationRule; readonly groups: readonly KeyGroup[] } {
  if (config === null) {
    throw new SopsError("CONFIG_NOT_FOUND", "config file not found");
  }
  const rule = matchingRule(query, config);
  if (rule === null) {
    throw noMatchingRule();
  }
  return { rule, groups: groupsOfRule(query, config.path, rule) };
}

/**
 * Keys and settings of a copy that a `recreation_rule` asks for, as those of a new file.
 *
 * @returns `null` where the rule names no key: the file is published as it is (config.md §6)
 * @throws SopsError as {@link resolveEncryption}
 */
export function resolveRecreation(
  rule: CreationRule,
  isBinary: boolean,
  config: LoadedConfig,
): EncryptionPlan | null {
  const groups = groupsOfRule({}, config.path, rule);
  if (groups.every((group) => group.length === 0)) {
    return null;
  }
  const given = { isBinary, selection: {}, macOnlyEncrypted: false, shamirThreshold: 0 };
  const settings = settingsOf(given, rule);
  return {
    groups,
    rule,
    ...settings,
    warnings: [...unknownFieldWarnings(rule), ...settings.warnings],
  };
}

/** The creation rule of a file without its keys, `null` when none matches. @throws SopsError INVALID_REGEX */
export function matchingRule(
  { machine, file }: Pick<RuleQuery, "machine" | "file">,
  config: LoadedConfig,
): CreationRule | null {
  return findCreationRule(config.creationRules ?? [], matchedPath(machine, config.directory, file));
}

/** One group of all keys by flag or variable; duplicates stay (cli.md §6). `null` when there are none. */
function givenGroup(input: EncryptionInput): KeyGroup | null {
  const texts = KEY_TYPES_OF_FLAGS.map((type) => ({
    type,
    text: input.recipients.get(type.id) ?? "",
  }));
  if (texts.every(({ text }) => text === "")) {
    return null;
  }
  const { awsProfile, encryptionContext } = input;
  return texts.flatMap(({ type, text }) =>
    text === "" ? [] : type.parse(text, { awsProfile, encryptionContext }),
  );
}

function ruleFor(
  input: EncryptionInput,
  config: LoadedConfig | null,
  hasGivenKeys: boolean,
): CreationRule | null {
  const hasRules = config !== null && config.creationRules !== null;
  const rule = hasRules ? matchingRule(input, config) : null;
  // decisions.md: given keys win where no rule matches; sops refuses.
  if (rule !== null || hasGivenKeys) {
    return rule;
  }
  if (hasRules) {
    throw noMatchingRule();
  }
  throw new SopsError(
    "CONFIG_NOT_FOUND",
    "config file not found, or has no creation rules, and no keys provided through command line options",
  );
}

function groupsOfRule(
  { encryptionContext }: Pick<RuleQuery, "encryptionContext">,
  path: string,
  rule: CreationRule,
): KeyGroup[] {
  if (countSelectionSettings(rule.selection) > 1) {
    throw conflict("error loading config: ", "for the same rule", 1);
  }
  // An invalid pattern never means "matches nothing", also where a flag replaces it (security.md R3).
  compileSelection(rule.selection);
  return withConfigPath(path, () => keyGroupsOf(rule.keys, { path, encryptionContext }));
}

function conflict(prefix: string, scope: string, exitCode: number): SopsError {
  return new SopsError(
    "CONFLICTING_SELECTION",
    `${prefix}cannot use more than one of encrypted_suffix, unencrypted_suffix, encrypted_regex, ` +
      `unencrypted_regex, encrypted_comment_regex, or unencrypted_comment_regex ${scope}`,
    { exitCode },
  );
}

function unknownFieldWarnings(rule: CreationRule): string[] {
  if (rule.unknownFields.length === 0) {
    return [];
  }
  const names = rule.unknownFields.map(showText).join(", ");
  return [`the creation rule at line ${rule.line} has fields that mean nothing: ${names}`];
}

/** spec: cli.md §6; nothing is said about `unencrypted_comment_regex` */
const DROPPED: readonly (readonly [keyof SelectionSettings, string])[] = [
  ["unencryptedSuffix", "an unencrypted suffix"],
  ["encryptedSuffix", "an encrypted suffix"],
  ["unencryptedRegex", "an unencrypted regex"],
  ["encryptedRegex", "an encrypted regex"],
  ["encryptedCommentRegex", "an encrypted comment regex"],
];

function droppedWarnings(selection: SelectionSettings): string[] {
  return DROPPED.filter(([field]) => (selection[field] ?? "") !== "").map(
    ([, name]) =>
      `Using ${name} does not make sense with the input store (the binary store produces one key that ` +
      `should always be encrypted) and will be ignored.`,
  );
}
