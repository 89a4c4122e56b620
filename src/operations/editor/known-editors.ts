/** What is known of single editors: how they wait, keep nothing, and open a line. No file here runs anything. */

interface KnownEditor {
  /** Base names, without `.exe`. */
  readonly names: readonly string[];
  /** It returns at once unless one of these is given; the first one is added (beyond.md B17). */
  readonly waitFlags?: readonly string[];
  /** The arguments that open `file` at `line`, in place of the file alone. */
  readonly atLine?: (file: string, line: number) => readonly string[];
}

const plusLine = (file: string, line: number): readonly string[] => [`+${line}`, file];
const colonLine = (file: string, line: number): readonly string[] => [`${file}:${line}`];

const VIM_NAMES: readonly string[] = [
  "vim",
  "nvim",
  "vimx",
  "vim.basic",
  "vim.tiny",
  "vim.nox",
  "vim.gtk3",
];

const EDITORS: readonly KnownEditor[] = [
  { names: [...VIM_NAMES, "vi", "nano", "pico", "micro", "kak", "joe", "ne"], atLine: plusLine },
  { names: ["emacs", "emacsclient", "mg", "zile", "jmacs", "mcedit", "jed"], atLine: plusLine },
  { names: ["hx", "helix"], atLine: colonLine },
  {
    names: [
      "code",
      "code-insiders",
      "code-oss",
      "codium",
      "vscodium",
      "cursor",
      "windsurf",
      "positron",
    ],
    waitFlags: ["--wait", "-w"],
    atLine: (file, line) => ["--goto", `${file}:${line}`],
  },
  {
    names: ["subl", "sublime_text", "zed", "zeditor", "atom", "pulsar"],
    waitFlags: ["--wait", "-w"],
    atLine: colonLine,
  },
  {
    names: [
      "idea",
      "webstorm",
      "pycharm",
      "goland",
      "phpstorm",
      "clion",
      "rubymine",
      "rider",
      "rustrover",
    ],
    waitFlags: ["--wait"],
    atLine: (file, line) => ["--line", String(line), file],
  },
  { names: ["fleet"], waitFlags: ["--wait"] },
  { names: ["gvim", "mvim"], waitFlags: ["--nofork", "-f"], atLine: plusLine },
  { names: ["gedit", "pluma", "xed"], waitFlags: ["--wait", "-w"], atLine: plusLine },
  { names: ["gnome-text-editor"], waitFlags: ["--standalone", "-s"] },
  {
    names: ["kate", "kwrite"],
    waitFlags: ["--block", "-b"],
    atLine: (file, line) => ["--line", String(line), file],
  },
  { names: ["mate", "bbedit"], waitFlags: ["--wait", "-w"] },
];

const BY_NAME: ReadonlyMap<string, KnownEditor> = new Map(
  EDITORS.flatMap((editor) => editor.names.map((name) => [name, editor] as const)),
);

/**
 * For every vim: no swap file, no history of registers and commands, and, once the text is there and the user's own
 * settings are read, no copies in places of theirs (security.md E8).
 */
const VIM_SETTINGS =
  "silent! set nobackup nowritebackup noswapfile | silent! set noundofile | silent! set viminfo=";

/**
 * The arguments of an editor for a file with secrets.
 *
 * @param words - the user's command, program first
 * @param program - the file that is run, links followed: `vi` may be a vim
 * @param line - from 1; where the editor is known it opens there
 */
export function editorArguments(
  words: readonly string[],
  program: string,
  file: string,
  line?: number,
): string[] {
  const [command = "", ...own] = words;
  const name = baseName(command);
  const editor = BY_NAME.get(name) ?? BY_NAME.get(baseName(program));
  const target = line === undefined ? undefined : editor?.atLine?.(file, line);
  return [
    ...waitArguments(editor, own),
    ...(isVim(name) || isVim(baseName(program)) ? vimArguments(own) : []),
    ...own,
    ...(target ?? [file]),
  ];
}

function waitArguments(editor: KnownEditor | undefined, own: readonly string[]): readonly string[] {
  const flags = editor?.waitFlags ?? [];
  const [first] = flags;
  return first === undefined || own.some((word) => flags.includes(word)) ? [] : [first];
}

function isVim(name: string): boolean {
  return VIM_NAMES.includes(name) || name === "gvim" || name === "mvim";
}

/** A history file that the user has named stays theirs. */
function vimArguments(own: readonly string[]): readonly string[] {
  const history = own.some((word) => word.startsWith("-i")) ? [] : ["-i", "NONE"];
  return ["-n", ...history, "-c", VIM_SETTINGS];
}

/** The last part of a path, of any system, without `.exe`. */
function baseName(program: string): string {
  return program
    .slice(Math.max(program.lastIndexOf("/"), program.lastIndexOf("\\")) + 1)
    .replace(/\.exe$/i, "");
}
