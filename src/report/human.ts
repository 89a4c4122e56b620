import type { FileOutcome } from "../operations/options.js";
import type { Runtime } from "../support/runtime.js";
import { showText } from "../support/text.js";
import { failureText, hintLines, viewFailure } from "./failure.js";
import { renderKeyPlans } from "./key-plan.js";
import { noteTime, plainLogLine, terminalLogLine, type LogLevel } from "./log-line.js";
import { countOutcomes, exitOfOutcomes, summaryText } from "./outcomes.js";
import { createProgressBar, type ProgressBar } from "./progress.js";
import type { FinishOptions, Reporter, ReportOptions } from "./reporter.js";
import { usesColour } from "./terminal.js";

/** Where and how people read it. */
interface Screen {
  readonly isColoured: boolean;
  readonly isDebugging: boolean;
  readonly isQuiet: boolean;
  readonly bar: ProgressBar;
  write(text: string): void;
  log(logger: string, level: LogLevel, message: string): void;
}

/** Text for people, all of it on standard error. */
export function createHumanReporter(runtime: Runtime, options: ReportOptions): Reporter {
  const screen = openScreen(runtime, options.quiet);
  return {
    warn(message) {
      if (!options.quiet) {
        screen.log("CMD", "warning", message);
      }
    },
    log(logger, message) {
      if (options.verbose && !options.quiet) {
        screen.log(logger, "info", message);
      }
    },
    note(message) {
      if (!options.quiet) {
        screen.write(`${noteTime(runtime.now())} ${showText(message)}\n`);
      }
    },
    plans(plans) {
      screen.bar.clear();
      runtime.stdout.write(renderKeyPlans(plans, usesColour(runtime.stdout, runtime.env)));
    },
    progress(done, total) {
      screen.bar.show(done, total);
    },
    failure(error, form) {
      tellFailure(screen, error, form);
    },
    finish(outcomes, finishOptions) {
      screen.bar.clear();
      tellOutcomes(screen, outcomes, finishOptions);
      return exitOfOutcomes(outcomes, finishOptions);
    },
  };
}

function openScreen(runtime: Runtime, isQuiet: boolean): Screen {
  const { stderr, env } = runtime;
  const startedAt = runtime.now();
  const isColoured = usesColour(stderr, env);
  const bar = createProgressBar(runtime, isQuiet);
  const write = (text: string): void => {
    bar.clear();
    stderr.write(text);
  };
  return {
    isColoured,
    isDebugging: (env["LEAFSEAL_DEBUG"] ?? "") !== "",
    isQuiet,
    bar,
    write,
    log(logger, level, message) {
      const entry = { logger, level, message, time: runtime.now() };
      write(stderr.isTTY ? terminalLogLine(entry, startedAt, isColoured) : plainLogLine(entry));
    },
  };
}

function tellFailure(screen: Screen, error: unknown, form: "plain" | "log"): void {
  const view = viewFailure(error, screen.isDebugging);
  if (form === "log" && view.code !== "INTERNAL") {
    screen.log("CMD", "fatal", view.message);
  } else {
    screen.write(`${failureText(error, screen.isDebugging, screen.isColoured)}\n`);
  }
  screen.write(hintLines(view.hints, screen.isColoured));
}

function tellOutcomes(
  screen: Screen,
  outcomes: readonly FileOutcome[],
  { verb }: FinishOptions,
): void {
  const [only, second] = outcomes;
  if (second === undefined) {
    if (only?.status === "failed") {
      tellFailure(screen, only.error, "plain");
    }
    return;
  }
  screen.write(failedFiles(outcomes, screen));
  if (!screen.isQuiet) {
    screen.write(`${summaryText(countOutcomes(outcomes), verb)}\n`);
  }
}

/** A line for each file that failed, and every hint once. */
function failedFiles(
  outcomes: readonly FileOutcome[],
  { isDebugging, isColoured }: Screen,
): string {
  const hints = new Set<string>();
  const lines: string[] = [];
  for (const { file, status, error } of outcomes) {
    if (status === "failed") {
      lines.push(`${showText(file)}: ${failureText(error, isDebugging, isColoured)}\n`);
      viewFailure(error, isDebugging).hints.forEach((hint) => hints.add(hint));
    }
  }
  return lines.join("") + hintLines(hints, isColoured);
}
