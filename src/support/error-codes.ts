/**
 * The one table of error codes: code -> exit status, one-line summary, next step.
 *
 * Exit numbers are those of sops (spec: cli.md §12); `docs/errors.md` is generated from this table.
 * A code is stable: scripts match on it. Add a line here, never a number elsewhere.
 */
export interface ErrorCodeEntry {
  readonly exit: number;
  readonly summary: string;
  /** What the user can do next; printed as a `hint:` line unless the error brings its own. */
  readonly hint?: string;
}

export const ERROR_CODES = {
  INTERNAL: {
    exit: 1,
    summary: "a bug in leafseal",
    hint: "run again with LEAFSEAL_DEBUG=1 and report the stack",
  },
  USAGE: { exit: 1, summary: "the command line is not understood" },
  INVALID_ENVIRONMENT: {
    exit: 1,
    summary: "an environment variable has a value that its flag cannot take",
  },
  NO_FILE: {
    exit: 100,
    summary: "the command needs a file",
    hint: "leafseal --help lists the commands",
  },
  UNKNOWN_HELP_TOPIC: { exit: 3, summary: "no such help topic or sub-command" },
  CONFLICTING_PARAMETERS: { exit: 8, summary: "options that exclude each other" },
  INVALID_ENCRYPTION_CONTEXT: {
    exit: 6,
    summary: "the encryption context is not a list of key:value",
  },
  CANNOT_READ: { exit: 2, summary: "the input cannot be read" },
  CANNOT_PARSE: { exit: 2, summary: "the plain input is not valid in its format" },
  CANNOT_PARSE_ENCRYPTED: { exit: 1, summary: "the encrypted input is not valid in its format" },
  CANNOT_WRITE: { exit: 3, summary: "the output cannot be written" },
  CANNOT_EMIT: { exit: 4, summary: "the tree cannot be written in the output format" },
  CANNOT_ENCRYPT_TREE: { exit: 23, summary: "a value cannot be encrypted" },
  CANNOT_DECRYPT_TREE: { exit: 25, summary: "a value cannot be decrypted" },
  INEXACT_NUMBER: {
    exit: 23,
    summary: "a number that the file format cannot carry exactly",
    hint: "put the number in quotes, or pass --allow-inexact",
  },
  PLAINTEXT_ALIAS: {
    exit: 23,
    summary: "a clear alias would publish an encrypted value",
    hint: "encrypt both places or pass --allow-plaintext",
  },
  NEW_PLAINTEXT: {
    exit: 1,
    summary: "a new value would be stored in clear against the creation rule",
    hint: "bring the file in line with its rule, or pass --allow-plaintext",
  },
  RECIPIENT_NOT_IN_RULE: {
    exit: 1,
    summary: "the file has recipients that its creation rule does not have",
    hint: "run updatekeys first, or leave out --strict-recipients",
  },
  NOT_CONFIRMED: {
    exit: 1,
    summary: "a question got no answer",
    hint: "answer y or n, or pass --yes",
  },
  INVALID_GROUP: { exit: 1, summary: "the key group cannot be added or deleted" },
  NOTHING_ENCRYPTED: {
    exit: 1,
    summary: "the selection encrypts none of the values",
    hint: "correct the selection, or pass --allow-plaintext if that is meant",
  },
  ALREADY_ENCRYPTED: { exit: 203, summary: "the input already has sops metadata" },
  NO_DOCUMENT: { exit: 92, summary: "the input holds no document" },
  METADATA_NOT_FOUND: { exit: 1, summary: "the file is not encrypted" },
  METADATA_INVALID: { exit: 1, summary: "the sops metadata is damaged" },
  NO_KEYS_IN_FILE: { exit: 1, summary: "the sops metadata names no recipient" },
  MAC_MISMATCH: {
    exit: 51,
    summary: "the file was changed without the data key",
    hint: "restore the file from Git; --ignore-mac opens it without this check",
  },
  MAC_MISSING: {
    exit: 51,
    summary: "the file carries no MAC",
    hint: "restore the file from Git; --ignore-mac opens it without this check",
  },
  MAC_UNREADABLE: {
    exit: 51,
    summary: "the MAC cannot be decrypted",
    hint: "restore the file from Git; --ignore-mac opens it without this check",
  },
  DATA_KEY_UNAVAILABLE: { exit: 128, summary: "none of the recipients could be used" },
  DATA_KEY_GENERATION: {
    exit: 1,
    summary: "the data key could not be wrapped for every recipient",
  },
  KEY_TYPE_NOT_BUILT_IN: { exit: 1, summary: "this kind of key is not built in yet" },
  INVALID_RECIPIENT: { exit: 1, summary: "a recipient is not valid" },
  INVALID_IDENTITY: { exit: 1, summary: "an identity is not valid" },
  INVALID_SHARES: { exit: 1, summary: "the data key cannot be split or combined" },
  DUPLICATE_DECRYPTION_ORDER: { exit: 112, summary: "the decryption order names a key type twice" },
  CONFIG_UNREADABLE: { exit: 1, summary: "the configuration cannot be read" },
  CONFIG_INVALID: { exit: 1, summary: "the configuration is not valid" },
  CONFIG_NOT_FOUND: { exit: 1, summary: "no configuration and no keys" },
  NO_MATCHING_RULE: { exit: 1, summary: "no creation rule matches the path" },
  CONFLICTING_SELECTION: { exit: 1, summary: "more than one selection setting" },
  INVALID_REGEX: { exit: 1, summary: "a pattern is not valid RE2" },
  INVALID_TREE_PATH: {
    exit: 91,
    summary: "the tree path is not valid",
    hint: "write it as '[\"key\"][0]'",
  },
  KEY_NOT_FOUND: { exit: 1, summary: "there is nothing at the tree path to remove" },
  INVALID_SET_VALUE: {
    exit: 7,
    summary: "the value to set is not valid JSON",
    hint: "quote strings twice: '\"text\"'",
  },
  NOT_CHANGED: { exit: 200, summary: "the edited file is the same as before" },
  EDITOR_NOT_FOUND: {
    exit: 201,
    summary: "there is no editor",
    hint: "set EDITOR (or SOPS_EDITOR) to a program and its arguments, such as 'vim' or 'code --wait'",
  },
  EDITOR_FAILED: {
    exit: 201,
    summary: "the editor could not be run or failed; nothing was written",
  },
  EDIT_CANCELED: { exit: 1, summary: "a signal ended editing; nothing was written" },
  INVALID_VARIABLE: { exit: 1, summary: "a value cannot become an environment variable" },
  INVALID_FILE_NAME: { exit: 1, summary: "the name for the file of a command is not a plain name" },
  UNKNOWN_USER: { exit: 1, summary: "there is no such user" },
  CANNOT_BECOME_USER: {
    exit: 1,
    summary: "the user cannot be changed",
    hint: "--user needs root",
  },
  COMMAND_NOT_STARTED: { exit: 1, summary: "the command cannot be started" },
  COMMAND_FAILED: {
    exit: 1,
    summary: "the command failed; the exit status is its own, 128 + n where signal n ended it",
  },
  TREE_PATH_NOT_FOUND: { exit: 1, summary: "the tree path leads nowhere" },
  FILE_NOT_FOUND: { exit: 100, summary: "the file does not exist" },
  CANNOT_LISTEN: {
    exit: 1,
    summary: "the key service cannot listen at its address",
    hint: "choose another with --address",
  },
  REMOTE_NOT_ALLOWED: {
    exit: 1,
    summary: "the key service would be open to other machines",
    hint: "use --network unix or a loopback address; --allow-remote if the network is to be trusted",
  },
  AUDIT_FAILED: {
    exit: 1,
    summary: "auditing is configured, and what was to be done cannot be recorded",
    hint: "nothing is done without its record; ask whoever looks after /etc/sops/audit.yaml",
  },
  SDK_UNAVAILABLE: { exit: 1, summary: "a library that is needed only here is not installed" },
  HOST_NOT_ALLOWED: {
    exit: 1,
    summary: "a secret would go to a server that only a file names",
  },
  VAULT_FAILED: { exit: 1, summary: "the Vault server does not answer, or refuses" },
  NOT_PUBLISHED: { exit: 1, summary: "the destination did not take the file" },
  CANCELED: { exit: 1, summary: "the answer to a question was no", hint: "nothing was changed" },
  SOME_FILES_FAILED: { exit: 1, summary: "some of the files failed" },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;
