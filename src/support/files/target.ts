import type { Stats } from "node:fs";
import * as path from "node:path";

import type { FileSystem } from "../runtime.js";
import { equalBytes } from "../text.js";
import { cannotWrite, writeFailure } from "./failure.js";
import type { FileMachine } from "./machine.js";

const MAX_LINKS = 40;
const WRITE_PERMISSION = 2;
/** Links of the kernel to what a descriptor has open; their text is no path. */
const DESCRIPTOR_LINK = /^\/(?:proc\/(?:self|thread-self|\d+)|dev)\/fd\/\d+$/;

/** Where a path leads once symbolic links have been followed. */
export interface FileTarget {
  /** Absolute, free of links; the parent directory exists. */
  readonly path: string;
  /** `null` when nothing is there yet. */
  readonly stat: Stats | null;
  /** Names an open descriptor (`/dev/stdout`): to be opened, never to be replaced. */
  readonly isDescriptor: boolean;
}

/**
 * Follows symbolic links, also to a file that does not exist yet.
 *
 * @throws SopsError CANNOT_WRITE for a loop, or a directory that cannot be entered
 */
export function resolveTarget(machine: FileMachine, given: string): FileTarget {
  const { fs } = machine;
  try {
    // Not `path.resolve`, which drops `..` without asking where a link before it leads.
    let current = path.isAbsolute(given) ? given : `${machine.cwd}/${given}`;
    for (let links = 0; links < MAX_LINKS; links += 1) {
      if (DESCRIPTOR_LINK.test(current)) {
        return { path: current, stat: statOf(fs, current), isDescriptor: true };
      }
      const stat = fs.lstatSync(current, { throwIfNoEntry: false });
      if (stat === undefined || !stat.isSymbolicLink()) {
        const directory = fs.realpathSync.native(path.dirname(current));
        const real = path.join(directory, path.basename(current));
        return { path: real, stat: stat ?? null, isDescriptor: false };
      }
      const text = fs.readlinkSync(current);
      current = path.isAbsolute(text) ? text : `${path.dirname(current)}/${text}`;
    }
  } catch (error) {
    throw writeFailure(given, error);
  }
  throw cannotWrite(given, "too many levels of symbolic links");
}

function statOf(fs: FileSystem, file: string): Stats | null {
  return fs.statSync(file, { throwIfNoEntry: false }) ?? null;
}

/**
 * Refuses a file that the user may not write, before keys, network or editor are asked (security.md W8).
 *
 * @throws SopsError CANNOT_WRITE
 */
export function assertWritable(machine: FileMachine, given: string): void {
  const target = resolveTarget(machine, given);
  assertRegularFile(given, target);
  assertPermission(machine, target.path);
}

/** @throws SopsError CANNOT_WRITE for an existing file that the user may not write */
export function assertPermission({ fs }: FileMachine, file: string): void {
  try {
    fs.accessSync(file, WRITE_PERMISSION);
  } catch (error) {
    throw writeFailure(file, error);
  }
}

/** @throws SopsError CANNOT_WRITE for anything that cannot be changed in place */
export function assertRegularFile(given: string, target: FileTarget): Stats {
  if (target.stat === null) {
    throw cannotWrite(given, "there is no such file");
  }
  if (!target.stat.isFile() || target.isDescriptor) {
    throw cannotWrite(given, "not a regular file");
  }
  return target.stat;
}

/** A file as it was when it was read, to notice a change before it is written over (security.md W9). */
export interface TargetSnapshot {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly mark: string;
}

/**
 * Reads a file for changing it.
 *
 * @throws the error of the system, for the caller to say what reading failed for
 */
export function takeSnapshot(machine: FileMachine, given: string): TargetSnapshot {
  const { fs } = machine;
  const file = fs.realpathSync.native(path.isAbsolute(given) ? given : `${machine.cwd}/${given}`);
  // Before the content: a change in between shows as a difference, not as a new state.
  const mark = markOf(fs, file);
  return { path: file, bytes: fs.readFileSync(file), mark };
}

/** Same file, or another one with the same bytes. */
export function isUnchanged(machine: FileMachine, snapshot: TargetSnapshot): boolean {
  const { fs } = machine;
  try {
    return (
      markOf(fs, snapshot.path) === snapshot.mark ||
      equalBytes(fs.readFileSync(snapshot.path), snapshot.bytes)
    );
  } catch {
    return false;
  }
}

function markOf(fs: FileSystem, file: string): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = fs.statSync(file, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
}
