/**
 * `editor/` runs the user's editor on a private copy, which is gone afterwards whatever happens (security.md §3).
 */
import { SopsError } from "../../support/errors.js";
import {
  createTemporaryDirectory,
  type TemporaryDirectory,
} from "../../support/files/temporary-directory.js";
import type { ChildEnd, Runtime } from "../../support/runtime.js";
import { describeSystemError } from "../../support/system-error.js";
import { editorVariables } from "../key-variables.js";
import type { Notices } from "../options.js";
import { chooseEditor, type EditorCommand } from "./choose-editor.js";
import { editorArguments } from "./known-editors.js";

/** How long an editor that is told to end may take to save what it wants to save. */
const GRACE_MS = 2000;

/** Those of the terminal are the editor's business as long as it goes on (security.md E3). */
const KEYBOARD_SIGNALS: ReadonlySet<string> = new Set(["SIGINT", "SIGQUIT", "SIGWINCH"]);

export interface EditedFile {
  /** The base name of the file that is edited: editors choose their mode by it. */
  readonly baseName: string;
  readonly text: Uint8Array;
}

export interface EditSession {
  /**
   * Runs the editor on the copy, as it was left the last time.
   *
   * @param line - from 1, where to begin; only some editors can do that
   * @returns the text after it
   * @throws SopsError EDITOR_FAILED (exit 201), EDIT_CANCELED (1) after a signal to us, CANNOT_READ (2)
   */
  run(line?: number): Promise<Uint8Array>;
  /** Removes the copy and all that the editor has left beside it. Call it however the session ends. */
  close(): void;
}

/**
 * Makes the private copy. The editor is chosen before, so that no clear text is written where there is none.
 *
 * @throws SopsError EDITOR_NOT_FOUND (exit 201), CANNOT_WRITE (3)
 */
export async function openEditSession(
  runtime: Runtime,
  { baseName, text }: EditedFile,
  notices: Pick<Notices, "warn">,
): Promise<EditSession> {
  const editor = chooseEditor(runtime);
  const directory = createTemporaryDirectory(runtime, { prefix: "", inMemory: text.length });
  try {
    const file = directory.writeFile(baseName, text);
    return {
      run: (line) => runEditor(runtime, editor, file, line),
      close: () => {
        removeCopy(directory, notices);
      },
    };
  } catch (error) {
    directory.remove();
    throw error;
  }
}

function removeCopy(directory: TemporaryDirectory, notices: Pick<Notices, "warn">): void {
  try {
    directory.remove();
  } catch {
    notices.warn(`the clear copy could not be removed; remove ${directory.path} yourself`);
  }
}

async function runEditor(
  runtime: Runtime,
  { words, program }: EditorCommand,
  file: string,
  line: number | undefined,
): Promise<Uint8Array> {
  const request = {
    command: program,
    args: editorArguments(words, resolved(runtime, program), file, line),
    env: Object.fromEntries(editorVariables(runtime)),
    graceMs: GRACE_MS,
  };
  let end: ChildEnd;
  try {
    end = await runtime.runChild(request);
  } catch (cause) {
    throw failed(cause instanceof Error ? cause.message : "it cannot be started", cause);
  }
  refuseBadEnd(end);
  try {
    return runtime.fs.readFileSync(file);
  } catch (cause) {
    throw new SopsError(
      "CANNOT_READ",
      `the edited copy cannot be read: ${describeSystemError(cause)}`,
      { cause },
    );
  }
}

function resolved({ fs }: Pick<Runtime, "fs">, program: string): string {
  try {
    return fs.realpathSync(program);
  } catch {
    return program;
  }
}

function refuseBadEnd({ status, signal, passedSignals }: ChildEnd): void {
  const isOrderedToEnd = passedSignals.some((name) => !KEYBOARD_SIGNALS.has(name));
  const isInterrupted = status !== 0 && passedSignals.some((name) => name !== "SIGWINCH");
  if (isOrderedToEnd || isInterrupted) {
    throw new SopsError("EDIT_CANCELED", "User canceled operation");
  }
  if (status !== 0) {
    throw failed(signal === null ? `exit status ${status}` : `signal: ${signal}`);
  }
}

function failed(reason: string, cause?: unknown): SopsError {
  return new SopsError("EDITOR_FAILED", `Could not run editor: ${reason}`, { cause });
}
