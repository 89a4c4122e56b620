import { compilePattern, type Pattern } from "../support/regex.js";
import { SopsError } from "../support/errors.js";

/**
 * Which leaves are encrypted: at most one of the six settings is non-empty (crypto.md §7).
 * None set means "everything"; callers put the default suffix `_unencrypted` in before they write a file.
 */
export interface SelectionSettings {
  readonly unencryptedSuffix?: string | undefined;
  readonly encryptedSuffix?: string | undefined;
  readonly unencryptedRegex?: string | undefined;
  readonly encryptedRegex?: string | undefined;
  readonly unencryptedCommentRegex?: string | undefined;
  readonly encryptedCommentRegex?: string | undefined;
}

export const DEFAULT_UNENCRYPTED_SUFFIX = "_unencrypted";

/** The six settings with their metadata and flag names, in the order in which messages list them. */
export const SELECTION_FIELDS: readonly {
  readonly field: keyof SelectionSettings;
  readonly metadata: string;
}[] = [
  { field: "unencryptedSuffix", metadata: "unencrypted_suffix" },
  { field: "encryptedSuffix", metadata: "encrypted_suffix" },
  { field: "unencryptedRegex", metadata: "unencrypted_regex" },
  { field: "encryptedRegex", metadata: "encrypted_regex" },
  { field: "unencryptedCommentRegex", metadata: "unencrypted_comment_regex" },
  { field: "encryptedCommentRegex", metadata: "encrypted_comment_regex" },
];

/** How many of the six are set. */
export function countSelectionSettings(settings: SelectionSettings): number {
  return SELECTION_FIELDS.filter(({ field }) => (settings[field] ?? "") !== "").length;
}

/**
 * A compiled selection. Path rules judge one key at a time: a key that matches decides for everything below it.
 * Comment rules judge the active comments (crypto.md §7.1), which the walk keeps.
 */
export type Selection =
  | {
      readonly by: "path";
      readonly encryptsMatches: boolean;
      readonly matchesKey: (key: string) => boolean;
    }
  | {
      readonly by: "comment";
      readonly encryptsMatches: boolean;
      readonly matchesComment: (text: string) => boolean;
    };

/** @throws SopsError INVALID_REGEX, CONFLICTING_SELECTION */
export function compileSelection(settings: SelectionSettings): Selection {
  if (countSelectionSettings(settings) > 1) {
    throw new SopsError(
      "CONFLICTING_SELECTION",
      "cannot use more than one of encrypted_suffix, unencrypted_suffix, encrypted_regex, unencrypted_regex, " +
        "encrypted_comment_regex, or unencrypted_comment_regex in the same file",
    );
  }
  if (isSet(settings.unencryptedRegex)) {
    return byPath(false, memoised(compilePattern(settings.unencryptedRegex, "unencrypted_regex")));
  }
  if (isSet(settings.encryptedRegex)) {
    return byPath(true, memoised(compilePattern(settings.encryptedRegex, "encrypted_regex")));
  }
  if (isSet(settings.unencryptedCommentRegex)) {
    return byComment(
      false,
      compilePattern(settings.unencryptedCommentRegex, "unencrypted_comment_regex"),
    );
  }
  if (isSet(settings.encryptedCommentRegex)) {
    return byComment(
      true,
      compilePattern(settings.encryptedCommentRegex, "encrypted_comment_regex"),
    );
  }
  const { encryptedSuffix, unencryptedSuffix } = settings;
  if (isSet(encryptedSuffix)) {
    return byPath(true, (key) => key.endsWith(encryptedSuffix));
  }
  if (isSet(unencryptedSuffix)) {
    return byPath(false, (key) => key.endsWith(unencryptedSuffix));
  }
  return byPath(false, () => false);
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}

function byPath(encryptsMatches: boolean, matchesKey: (key: string) => boolean): Selection {
  return { by: "path", encryptsMatches, matchesKey };
}

function byComment(encryptsMatches: boolean, pattern: Pattern): Selection {
  return { by: "comment", encryptsMatches, matchesComment: (text) => pattern.test(text) };
}

/** Keys repeat a lot in real files: ask the engine once a distinct key. */
function memoised(pattern: Pattern): (key: string) => boolean {
  const known = new Map<string, boolean>();
  return (key) => {
    let answer = known.get(key);
    if (answer === undefined) {
      answer = pattern.test(key);
      known.set(key, answer);
    }
    return answer;
  };
}
