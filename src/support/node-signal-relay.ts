import type { ChildProcess } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

import {
  commandLineOf,
  descendantsOf,
  groupOf,
  isRunning,
  type ProcessEntry,
} from "./node-processes.js";
import type { SignalName } from "./node-signals.js";

/** Keys of the terminal, and its size: where we are in its foreground it tells our children itself. */
export const TERMINAL_SIGNALS: ReadonlySet<SignalName> = new Set(["SIGINT", "SIGQUIT", "SIGWINCH"]);

/** The terminal gives these to the whole group, and shells count on it. */
const GROUP_SIGNALS: ReadonlySet<SignalName> = new Set([...TERMINAL_SIGNALS, "SIGHUP"]);

/** How long what a child leaves behind may take to end after a signal. */
const LEFT_OVER_MS = 10_000;
const LOOK_MS = 20;

/**
 * Passes signals to a child, and ends what it leaves behind after one (security.md X2).
 *
 * What a terminal gives to a group goes to all of the child's group. Any other signal goes to the child alone, as from
 * `kill`; but a shell that only waits for the command that we gave it counts as one with that command. Where there is a
 * grace, the child and all below it are killed at its end (security.md E3).
 */
export class SignalRelay {
  readonly #child: ChildProcess;
  readonly #graceMs: number | undefined;
  readonly #commandLine: string;
  /** What was below the child when a signal came, by process id. */
  readonly #known = new Map<number, ProcessEntry>();
  readonly #reached = new Set<number>();
  /** The last signal that asks for an end. */
  #last: SignalName | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(child: ChildProcess, words: readonly string[], graceMs: number | undefined) {
    this.#child = child;
    this.#graceMs = graceMs;
    this.#commandLine = words.map((word) => `${word}\0`).join("");
  }

  pass(signal: SignalName): void {
    if (signal !== "SIGWINCH") {
      this.#last = signal;
    }
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) {
      this.#reach(this.#leftOvers(), signal);
      return;
    }
    const below = this.#remember(pid);
    const isWaitingShell = commandLineOf(pid) === this.#commandLine;
    const concerned = below.filter(({ parentId, groupId }) =>
      GROUP_SIGNALS.has(signal) ? groupId === groupOf(pid) : isWaitingShell && parentId === pid,
    );
    this.#child.kill(signal);
    this.#reach(concerned, signal);
    if (this.#graceMs !== undefined && !TERMINAL_SIGNALS.has(signal)) {
      this.#timer ??= setTimeout(() => {
        this.#killAll(pid);
      }, this.#graceMs);
    }
  }

  /** Call it when the child has ended. */
  async finish(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#last === null) {
      return;
    }
    const unreached = this.#leftOvers().filter(({ processId }) => !this.#reached.has(processId));
    this.#reach(unreached, this.#last);
    const end = Date.now() + (this.#graceMs ?? LEFT_OVER_MS);
    while (this.#leftOvers().length > 0 && Date.now() < end) {
      await pause(LOOK_MS);
    }
    // What survives the end of the terminal was meant to (`nohup`), unless it is an editor's.
    if (this.#last !== "SIGHUP" || this.#graceMs !== undefined) {
      this.#reach(this.#leftOvers(), "SIGKILL");
    }
  }

  #remember(pid: number): ProcessEntry[] {
    const below = descendantsOf(pid);
    for (const entry of below) {
      this.#known.set(entry.processId, entry);
    }
    return below;
  }

  #leftOvers(): ProcessEntry[] {
    return [...this.#known.values()].filter(isRunning);
  }

  #reach(entries: readonly ProcessEntry[], signal: SignalName | "SIGKILL"): void {
    for (const { processId } of entries) {
      this.#reached.add(processId);
      send(processId, signal);
    }
  }

  #killAll(pid: number): void {
    const below = this.#remember(pid);
    this.#child.kill("SIGKILL");
    this.#reach(below, "SIGKILL");
  }
}

function send(processId: number, signal: string): void {
  try {
    process.kill(processId, signal);
  } catch {
    // It ended meanwhile, or belongs to somebody else: then it is not ours to end.
  }
}
