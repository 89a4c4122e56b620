import type { CommandEntry } from "./commands/command.js";

/** All verbs, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: "encrypt", load: async () => (await import("./commands/encrypt.js")).encrypt },
  { name: "decrypt", load: async () => (await import("./commands/decrypt.js")).decrypt },
  { name: "edit", load: async () => (await import("./commands/edit.js")).edit },
  { name: "rotate", load: async () => (await import("./commands/rotate.js")).rotate },
  { name: "set", load: async () => (await import("./commands/set.js")).set },
  { name: "unset", load: async () => (await import("./commands/unset.js")).unset },
  { name: "updatekeys", load: async () => (await import("./commands/updatekeys.js")).updatekeys },
  { name: "groups", load: async () => (await import("./commands/groups.js")).groups },
  { name: "exec-env", load: async () => (await import("./commands/exec-env.js")).execEnv },
  { name: "exec-file", load: async () => (await import("./commands/exec-file.js")).execFile },
  { name: "publish", load: async () => (await import("./commands/publish.js")).publish },
  { name: "filestatus", load: async () => (await import("./commands/filestatus.js")).filestatus },
  { name: "keyservice", load: async () => (await import("./commands/keyservice.js")).keyservice },
  { name: "completion", load: async () => (await import("./commands/completion.js")).completion },
];

/** Names by which the help itself is a command. */
export const HELP_NAMES: readonly string[] = ["help", "h"];
