import { bool, text, type BoolOption, type StringOption } from "./option.js";

/** How `exec-env` and `exec-file` start their command (spec: cli.md §9.9). */
export const childOptions: {
  user: StringOption;
  background: BoolOption;
  hideKeyVariables: BoolOption;
} = {
  user: text("user", "NAME", "run the command as this user; needs root"),
  background: bool("background", "start the command and do not wait for it (deprecated)"),
  hideKeyVariables: bool(
    "hide-key-variables",
    "keep the variables that lead to our private keys, such as SOPS_AGE_KEY, from the command",
  ),
};

export const environmentOptions: {
  pristine: BoolOption;
  sameProcess: BoolOption;
  strictVariables: BoolOption;
} = {
  pristine: bool("pristine", "the command gets the values of the file and no other variables"),
  sameProcess: bool(
    "same-process",
    "end as the command does and add no message; the command is a child all the same, and gets our signals",
  ),
  strictVariables: bool(
    "strict-variables",
    "refuse a file that sets PATH, LD_PRELOAD, NODE_OPTIONS and the like, instead of warning",
  ),
};

export const offerOptions: { noFifo: BoolOption; filename: StringOption } = {
  noFifo: bool(
    "no-fifo",
    "a private file instead of a named pipe, for commands that seek in it or open it several times at once",
  ),
  filename: text("filename", "NAME", "the name that the file has for the command"),
};
