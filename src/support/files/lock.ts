import { createHash } from "node:crypto";
import * as path from "node:path";

import { SopsError } from "../errors.js";
import { systemErrorCode } from "../system-error.js";
import { showText } from "../text.js";
import type { FileMachine } from "./machine.js";
import { privateDirectory } from "./private-directory.js";
import { isOwnerDead, ownerText, ownOwner, parseOwner } from "./process-owner.js";
import { resolveTarget } from "./target.js";

const DEFAULT_TIMEOUT_MS = 60_000;
const SHORTEST_WAIT_MS = 2;
const LONGEST_WAIT_MS = 40;
/** A lock whose owner was killed between creating and signing it. */
const UNSIGNED_LIFETIME_MS = 5000;

export interface LockOptions {
  /** How long to wait for another process; 60 s. */
  readonly timeoutMs?: number;
  warn(message: string): void;
}

/**
 * Runs `work` while no other run of ours changes the file (security.md W9, W10). The lock is outside the work tree and
 * dies with its owner. Where no lock can be made at all, the work is done without one, with a warning.
 *
 * @throws SopsError CANNOT_WRITE naming the owner, when the wait was too long
 */
export async function withFileLock<Result>(
  machine: FileMachine,
  given: string,
  options: LockOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = lockPath(machine, given, options);
  if (lock === null) {
    return work();
  }
  const random = Buffer.from(machine.randomBytes(8)).toString("hex");
  const signature = `${ownerText(ownOwner(machine), " ")}\n${random}`;
  if (!(await acquire(machine, lock, signature, given, options))) {
    return work();
  }
  const release = (): void => {
    releaseLock(machine, lock, signature);
  };
  const forget = machine.onExit(release);
  try {
    return await work();
  } finally {
    forget();
    release();
  }
}

function lockPath(machine: FileMachine, given: string, options: LockOptions): string | null {
  const target = resolveTarget(machine, given).path;
  const name = createHash("sha256").update(target).digest("hex").slice(0, 32);
  try {
    return path.join(privateDirectory(machine, "locks"), `${name}.lock`);
  } catch {
    warnOfNoLock(given, options);
    return null;
  }
}

function warnOfNoLock(given: string, options: LockOptions): void {
  options.warn(
    `no lock for ${showText(given)}: its directory cannot be used; set XDG_RUNTIME_DIR or TMPDIR`,
  );
}

/** @returns false when the system lets no lock be made. @throws SopsError when the wait was too long */
async function acquire(
  machine: FileMachine,
  lock: string,
  signature: string,
  given: string,
  options: LockOptions,
): Promise<boolean> {
  const end = performance.now() + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  let waitMs = SHORTEST_WAIT_MS;
  try {
    while (!tryCreate(machine, lock, signature)) {
      if (breakDeadLock(machine, lock)) {
        continue;
      }
      if (performance.now() > end) {
        throw lockedError(machine, lock, given);
      }
      await pause(waitMs * (0.5 + Math.random()));
      waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
    }
    return true;
  } catch (error) {
    if (systemErrorCode(error) === null || error instanceof SopsError) {
      throw error;
    }
    warnOfNoLock(given, options);
    return false;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

function lockedError(machine: FileMachine, lock: string, given: string): SopsError {
  const owner = parseOwner(readLock(machine, lock)?.split("\n", 1)[0] ?? "", " ");
  const who = owner === null ? "another process" : `process ${owner.processId}`;
  return new SopsError("CANNOT_WRITE", `${showText(given)} is being changed by ${who}`, {
    hint: "wait for it to end, or end it, and try again",
  });
}

/** @returns false when the lock exists. @throws the error of the system for any other reason */
function tryCreate({ fs }: FileMachine, lock: string, signature: string): boolean {
  let descriptor: number;
  try {
    descriptor = fs.openSync(lock, "wx", 0o600);
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") {
      return false;
    }
    throw error;
  }
  try {
    fs.writeSync(descriptor, signature);
    return true;
  } catch (error) {
    fs.unlinkSync(lock);
    throw error;
  } finally {
    fs.closeSync(descriptor);
  }
}

/**
 * Frees a lock of a dead owner. Only one process at a time does so, under a lock for breaking: otherwise a slow one
 * could remove the new lock of a quick one.
 */
function breakDeadLock(machine: FileMachine, lock: string): boolean {
  if (!isDead(machine, lock)) {
    return false;
  }
  const breaker = `${lock}.break`;
  const signature = ownerText(ownOwner(machine), " ");
  if (!tryCreate(machine, breaker, signature)) {
    if (isDead(machine, breaker)) {
      unlinkQuietly(machine, breaker);
    }
    return false;
  }
  try {
    if (isDead(machine, lock)) {
      unlinkQuietly(machine, lock);
    }
  } finally {
    unlinkQuietly(machine, breaker);
  }
  return true;
}

function isDead(machine: FileMachine, lock: string): boolean {
  const text = readLock(machine, lock);
  const stat = machine.fs.lstatSync(lock, { throwIfNoEntry: false });
  if (text === null || stat === undefined) {
    return false;
  }
  const ageMs = machine.now().getTime() - stat.mtimeMs;
  const owner = parseOwner(text.split("\n", 1)[0] ?? "", " ");
  return owner === null ? ageMs > UNSIGNED_LIFETIME_MS : isOwnerDead(machine, owner, ageMs);
}

function readLock({ fs }: FileMachine, lock: string): string | null {
  try {
    return fs.readFileSync(lock, "latin1");
  } catch {
    return null;
  }
}

/** Only our own: it may have been taken for dead, and be somebody else's by now. */
function releaseLock(machine: FileMachine, lock: string, signature: string): void {
  if (readLock(machine, lock) === signature) {
    unlinkQuietly(machine, lock);
  }
}

function unlinkQuietly({ fs }: FileMachine, file: string): void {
  try {
    fs.unlinkSync(file);
  } catch {
    // Somebody else was quicker.
  }
}
