import { bool, int, type BoolOption, type IntOption } from "./option.js";

/** Where the value of `set` comes from, if not from the command line (security.md X9). */
export const valueOptions: { valueFile: BoolOption; valueStdin: BoolOption; generate: IntOption } =
  {
    valueFile: bool("value-file", "VALUE is the name of a file that holds the JSON text"),
    valueStdin: bool("value-stdin", "read the JSON text from standard input"),
    generate: int("generate", "set a new secret of N random letters and digits"),
  };

export const idempotentOptions: { idempotent: BoolOption } = {
  idempotent: bool("idempotent", "leave the file untouched where nothing would change"),
};

export const showMasterKeysOptions: { showMasterKeys: BoolOption } = {
  showMasterKeys: bool(
    ["show-master-keys", "s"],
    "show the metadata in the editor, and apply what is changed there",
  ),
};

/** Our additions to `rotate` and `updatekeys` (security.md T2, T3). */
export const strictOptions: { strictRecipients: BoolOption } = {
  strictRecipients: bool(
    "strict-recipients",
    "refuse files with recipients that their creation rule does not have",
  ),
};

export const rotateTooOptions: { rotate: BoolOption } = {
  rotate: bool(
    "rotate",
    "also a new data key for what changes, so that the removed cannot read what follows",
  ),
};
