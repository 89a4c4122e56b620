import type { SelectionSettings } from "../../document/selection.js";
import { unlessEmpty } from "./input.js";
import { bool, text, type BoolOption, type Flags, type StringOption } from "./option.js";

/** Which values are encrypted (spec: crypto.md §7); at most one may be in force. */
export const selectionOptions: {
  unencryptedSuffix: StringOption;
  encryptedSuffix: StringOption;
  unencryptedRegex: StringOption;
  encryptedRegex: StringOption;
  unencryptedCommentRegex: StringOption;
  encryptedCommentRegex: StringOption;
} = {
  unencryptedSuffix: text("unencrypted-suffix", "SUFFIX", "keep keys that end so in clear"),
  encryptedSuffix: text("encrypted-suffix", "SUFFIX", "encrypt only keys that end so"),
  unencryptedRegex: text("unencrypted-regex", "REGEX", "keep keys that match in clear"),
  encryptedRegex: text("encrypted-regex", "REGEX", "encrypt only keys that match"),
  unencryptedCommentRegex: text(
    "unencrypted-comment-regex",
    "REGEX",
    "keep what a matching comment stands for in clear",
  ),
  encryptedCommentRegex: text(
    "encrypted-comment-regex",
    "REGEX",
    "encrypt only what a matching comment stands for",
  ),
};

/** The settings as an operation takes them; an empty one is not given. */
export function toSelection(flags: Flags<typeof selectionOptions>): SelectionSettings {
  return {
    unencryptedSuffix: unlessEmpty(flags.unencryptedSuffix),
    encryptedSuffix: unlessEmpty(flags.encryptedSuffix),
    unencryptedRegex: unlessEmpty(flags.unencryptedRegex),
    encryptedRegex: unlessEmpty(flags.encryptedRegex),
    unencryptedCommentRegex: unlessEmpty(flags.unencryptedCommentRegex),
    encryptedCommentRegex: unlessEmpty(flags.encryptedCommentRegex),
  };
}

export const macOptions: { macOnlyEncrypted: BoolOption } = {
  macOnlyEncrypted: bool("mac-only-encrypted", "let the MAC cover encrypted values only", {
    isGlobal: true,
  }),
};
