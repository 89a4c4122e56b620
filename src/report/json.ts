import type { FileOutcome } from "../operations/options.js";
import type { Runtime } from "../support/runtime.js";
import { jsonLine, viewFailure, type FailureView } from "./failure.js";
import { exitOfOutcomes } from "./outcomes.js";
import type { Reporter, ReportOptions } from "./reporter.js";

/** One JSON object a line: results on standard output, everything else on standard error. */
export function createJsonReporter(runtime: Runtime, options: ReportOptions): Reporter {
  const { stdout, stderr, env } = runtime;
  const isDebugging = (env["LEAFSEAL_DEBUG"] ?? "") !== "";
  return {
    warn(message) {
      if (!options.quiet) {
        stderr.write(jsonLine({ level: "warning", message }));
      }
    },
    log(logger, message) {
      if (options.verbose && !options.quiet) {
        stderr.write(jsonLine({ level: "info", logger, message }));
      }
    },
    note(message) {
      if (!options.quiet) {
        stderr.write(jsonLine({ level: "info", message }));
      }
    },
    plans(plans) {
      stdout.write(jsonLine({ plans }));
    },
    progress: () => undefined,
    failure(error) {
      stderr.write(jsonLine(viewFailure(error, isDebugging)));
    },
    finish(outcomes, finishOptions) {
      const files = outcomes.map((outcome) => fileJson(outcome, isDebugging));
      for (const { error } of files) {
        if (error !== null) {
          stderr.write(jsonLine(error));
        }
      }
      if (!finishOptions.isResultOnStdout) {
        stdout.write(jsonLine({ files }));
      }
      return exitOfOutcomes(outcomes, finishOptions);
    },
  };
}

interface FileJson {
  readonly file: string;
  readonly status: FileOutcome["status"];
  readonly target: string | null;
  readonly error: FailureView | null;
}

function fileJson({ file, status, target, error }: FileOutcome, isDebugging: boolean): FileJson {
  const isFailed = status === "failed";
  return {
    file,
    status,
    target: target ?? null,
    error: isFailed ? { ...viewFailure(error, isDebugging), file } : null,
  };
}
