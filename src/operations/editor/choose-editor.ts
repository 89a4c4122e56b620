import { SopsError } from "../../support/errors.js";
import { findProgram } from "../../support/find-program.js";
import type { Runtime } from "../../support/runtime.js";
import { splitShellWords } from "../../support/shell-words.js";
import { showText } from "../../support/text.js";

const VARIABLES = ["SOPS_EDITOR", "EDITOR"] as const;
const DEFAULT_EDITORS = ["vim", "nano", "vi"] as const;

export interface EditorCommand {
  /** As the user wrote them, program first. */
  readonly words: readonly [string, ...string[]];
  /** The file to run. */
  readonly program: string;
}

/**
 * The user's editor: `SOPS_EDITOR`, `EDITOR`, else one of the usual three (cli.md §8.2). A variable of nothing but
 * blanks and comments counts as unset.
 *
 * @throws SopsError EDITOR_NOT_FOUND (exit 201)
 */
export function chooseEditor(
  runtime: Pick<Runtime, "env" | "fs" | "platform" | "cwd">,
): EditorCommand {
  for (const variable of VARIABLES) {
    const words = splitShellWords(runtime.env[variable] ?? "");
    if (words === null) {
      throw new SopsError("EDITOR_NOT_FOUND", `invalid $${variable}: a quote is not closed`);
    }
    const [command, ...args] = words;
    if (command !== undefined) {
      const program = findProgram(runtime, command);
      if (program === null) {
        throw new SopsError(
          "EDITOR_NOT_FOUND",
          `$${variable}: ${showText(command)} is in no absolute directory of PATH`,
        );
      }
      return { words: [command, ...args], program };
    }
  }
  for (const command of DEFAULT_EDITORS) {
    const program = findProgram(runtime, command);
    if (program !== null) {
      return { words: [command], program };
    }
  }
  throw new SopsError(
    "EDITOR_NOT_FOUND",
    `no editor is set and none of ${DEFAULT_EDITORS.join(", ")} is installed`,
  );
}
