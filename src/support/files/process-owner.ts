import { createHash } from "node:crypto";

import type { FileMachine } from "./machine.js";

const START_TIME_FIELD = 22;
const FOREIGN_LIFETIME_MS = 120_000;

/**
 * Who made a lock or a sibling: process id, its start time (a number may be used again), and a mark of the running
 * system, since a process of another host or container cannot be looked up here.
 */
export interface ProcessOwner {
  readonly processId: number;
  readonly startTime: string;
  readonly system: string;
}

export function ownOwner(machine: FileMachine): ProcessOwner {
  return {
    processId: machine.processId,
    startTime: startTimeOf(machine, machine.processId) ?? "0",
    system: systemMark(machine),
  };
}

/** Three words without `-` and blank. */
export function ownerText(owner: ProcessOwner, separator: string): string {
  return [String(owner.processId), owner.startTime, owner.system].join(separator);
}

export function parseOwner(text: string, separator: string): ProcessOwner | null {
  const [processId = "", startTime = "", system = "", ...rest] = text.split(separator);
  const isOwner =
    rest.length === 0 &&
    /^[1-9]\d{0,9}$/.test(processId) &&
    /^\d+$/.test(startTime) &&
    /^[0-9a-f]+$/.test(system);
  return isOwner ? { processId: Number(processId), startTime, system } : null;
}

/** @param ageMs - decides for an owner in another system, who cannot be looked up */
export function isOwnerDead(machine: FileMachine, owner: ProcessOwner, ageMs: number): boolean {
  if (owner.system !== systemMark(machine)) {
    return ageMs > FOREIGN_LIFETIME_MS;
  }
  if (!machine.isProcessAlive(owner.processId)) {
    return true;
  }
  const startTime = startTimeOf(machine, owner.processId);
  return startTime !== null && owner.startTime !== "0" && startTime !== owner.startTime;
}

/** `null` where there is no `/proc`. */
function startTimeOf({ fs }: FileMachine, processId: number): string | null {
  try {
    const text = fs.readFileSync(`/proc/${processId}/stat`, "latin1");
    // The second field is a name in parentheses that may hold anything.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const startTime = fields[START_TIME_FIELD - 3] ?? "";
    return /^\d+$/.test(startTime) ? startTime : null;
  } catch {
    return null;
  }
}

function systemMark({ fs }: FileMachine): string {
  let mark = "";
  try {
    mark = fs.readFileSync("/proc/sys/kernel/random/boot_id", "latin1");
    mark += fs.readlinkSync("/proc/self/ns/pid");
  } catch {
    // Without /proc all processes count as of this system.
  }
  return createHash("sha256").update(mark).digest("hex").slice(0, 8);
}
