/**
 * Runs a scenario in a text file: command lines, what must come of them, and the input files.
 *
 *     # a comment
 *     leafseal encrypt --age $AGE1 a.yaml      must succeed; `! leafseal …` must fail
 *     exit 100                                 exit status of the last command
 *     stdout 'pattern'   ! stderr .            its output, as a regular expression over all lines
 *     stdout-is FILE     save stdout FILE      whole output; keep it
 *     cmp A B   ! cmp A B   exists A   ! exists A   grep 'pattern' A   mode A 600
 *     cp A B   rm A   mkdir A   ln A B   chmod 600 A   cd DIR   env NAME=VALUE   stdin FILE
 *     replace A 'text' 'new'   no-final-newline A   crlf A     change a file
 *     -- name --                               embedded file, up to the next such line
 *
 * The line `both` in front makes the real sops run the same script: its behaviour must be the same.
 */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** Runs one command line of the program under test. */
export type Program = (
  args: readonly string[],
  options: { cwd: string; env: Record<string, string>; stdin: Uint8Array },
) => Promise<{ exitCode: number; stdout: Uint8Array; stderr: string }>;

interface Line {
  readonly number: number;
  readonly isNegated: boolean;
  readonly words: readonly string[];
}

export interface Script {
  readonly isForBoth: boolean;
  readonly lines: readonly Line[];
  readonly files: ReadonlyMap<string, string>;
}

