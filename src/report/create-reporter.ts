import type { Runtime } from "../support/runtime.js";
import { createHumanReporter } from "./human.js";
import { createJsonReporter } from "./json.js";
import type { Reporter, ReportOptions } from "./reporter.js";

export function createReporter(runtime: Runtime, options: ReportOptions): Reporter {
  return options.json
    ? createJsonReporter(runtime, options)
    : createHumanReporter(runtime, options);
}
