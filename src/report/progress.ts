import type { Runtime } from "../support/runtime.js";
import { isCapableTerminal } from "./terminal.js";

const CLEAR_LINE = "\r\u001b[K";
const MAX_WIDTH = 40;

/** A bar on the last line of a terminal; silent everywhere else. */
export interface ProgressBar {
  show(done: number, total: number): void;
  /** Makes room for another line; the next `show` draws the bar again. */
  clear(): void;
}

export function createProgressBar(runtime: Runtime, isQuiet: boolean): ProgressBar {
  const { stderr, env } = runtime;
  if (isQuiet || !isCapableTerminal(stderr, env)) {
    return { show: () => undefined, clear: () => undefined };
  }
  let isShown = false;
  const clear = (): void => {
    if (isShown) {
      stderr.write(CLEAR_LINE);
      isShown = false;
    }
  };
  return {
    show(done, total) {
      if (total < 2 || done >= total) {
        clear();
        return;
      }
      stderr.write(`${CLEAR_LINE}${barText(done, total, stderr.columns)}`);
      isShown = true;
    },
    clear,
  };
}

function barText(done: number, total: number, columns: number): string {
  const count = ` ${String(done)}/${String(total)}`;
  const width = Math.min(MAX_WIDTH, columns - count.length - 3);
  if (width < 4) {
    return count.trimStart();
  }
  const filled = Math.floor((done / total) * width);
  return `[${"#".repeat(filled)}${".".repeat(width - filled)}]${count}`;
}
