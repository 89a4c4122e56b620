/** The `console` blocks of a Markdown page as commands with the output that the page shows. */
export interface ShownCommand {
  /** As typed, several lines for a here-document. */
  readonly command: string;
  /** Lines below it; `…` stands for anything. */
  readonly output: string;
  readonly line: number;
}

/** Lines that begin with `$ ` are commands, `> ` continues one, everything else is output. */
export function shownCommands(markdown: string): ShownCommand[] {
  const commands: { command: string; output: string; line: number }[] = [];
  let isInside = false;
  for (const [index, text] of markdown.split("\n").entries()) {
    const current = commands.at(-1);
    if (text.startsWith("```")) isInside = text === "```console";
    else if (!isInside) continue;
    else if (text.startsWith("$ "))
      commands.push({ command: text.slice(2), output: "", line: index + 1 });
    else if (text.startsWith("> ") && current !== undefined)
      current.command += `\n${text.slice(2)}`;
    else if (current !== undefined) current.output += `${text}\n`;
  }
  return commands;
}

/** A shown output as a pattern: blanks at the ends do not count, `…` is any text. */
export function outputPattern(output: string): RegExp {
  const parts = output
    .trim()
    .split("…")
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[\\s\\S]*?")}$`);
}
