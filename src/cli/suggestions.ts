import type { Runtime } from "../support/runtime.js";
import { HELP_NAMES } from "./command-list.js";
import type { CommandEntry } from "./commands/command.js";
import { readLineSoFar, type LineSoFar } from "./line-so-far.js";
import { spelled, type Option, type OptionTable } from "./options/option.js";

interface Suggestion {
  readonly text: string;
  readonly about: string;
  /** It has brackets and quotes, which the shell must be told to leave alone. */
  readonly isPath?: boolean;
}

/** `null`: the shell offers the names of files. */
type Suggestions = readonly Suggestion[] | null;

const TYPE_NAMES: readonly string[] = ["yaml", "json", "dotenv", "ini", "binary"];

/**
 * What our completion scripts ask for: the first line is `files` where the shell shall offer files, else `words`; then
 * a candidate a line, with a tab and what it is about.
 *
 * @param tokens - all words of the line, the last one being typed, as they stand there
 */
export async function suggestionText(
  tokens: readonly string[],
  shell: string,
  commands: readonly CommandEntry[],
  runtime: Pick<Runtime, "cwd" | "fs">,
): Promise<string> {
  const raw = tokens.at(-1) ?? "";
  const typed = unquote(raw);
  const line = await readLineSoFar(tokens.slice(0, -1).map(unquote), commands);
  const suggestions = await suggest(line, typed, commands, runtime);
  if (suggestions === null) {
    return "files\n";
  }
  const lines = suggestions
    .filter(({ text }) => text.startsWith(typed))
    .map(
      ({ text, about, isPath }) => `${isPath === true ? quote(text, raw, shell) : text}\t${about}`,
    );
  return ["words", ...lines].map((text) => `${text}\n`).join("");
}

async function suggest(
  line: LineSoFar,
  typed: string,
  commands: readonly CommandEntry[],
  runtime: Pick<Runtime, "cwd" | "fs">,
): Promise<Suggestions> {
  const { command, expecting, positionals, options } = line;
  if (expecting !== null) {
    return valuesOf(expecting, positionals, typed, runtime);
  }
  if (typed.startsWith("-") && !line.isLiteral) {
    return flags(options);
  }
  if (command?.commands !== undefined) {
    return names(command.commands);
  }
  if (command === null) {
    return rootWords(positionals, commands);
  }
  const [file] = positionals;
  return TAKING_PATHS.has(command.name) && file !== undefined && positionals.length === 1
    ? paths(file, typed, runtime)
    : null;
}

/** Their second word is a path in the file that is the first. */
const TAKING_PATHS: ReadonlySet<string> = new Set(["set", "unset"]);

async function rootWords(
  [first, second]: readonly string[],
  commands: readonly CommandEntry[],
): Promise<Suggestions> {
  if (first === undefined) {
    const help = HELP_NAMES.map((text) => ({ text, about: "show help" }));
    return [...(await names(commands)), ...help];
  }
  return HELP_NAMES.includes(first) && second === undefined ? names(commands) : null;
}

async function names(commands: readonly CommandEntry[]): Promise<Suggestion[]> {
  const suggestions: Suggestion[] = [];
  for (const entry of commands) {
    suggestions.push({ text: entry.name, about: (await entry.load()).summary });
  }
  return suggestions;
}

function flags(options: OptionTable): Suggestion[] {
  return Object.values(options)
    .filter(({ isLater }) => isLater !== true)
    .flatMap(({ names: spellings, summary }) =>
      spellings.map((name) => ({ text: spelled(name), about: summary })),
    );
}

async function valuesOf(
  option: Option,
  positionals: readonly string[],
  typed: string,
  runtime: Pick<Runtime, "cwd" | "fs">,
): Promise<Suggestions> {
  const [name] = option.names;
  if (name === "extract") {
    return paths(positionals[0] ?? "", typed, runtime);
  }
  const words = name.endsWith("put-type") ? TYPE_NAMES : choicesOf(option);
  return words.length === 0 ? null : words.map((text) => ({ text, about: "" }));
}

function choicesOf(option: Option): readonly string[] {
  return option.type === "string" ? (option.choices ?? []) : [];
}

async function paths(
  file: string,
  typed: string,
  runtime: Pick<Runtime, "cwd" | "fs">,
): Promise<Suggestion[]> {
  const { keyPaths } = await import("../operations/key-paths.js");
  const found = await keyPaths(file, typed, runtime);
  return found.map((text) => ({ text, about: "", isPath: true }));
}

/**
 * A word as the shell will hand it over: without its quotes, which may not be closed yet. A tree path that its user
 * forgot to quote is what it looks like.
 */
function unquote(word: string): string {
  if (word.startsWith("[")) {
    return word.replaceAll("\\", "");
  }
  let text = "";
  let quoteChar = "";
  for (let at = 0; at < word.length; at += 1) {
    const char = word.charAt(at);
    if (char === quoteChar) {
      quoteChar = "";
    } else if (quoteChar === "" && (char === "'" || char === '"')) {
      quoteChar = char;
    } else if (char === "\\" && quoteChar !== "'") {
      at += 1;
      text += word.charAt(at);
    } else {
      text += char;
    }
  }
  return text;
}

/** What goes into the line. fish and zsh quote by themselves. */
function quote(path: string, raw: string, shell: string): string {
  switch (shell) {
    case "bash":
      // Behind a quote that is open bash puts in the text as it is, and closes the quote.
      return raw.startsWith("'")
        ? path
        : raw.startsWith('"')
          ? path.replaceAll('["', "['").replaceAll('"]', "']")
          : `'${path.replaceAll("'", String.raw`'\''`)}'`;
    case "powershell":
      return `'${path.replaceAll("'", "''")}'`;
    default:
      return path;
  }
}