/** Words as in a shell: blanks separate, `'…'` is literal, `"…"` takes `\"` and `\\`, `$NAME` is filled in later. */
function splitWords(text: string): string[] {
  const words: string[] = [];
  const token = /\s*(?:((?:'[^']*'|"(?:\\.|[^"\\])*"|[^\s'"])+))/gy;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    words.push(
      (match[1] ?? "").replaceAll(
        /'([^']*)'|"((?:\\.|[^"\\])*)"/g,
        (_, single: string | undefined, double: string | undefined) =>
          single ?? (double ?? "").replaceAll(/\\(["\\])/g, "$1"),
      ),
    );
  }
  return words;
}

export function parseScript(text: string): Script {
  const lines: Line[] = [];
  const files = new Map<string, string>();
  let file: string | null = null;
  let isForBoth = false;
  for (const [index, raw] of text.split("\n").entries()) {
    const header = /^-- (.+) --$/.exec(raw)?.[1];
    if (header !== undefined) {
      file = header;
      files.set(file, "");
    } else if (file !== null) {
      files.set(file, `${files.get(file) ?? ""}${raw}\n`);
    } else if (raw.trim() === "both") {
      isForBoth = true;
    } else if (raw.trim() !== "" && !raw.startsWith("#")) {
      const words = splitWords(raw);
      const isNegated = words[0] === "!";
      lines.push({ number: index + 1, isNegated, words: isNegated ? words.slice(1) : words });
    }
  }
  // The text's own last newline is not part of the last file.
  if (file !== null) files.set(file, (files.get(file) ?? "").replace(/\n$/, ""));
  return { isForBoth, lines, files };
}

interface State {
  readonly root: string;
  readonly program: Program;
  readonly env: Record<string, string>;
  readonly variables: Readonly<Record<string, string>>;
  cwd: string;
  stdin: Uint8Array;
  last: { exitCode: number; stdout: Buffer; stderr: string } | null;
}

class ScriptFailure extends Error {}

function verify(holds: boolean, message: string): void {
  if (!holds) throw new ScriptFailure(message);
}

function last(state: State): NonNullable<State["last"]> {
  if (state.last === null) throw new ScriptFailure("no command has run");
  return state.last;
}

async function runProgram(
  state: State,
  args: readonly string[],
  isNegated: boolean,
): Promise<void> {
  const { exitCode, stdout, stderr } = await state.program(args, {
    cwd: state.cwd,
    env: state.env,
    stdin: state.stdin,
  });
  state.last = { exitCode, stdout: Buffer.from(stdout), stderr };
  state.stdin = new Uint8Array();
  const shown = `exit ${exitCode}: ${stderr.trim() === "" ? "(nothing on standard error)" : stderr.trim()}`;
  verify((exitCode !== 0) === isNegated, shown);
}

type Command = (state: State, args: readonly string[], isNegated: boolean) => void | Promise<void>;

function matches(text: string, pattern: string | undefined): boolean {
  return new RegExp(pattern ?? ".", "m").test(text);
}

function expectMatch(
  what: string,
  text: string,
  pattern: string | undefined,
  isNegated: boolean,
): void {
  const wanted = isNegated ? "must not match" : "must match";
  verify(
    matches(text, pattern) !== isNegated,
    `${what} ${wanted} /${pattern ?? "."}/; it is:\n${text}`,
  );
}

const pathIn = (state: State, name: string | undefined): string => join(state.cwd, name ?? "");

const COMMANDS: Readonly<Record<string, Command>> = {
  leafseal: (state, args, isNegated) => runProgram(state, args, isNegated),
  exit: (state, [code]) => {
    const { exitCode, stderr } = last(state);
    verify(
      exitCode === Number(code),
      `exit status is ${exitCode}, expected ${code ?? ""}; ${stderr}`,
    );
  },
  stdout: (state, [pattern], isNegated) => {
    expectMatch("standard output", last(state).stdout.toString("utf8"), pattern, isNegated);
  },
  stderr: (state, [pattern], isNegated) => {
    expectMatch("standard error", last(state).stderr, pattern, isNegated);
  },
  "stdout-is": (state, [name], isNegated) => {
    const isEqual = last(state).stdout.equals(readFileSync(pathIn(state, name)));
    verify(isEqual !== isNegated, `standard output is:\n${last(state).stdout.toString("utf8")}`);
  },
  save: (state, [, name]) => {
    writeFileSync(pathIn(state, name), last(state).stdout);
  },
  cmp: (state, [left, right], isNegated) => {
    const isEqual = readFileSync(pathIn(state, left)).equals(readFileSync(pathIn(state, right)));
    verify(
      isEqual !== isNegated,
      `${left ?? ""} and ${right ?? ""} ${isEqual ? "are equal" : "differ"}`,
    );
  },
  exists: (state, [name], isNegated) => {
    verify(
      existsSync(pathIn(state, name)) !== isNegated,
      `${name ?? ""} ${isNegated ? "exists" : "is missing"}`,
    );
  },
  grep: (state, [pattern, name], isNegated) => {
    expectMatch(name ?? "", readFileSync(pathIn(state, name), "utf8"), pattern, isNegated);
  },
  mode: (state, [name, mode]) => {
    const actual = (statSync(pathIn(state, name)).mode & 0o777).toString(8);
    verify(actual === mode, `mode of ${name ?? ""} is ${actual}`);
  },
  cp: (state, [from, to]) => {
    cpSync(pathIn(state, from), pathIn(state, to));
  },
  rm: (state, [name]) => {
    rmSync(pathIn(state, name), { recursive: true, force: true });
  },
  mkdir: (state, [name]) => {
    mkdirSync(pathIn(state, name), { recursive: true });
  },
  ln: (state, [target, name]) => {
    symlinkSync(target ?? "", pathIn(state, name));
  },
  chmod: (state, [mode, name]) => {
    chmodSync(pathIn(state, name), Number.parseInt(mode ?? "", 8));
  },
  cd: (state, [name]) => {
    state.cwd = join(state.root, name ?? "");
  },
  env: (state, [assignment = ""]) => {
    const at = assignment.indexOf("=");
    state.env[assignment.slice(0, at)] = assignment.slice(at + 1);
  },
  stdin: (state, [name]) => {
    state.stdin = readFileSync(pathIn(state, name));
  },
  replace: (state, [name, from = "", to = ""]) => {
    const path = pathIn(state, name);
    const text = readFileSync(path, "utf8");
    verify(text.includes(from), `${name ?? ""} does not hold ${from}`);
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
  },
  "no-final-newline": (state, [name]) => {
    const path = pathIn(state, name);
    writeFileSync(path, readFileSync(path, "utf8").replace(/\n$/, ""));
  },
  crlf: (state, [name]) => {
    const path = pathIn(state, name);
    writeFileSync(path, readFileSync(path, "utf8").replaceAll("\n", "\r\n"));
  },
};

/**
 * @param root an empty directory of its own
 * @param variables filled in for `$NAME`; also the start of the environment are those in `env`
 * @throws Error naming the line that does not hold
 */
export async function runScript(
  script: Script,
  program: Program,
  setting: {
    root: string;
    env: Record<string, string>;
    variables: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const { root, env, variables } = setting;
  for (const [name, content] of script.files) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  const state: State = {
    root,
    program,
    env: { ...env },
    variables,
    cwd: root,
    stdin: new Uint8Array(),
    last: null,
  };
  for (const { number, isNegated, words } of script.lines) {
    const [name = "", ...args] = words.map((word) =>
      word.replaceAll(/\$([A-Z][A-Z0-9_]*)/g, (text, key: string) => variables[key] ?? text),
    );
    const command = COMMANDS[name];
    if (command === undefined) throw new Error(`line ${number}: unknown command ${name}`);
    try {
      await command(state, args, isNegated);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`line ${number}: ${isNegated ? "! " : ""}${words.join(" ")}\n${reason}`, {
        cause: error,
      });
    }
  }
}
