import { completionScript, SHELLS } from "../completion-scripts.js";
import { defineCommand, type Command, type CommandEntry } from "./command.js";

const SETUPS: ReadonlyMap<string, string> = new Map([
  ["bash", "leafseal completion bash > ~/.local/share/bash-completion/completions/leafseal"],
  ["zsh", 'leafseal completion zsh > "${fpath[1]}/_leafseal"'],
  ["fish", "leafseal completion fish > ~/.config/fish/completions/leafseal.fish"],
  ["powershell", "leafseal completion powershell | Out-String | Invoke-Expression"],
]);

function forShell(shell: string): Command {
  return defineCommand({
    name: `completion ${shell}`,
    summary: `print the script for ${shell}`,
    args: "",
    description:
      `Prints a script for ${shell} that completes commands, flags, files, and the key paths of an encrypted file ` +
      "for set, unset and --extract. It needs no key.",
    examples: [{ line: SETUPS.get(shell) ?? "", does: "set it up" }],
    touchesFiles: false,
    options: {},
    run(_, { runtime }) {
      runtime.stdout.write(completionScript(shell));
      return Promise.resolve(0);
    },
  });
}

export const completion: Command = defineCommand({
  name: "completion",
  summary: "print a completion script for a shell",
  args: "SHELL",
  description:
    "Prints a script that teaches a shell to complete command lines of leafseal and sops.",
  examples: [],
  touchesFiles: false,
  options: {},
  commands: SHELLS.map((shell): CommandEntry => ({
    name: shell,
    load: () => Promise.resolve(forShell(shell)),
  })),
  run: () => Promise.resolve(0),
});
