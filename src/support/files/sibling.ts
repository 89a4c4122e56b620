import { createHash } from "node:crypto";
import * as path from "node:path";

import { isOwnerDead, ownerText, ownOwner, parseOwner } from "./process-owner.js";
import type { FileMachine } from "./machine.js";

const PREFIX = ".leafseal-";
const SUFFIX = ".tmp";
const RANDOM_BYTES = 8;

/** A new file beside a target, open for writing; becomes the target by a rename. */
export interface Sibling {
  readonly path: string;
  readonly descriptor: number;
}

/**
 * Creates a sibling exclusively. Its name says whose it is, so that the next run can remove it should this one be
 * killed; the target's name is in it as a hash, since it may be as long as names can be.
 *
 * @throws the error of the system
 */
export function createSibling(machine: FileMachine, target: string, mode: number): Sibling {
  const random = Buffer.from(machine.randomBytes(RANDOM_BYTES)).toString("hex");
  const owner = ownerText(ownOwner(machine), "-");
  const name = `${prefixFor(target)}${owner}-${random}${SUFFIX}`;
  const sibling = path.join(path.dirname(target), name);
  return { path: sibling, descriptor: machine.fs.openSync(sibling, "wx", mode) };
}

function prefixFor(target: string): string {
  const hash = createHash("sha256").update(path.basename(target)).digest("hex").slice(0, 12);
  return `${PREFIX}${hash}-`;
}

/** Removes what a killed run left beside a target (security.md W11). What cannot be removed stays. */
export function removeDeadSiblings(machine: FileMachine, target: string): void {
  const directory = path.dirname(target);
  const prefix = prefixFor(target);
  try {
    for (const name of machine.fs.readdirSync(directory)) {
      if (name.startsWith(prefix) && name.endsWith(SUFFIX)) {
        removeIfDead(machine, path.join(directory, name), name.slice(prefix.length));
      }
    }
  } catch {
    // The new content is in its place; tidying is not worth a failure.
  }
}

function removeIfDead(machine: FileMachine, sibling: string, rest: string): void {
  const owner = parseOwner(rest.slice(0, rest.lastIndexOf("-")), "-");
  if (owner === null) {
    return;
  }
  const ageMs = machine.now().getTime() - machine.fs.lstatSync(sibling).mtimeMs;
  if (isOwnerDead(machine, owner, ageMs)) {
    machine.fs.unlinkSync(sibling);
  }
}
