import type { OutputStream, Runtime } from "../support/runtime.js";
import { showText } from "../support/text.js";

type Environment = Runtime["env"];

/** Escape sequences may be written to this stream: a terminal that knows them. */
export function isCapableTerminal(stream: OutputStream, env: Environment): boolean {
  return stream.isTTY && env["TERM"] !== "dumb";
}

/** Colours: as above, and the user has not said no (spec: cli.md §11). */
export function usesColour(stream: OutputStream, env: Environment): boolean {
  return isCapableTerminal(stream, env) && (env["NO_COLOR"] ?? "") === "";
}

const STYLES = { bold: 1, underline: 4, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

export function styled(text: string, style: keyof typeof STYLES, isColoured: boolean): string {
  return isColoured ? `\u001b[${String(STYLES[style])}m${text}\u001b[0m` : text;
}

/** Text whose only control characters are the newlines that we put there (security.md M3). */
export function showLines(text: string): string {
  return text
    .split("\n")
    .map((line) => showText(line))
    .join("\n");
}
