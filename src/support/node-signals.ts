/** Signals to this process: who wants to know, and what is cleaned up where they end it. */
import * as os from "node:os";

const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;

const STOPPING_SIGNALS: ReadonlySet<string> = new Set(["SIGINT", "SIGTERM"]);

type EndingSignal = (typeof ENDING_SIGNALS)[number];

/** What is passed on to a child; SIGWINCH only tells that the terminal has another size. */
export type SignalName = EndingSignal | "SIGWINCH";

const cleanUps = new Set<() => void>();
const stops = new Set<() => void>();
const takers: ((signal: SignalName) => void)[] = [];
let isListening = false;

/** {@link Runtime.onExit} */
export function onExit(cleanUp: () => void): () => void {
  listenToSignals();
  return register(cleanUps, cleanUp);
}

/** {@link Runtime.onStop} */
export function onStop(stop: () => void): () => void {
  listenToSignals();
  return register(stops, stop);
}

/** In a wrapper, so that one function registered twice is two registrations. */
function register(registrations: Set<() => void>, action: () => void): () => void {
  const entry = (): void => {
    action();
  };
  registrations.add(entry);
  return () => {
    registrations.delete(entry);
  };
}

/**
 * Until the returned function is called, signals do nothing but call `take` (the newest one).
 */
export function takeSignals(take: (signal: SignalName) => void): () => void {
  listenToSignals();
  const entry = (signal: SignalName): void => {
    take(signal);
  };
  const onResize = (): void => {
    entry("SIGWINCH");
  };
  takers.push(entry);
  process.on("SIGWINCH", onResize);
  return () => {
    takers.splice(takers.indexOf(entry), 1);
    process.off("SIGWINCH", onResize);
  };
}

/** Also keeps SIGUSR1 from opening the debugger (security.md N5). */
function listenToSignals(): void {
  if (isListening) {
    return;
  }
  isListening = true;
  for (const signal of ENDING_SIGNALS) {
    process.on(signal, () => {
      react(signal);
    });
  }
}

function react(signal: EndingSignal): void {
  const take = takers.at(-1);
  if (take !== undefined) {
    take(signal);
  } else if (!(STOPPING_SIGNALS.has(signal) && runStops())) {
    runCleanUps();
    process.exit(128 + os.constants.signals[signal]);
  }
}

/** @returns whether anybody wanted to know; the next signal ends the process. */
function runStops(): boolean {
  const waiting = [...stops];
  stops.clear();
  waiting.forEach((stop) => {
    stop();
  });
  return waiting.length > 0;
}

/** Newest first; one that fails does not keep the others from running. */
export function runCleanUps(): void {
  for (const cleanUp of [...cleanUps].toReversed()) {
    cleanUps.delete(cleanUp);
    try {
      cleanUp();
    } catch {
      // The process ends; what could not be removed is harmless by design (security.md W11).
    }
  }
}
