import type { Command } from "./commands/command.js";

/** A command by name; its file is loaded when it is needed. */
export interface CommandEntry {
  readonly name: string;
  load(): Promise<Command>;
}

/** All verbs, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: "encrypt", load: async () => (await import("./commands/encrypt.js")).encrypt },
  { name: "decrypt", load: async () => (await import("./commands/decrypt.js")).decrypt },
  { name: "filestatus", load: async () => (await import("./commands/filestatus.js")).filestatus },
];

/** Names by which the help itself is a command. */
export const HELP_NAMES: readonly string[] = ["help", "h"];
