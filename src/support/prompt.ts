/**
 * Questions to the person at the terminal, whatever the standard streams are (spec: keys.md §5.3). One at a time; the
 * line of a question is erased when it has been answered, so that nothing of it stays in the scrollback.
 */
import type { Runtime, TerminalSession } from "./runtime.js";
import { concatBytes, showText } from "./text.js";

type Machine = Pick<Runtime, "openTerminal">;

const NO_TERMINAL = "there is no terminal to ask on";
const CANCELLED = "the question was cancelled";
const MAX_LENGTH = 4096;

const KEY = {
  interrupt: 0x03,
  endOfInput: 0x04,
  backspace: 0x08,
  lineFeed: 0x0a,
  enter: 0x0d,
  clear: 0x15,
  quit: 0x1c,
  escape: 0x1b,
  delete: 0x7f,
} as const;

/**
 * Asks for a line.
 *
 * @param isSecret - what is typed is not shown
 * @returns the bytes as typed, which the caller wipes
 * @throws Error no terminal, or cancelled with Ctrl-D; with Ctrl-C the process ends
 */
export function askLine(machine: Machine, text: string, isSecret: boolean): Promise<Uint8Array> {
  return withTerminal(machine, (session) => readLine(session, showText(text), isSecret));
}

/**
 * Asks for one key out of several; Enter means the first.
 *
 * @returns the index of the chosen key
 * @throws Error as {@link askLine}
 */
export function askKey(machine: Machine, text: string, keys: readonly string[]): Promise<number> {
  return withTerminal(machine, async (session) => {
    const prompt = showText(text);
    session.write(prompt);
    for (;;) {
      for (const byte of await nextKeys(session, prompt)) {
        const isEnter = byte === KEY.enter || byte === KEY.lineFeed;
        const chosen = isEnter ? 0 : keys.indexOf(String.fromCharCode(byte));
        if (chosen !== -1) {
          erase(session, prompt);
          return chosen;
        }
        if (byte === KEY.endOfInput) {
          erase(session, prompt);
          throw new Error(CANCELLED);
        }
      }
    }
  });
}

/** Shows a line. @returns whether there is a terminal */
export async function showLine(machine: Machine, text: string): Promise<boolean> {
  const session = await machine.openTerminal();
  session?.write(`${showText(text)}\n`);
  session?.close();
  return session !== null;
}

/** Whoever asks waits for the answers to those before. */
const turns = new WeakMap<Machine, Promise<unknown>>();

async function withTerminal<Answer>(
  machine: Machine,
  ask: (session: TerminalSession) => Promise<Answer>,
): Promise<Answer> {
  const turn = (turns.get(machine) ?? Promise.resolve()).then(async () => {
    const session = await machine.openTerminal();
    if (session === null) {
      throw new Error(NO_TERMINAL);
    }
    try {
      return await ask(session);
    } finally {
      session.close();
    }
  });
  turns.set(
    machine,
    turn.catch(() => undefined),
  );
  return turn;
}

/** The next keys. @throws Error when the terminal is gone, or after Ctrl-C when something keeps the process alive */
async function nextKeys(session: TerminalSession, shown: string): Promise<Uint8Array> {
  const keys = await session.readKeys();
  if (keys === null) {
    throw new Error("the terminal was closed");
  }
  if (keys.includes(KEY.interrupt) || keys.includes(KEY.quit)) {
    keys.fill(0);
    erase(session, shown);
    await session.interrupt();
    throw new Error("interrupted");
  }
  return keys;
}

async function readLine(
  session: TerminalSession,
  prompt: string,
  isSecret: boolean,
): Promise<Uint8Array> {
  const line = createLine();
  session.write(prompt);
  for (;;) {
    const shown = isSecret ? prompt : prompt + line.text();
    const keys = await nextKeys(session, shown);
    const end = line.take(keys);
    keys.fill(0);
    if (end === "more") {
      if (!isSecret) {
        erase(session, shown);
        session.write(prompt + line.text());
      }
      continue;
    }
    erase(session, isSecret ? prompt : prompt + line.text());
    if (end === "cancelled") {
      line.wipe();
      throw new Error(CANCELLED);
    }
    return line.wipe();
  }
}

interface Line {
  /** Reads keys up to the end of the line; the rest is dropped. */
  take(keys: Uint8Array): "more" | "done" | "cancelled";
  /** What has been typed, safe to show. */
  text(): string;
  /** @returns a copy of what has been typed, which is forgotten here */
  wipe(): Uint8Array;
}

function createLine(): Line {
  const bytes = new Uint8Array(MAX_LENGTH);
  let length = 0;
  let isEscape = false;

  function dropCharacter(): void {
    do {
      length = Math.max(0, length - 1);
    } while (length > 0 && ((bytes[length] ?? 0) & 0xc0) === 0x80);
  }

  /** Keys that edit; what else has no graphic, and no tabulator, is not for a line. */
  function edit(byte: number): void {
    if (byte === KEY.backspace || byte === KEY.delete) {
      dropCharacter();
    } else if (byte === KEY.clear) {
      length = 0;
    } else if ((byte >= 0x20 || byte === 0x09) && length < MAX_LENGTH) {
      bytes[length] = byte;
      length += 1;
    }
  }

  return {
    take(keys) {
      for (const byte of keys) {
        if (isEscape) {
          // An arrow or function key: it ends with a letter or a tilde, `[` and `O` only begin it.
          isEscape = byte < 0x40 || byte === 0x5b || byte === 0x4f;
        } else if (byte === KEY.enter || byte === KEY.lineFeed) {
          return "done";
        } else if (byte === KEY.endOfInput && length === 0) {
          return "cancelled";
        } else if (byte === KEY.escape) {
          isEscape = true;
        } else {
          edit(byte);
        }
      }
      return "more";
    },
    text: () => showText(new TextDecoder().decode(bytes.subarray(0, length))),
    wipe() {
      const copy = concatBytes([bytes.subarray(0, length)]);
      bytes.fill(0);
      length = 0;
      return copy;
    },
  };
}

/** Clears the lines that a text has taken, the cursor being at its end. */
function erase(session: TerminalSession, text: string): void {
  const rows = Math.floor(Math.max(0, Array.from(text).length - 1) / Math.max(1, session.columns));
  session.write(`\r\u001b[K${"\u001b[A\u001b[K".repeat(rows)}`);
}
