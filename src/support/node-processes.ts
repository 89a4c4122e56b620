/** What the system tells of running processes; where there is no `/proc`, little. */
import * as fs from "node:fs";
import { isatty } from "node:tty";

export interface ProcessEntry {
  readonly processId: number;
  readonly parentId: number;
  /** Who gets the keys of the terminal together. */
  readonly groupId: number;
  /** Tells two processes apart that had the same id one after the other. */
  readonly startTime: string;
}

/** Fields of `/proc/PID/stat` after the name: state, parent, group, session, terminal, its foreground group, … */
function statFields(processId: number | "self"): readonly string[] | null {
  try {
    const text = fs.readFileSync(`/proc/${processId}/stat`, "latin1");
    // The name stands in parentheses and may hold anything.
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

/** `null` for a process that is gone, or has ended and only waits to be asked for its status. */
function entryOf(processId: number): ProcessEntry | null {
  const fields = statFields(processId);
  const [state = "", parentId = "", groupId = ""] = fields ?? [];
  const startTime = fields?.[19] ?? "";
  return fields === null || state === "Z" || state === "X"
    ? null
    : { processId, parentId: Number(parentId), groupId: Number(groupId), startTime };
}

/** All processes below `root`, parents before their children. */
export function descendantsOf(root: number): ProcessEntry[] {
  const children = new Map<number, ProcessEntry[]>();
  for (const name of namesInProc()) {
    const entry = /^\d+$/.test(name) ? entryOf(Number(name)) : null;
    if (entry !== null) {
      const siblings = children.get(entry.parentId);
      if (siblings === undefined) {
        children.set(entry.parentId, [entry]);
      } else {
        siblings.push(entry);
      }
    }
  }
  const found = [...(children.get(root) ?? [])];
  for (const { processId } of found) {
    found.push(...(children.get(processId) ?? []));
  }
  return found;
}

function namesInProc(): string[] {
  try {
    return fs.readdirSync("/proc");
  } catch {
    return [];
  }
}

/** `null` where that is not known. */
export function groupOf(processId: number): number | null {
  return entryOf(processId)?.groupId ?? null;
}

export function isRunning(entry: ProcessEntry): boolean {
  return entryOf(entry.processId)?.startTime === entry.startTime;
}

/** The words with which a process was started, each followed by NUL; empty where that is not known. */
export function commandLineOf(processId: number): string {
  try {
    return fs.readFileSync(`/proc/${processId}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/**
 * Whether keys such as Ctrl-C reach this process and its children alike. A process that has a terminal but neither
 * reads it nor writes to it counts as one without, since programs that start it so send signals to it alone.
 */
export function isTerminalForeground(): boolean {
  if (![0, 1, 2].some((descriptor) => isatty(descriptor))) {
    return false;
  }
  const fields = statFields("self");
  return fields === null || fields[2] === fields[5];
}
