import type { TerminalSession } from "../../src/support/runtime.js";
import { encodeText } from "../../src/support/text.js";

/** A terminal whose keys the test has typed before; every entry is what one reading gives. */
export interface TestTerminal {
  open(): Promise<TerminalSession | null>;
  /** Everything that was shown, with control characters. */
  shown(): string;
  /** Sessions that were opened, and those among them that are open still. */
  readonly sessions: { opened: number; open: number };
  interrupts: number;
}

export function createTestTerminal(keys: readonly (string | null)[], columns = 80): TestTerminal {
  const waiting = [...keys];
  const output: string[] = [];
  const sessions = { opened: 0, open: 0 };
  const terminal: TestTerminal = {
    open() {
      sessions.opened += 1;
      sessions.open += 1;
      let isOpen = true;
      const close = (): void => {
        sessions.open -= isOpen ? 1 : 0;
        isOpen = false;
      };
      return Promise.resolve({
        columns,
        write: (text) => output.push(text),
        readKeys() {
          const next = waiting.shift();
          if (next === undefined) throw new Error("the test has typed too little");
          return Promise.resolve(next === null ? null : encodeText(next));
        },
        interrupt() {
          terminal.interrupts += 1;
          close();
          return Promise.resolve();
        },
        close,
      });
    },
    shown: () => output.join(""),
    sessions,
    interrupts: 0,
  };
  return terminal;
}
