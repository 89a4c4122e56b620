import { showText } from "../support/text.js";
import { styled } from "./terminal.js";

export type LogLevel = "info" | "warning" | "fatal";

export interface LogEntry {
  /** One of the names of cli.md §11. */
  readonly logger: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly time: Date;
}

const SHORT_LEVELS: Readonly<Record<LogLevel, string>> = {
  info: "INFO",
  warning: "WARN",
  fatal: "FATA",
};

const LEVEL_STYLES = { info: "cyan", warning: "yellow", fatal: "red" } as const;

/** The form for files and pipes, with its newline (spec: cli.md §11.3). */
export function plainLogLine({ logger, level, message, time }: LogEntry): string {
  return `[${logger}]\t time="${rfc3339(time)}" level=${level} msg=${quoted(message)}\n`;
}

/** The form for a terminal; `startedAt` is when the program began. */
export function terminalLogLine(entry: LogEntry, startedAt: Date, isColoured: boolean): string {
  const seconds = Math.floor((entry.time.getTime() - startedAt.getTime()) / 1000);
  const age = String(Math.max(0, seconds)).padStart(4, "0");
  const logger = styled(`[${entry.logger}]`, "bold", isColoured);
  const level = styled(SHORT_LEVELS[entry.level], LEVEL_STYLES[entry.level], isColoured);
  return `${logger}\t ${level}[${age}] ${showText(entry.message)}\n`;
}

/** `2026/11/24 15:04:05`, local time (spec: cli.md §9.4). */
export function noteTime(time: Date): string {
  const date = [time.getFullYear(), twoDigits(time.getMonth() + 1), twoDigits(time.getDate())];
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits);
  return `${date.join("/")} ${clock.join(":")}`;
}

function quoted(message: string): string {
  const escaped = message.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  return `"${showText(escaped)}"`;
}

/** Local time with its offset, whole seconds, as the log lines of sops have it. */
function rfc3339(time: Date): string {
  const offsetMinutes = -time.getTimezoneOffset();
  const local = new Date(time.getTime() + offsetMinutes * 60_000).toISOString().slice(0, 19);
  if (offsetMinutes === 0) {
    return `${local}Z`;
  }
  const size = Math.abs(offsetMinutes);
  const hours = twoDigits(Math.floor(size / 60));
  return `${local}${offsetMinutes < 0 ? "-" : "+"}${hours}:${twoDigits(size % 60)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
